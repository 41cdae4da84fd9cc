#include "net/settings_record.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "base/text.h"

namespace xdpbench::net {
namespace {

// Field 22 of /proc/PID/stat; the second field is a name in parentheses that may hold anything. One
// that has ended may stay there as a zombie for ever: the first process of a container often waits
// for no others.
std::string start_of(int process) {
    const std::string stat = read_entry(fmt::format("/proc/{}/stat", process));
    const std::size_t end = stat.rfind(')');
    if (end == std::string::npos) return {};
    const std::vector<std::string> fields = split(stat.substr(end + 2), ' ');
    if (fields.front() == "Z" || fields.front() == "X") return {};
    constexpr std::size_t kStart = 22 - 3;
    return fields.size() > kStart ? fields[kStart] : std::string();
}

// A line of a record; false if it is none.
bool take_line(const std::vector<std::string>& words, PreparedRecord& record) {
    if (words.size() == 2 && words[0] == "namespace") {
        record.namespace_id = words[1];
    } else if (words.size() == 2 && words[0] == "cookie") {
        const auto cookie = parse_number<std::uint64_t>(words[1]);
        if (!cookie) return false;
        record.cookie = *cookie;
    } else if (words.size() == 3 && words[0] == "process") {
        const auto process = parse_number<int>(words[1]);
        if (!process) return false;
        record.process = *process;
        record.started = words[2];
    } else if (words.size() == 3 && words[0] == "port") {
        record.were.push_back({words[1], words[2], "on"});  // as version 0.1 wrote it
    } else if (words.size() == 4 && words[0] == "was") {
        record.were.push_back({words[1], words[2], words[3]});
    } else {
        return false;
    }
    return true;
}

}  // namespace

std::string own_namespace() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/thread-self/ns/net", error).string();
}

std::string record_text(const PreparedRecord& record) {
    std::string text = fmt::format("process {} {}\nnamespace {}\n", record.process, record.started,
                                   record.namespace_id);
    if (record.cookie != 0) text += fmt::format("cookie {}\n", record.cookie);
    for (const PortState& state : record.were)
        text += fmt::format("was {} {} {}\n", state.port, state.name, state.value);
    return text;
}

std::optional<PreparedRecord> parse_record(std::string_view text) {
    PreparedRecord record;
    for (const std::string& line : split(trim(text), '\n')) {
        if (!take_line(split(line, ' '), record)) return std::nullopt;
    }
    if (record.started.empty() || record.namespace_id.empty()) return std::nullopt;
    return record;
}

Result<PreparedRecord> begin_record(const NetNs& netns) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    return PreparedRecord{::getpid(), start_of(::getpid()), own_namespace(), netns.cookie(), {}};
}

Result<void> write_record(const std::filesystem::path& path, const PreparedRecord& record) {
    XDPBENCH_TRY(OutputFile file, OutputFile::create(path));
    const Result<void> written = file.commit(record_text(record));
    if (written) return {};
    return written.error().in("no setting was changed, for it cannot be recorded");
}

bool is_of(const PreparedRecord& record, const std::string& id, const NetNs& netns) {
    if (record.namespace_id != id) return false;
    const std::uint64_t cookie = netns.cookie();
    return record.cookie == 0 || cookie == 0 || record.cookie == cookie;
}

bool is_left(const PreparedRecord& record) { return start_of(record.process) != record.started; }

}  // namespace xdpbench::net
