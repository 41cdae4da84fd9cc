#include "net/prepared_ports.h"

#include <fmt/format.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>

#include "base/file.h"
#include "base/text.h"

namespace xdpbench::net {
namespace {

constexpr std::string_view kSuffix = ".settings";

// Field 22 of /proc/PID/stat; the second field is a name in parentheses that may hold anything.
std::string start_of(int process) {
    const std::string stat = read_entry(fmt::format("/proc/{}/stat", process));
    const std::size_t end = stat.rfind(')');
    if (end == std::string::npos) return {};
    const std::vector<std::string> fields = split(stat.substr(end + 2), ' ');
    constexpr std::size_t kStart = 22 - 3;
    return fields.size() > kStart ? fields[kStart] : std::string();
}

std::string own_namespace() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/thread-self/ns/net", error).string();
}

Result<std::string> namespace_of(const NetNs& netns) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    return own_namespace();
}

// The same namespace, with a life of its own.
Result<NetNs> another(const NetNs& netns) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    return NetNs::current();
}

Result<void> write_record(const std::filesystem::path& path, const PreparedRecord& record) {
    XDPBENCH_TRY(OutputFile file, OutputFile::create(path));
    return file.commit(record_text(record));
}

bool is_gone(const std::string& port) { return ::if_nametoindex(port.c_str()) == 0; }

// In the opposite order; the first refusal is returned, after all were tried.
Result<void> put_back(const NetNs& netns, const std::vector<PortSetting>& were_on) {
    Result<void> result;
    for (auto setting = were_on.rbegin(); setting != were_on.rend(); ++setting) {
        Result<void> done = switch_setting(netns, *setting, true);
        if (!done && result) result = std::move(done);
    }
    return result;
}

}  // namespace

std::string record_text(const PreparedRecord& record) {
    std::string text = fmt::format("process {} {}\nnamespace {}\n", record.process, record.started,
                                   record.namespace_id);
    for (const PortSetting& setting : record.were_on)
        text += fmt::format("port {} {}\n", setting.port, setting.name);
    return text;
}

std::optional<PreparedRecord> parse_record(std::string_view text) {
    PreparedRecord record;
    for (const std::string& line : split(trim(text), '\n')) {
        const std::vector<std::string> words = split(line, ' ');
        if (words.size() == 2 && words[0] == "namespace") {
            record.namespace_id = words[1];
        } else if (words.size() == 3 && words[0] == "process") {
            const char* const end = words[1].data() + words[1].size();
            const auto [stop, code] = std::from_chars(words[1].data(), end, record.process);
            if (code != std::errc{} || stop != end) return std::nullopt;
            record.started = words[2];
        } else if (words.size() == 3 && words[0] == "port") {
            record.were_on.push_back({words[1], words[2]});
        } else {
            return std::nullopt;
        }
    }
    if (record.started.empty() || record.namespace_id.empty()) return std::nullopt;
    return record;
}

Result<PreparedPorts> PreparedPorts::prepare(const NetNs& netns,
                                             const std::vector<std::string>& ports,
                                             const std::filesystem::path& folder) {
    PreparedRecord record{::getpid(), start_of(::getpid()), {}, {}};
    XDPBENCH_TRY(record.namespace_id, namespace_of(netns));
    for (const std::string& port : ports) {
        XDPBENCH_TRY(std::vector<PortSetting> found, settings_in_the_way(netns, port));
        std::move(found.begin(), found.end(), std::back_inserter(record.were_on));
    }
    XDPBENCH_TRY(NetNs own, another(netns));
    PreparedPorts prepared(std::move(own), folder / fmt::format("{}{}", record.process, kSuffix));
    if (record.were_on.empty()) return prepared;
    Result<void> written = write_record(prepared.record_, record);
    if (!written) return written.error().in("no setting was changed, for it cannot be recorded");
    for (const PortSetting& setting : record.were_on) {
        Result<void> done = switch_setting(netns, setting, false);
        if (done) {
            prepared.changed_.push_back(setting);
        } else {
            prepared.refused_.push_back(std::move(done.error()));
        }
    }
    return prepared;
}

PreparedPorts::PreparedPorts(PreparedPorts&& other) noexcept
    : netns_(std::move(other.netns_)),
      record_(std::move(other.record_)),
      changed_(std::exchange(other.changed_, {})),
      refused_(std::move(other.refused_)) {
    other.record_.clear();
}

PreparedPorts::~PreparedPorts() { static_cast<void>(restore()); }

Result<void> PreparedPorts::restore() {
    if (record_.empty()) return {};
    XDPBENCH_CHECK(put_back(netns_, changed_));
    std::error_code error;
    std::filesystem::remove(record_, error);
    record_.clear();
    changed_.clear();
    return {};
}

std::vector<LeftSettings> left_settings(const std::filesystem::path& folder) {
    std::vector<LeftSettings> left;
    std::error_code error;
    const std::string here = own_namespace();
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() != kSuffix) continue;
        const Result<std::string> text = read_file(entry.path());
        const auto record = text ? parse_record(*text) : std::nullopt;
        if (!record || record->namespace_id != here) continue;
        if (start_of(record->process) == record->started) continue;
        left.push_back({entry.path(), record->were_on});
    }
    std::sort(left.begin(), left.end(),
              [](const auto& one, const auto& other) { return one.record < other.record; });
    return left;
}

Result<void> restore_left(const LeftSettings& left) {
    XDPBENCH_TRY(const NetNs netns, NetNs::current());
    std::vector<PortSetting> were_on = left.were_on;
    std::erase_if(were_on, [](const PortSetting& setting) { return is_gone(setting.port); });
    XDPBENCH_CHECK(put_back(netns, were_on));
    std::error_code error;
    std::filesystem::remove(left.record, error);
    return {};
}

}  // namespace xdpbench::net
