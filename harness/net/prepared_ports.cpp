#include "net/prepared_ports.h"

#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <system_error>
#include <tuple>

#include "base/file.h"
#include "base/number.h"
#include "base/text.h"

namespace xdpbench::net {
namespace {

constexpr std::string_view kSuffix = ".settings";

// The same namespace, with a life of its own.
Result<NetNs> another(const NetNs& netns) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    return NetNs::current();
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

struct StoredRecord {
    std::filesystem::path path;
    PreparedRecord record;
};

// When the run began, and which of its changes it is: PID.settings, then PID-1.settings ...
std::tuple<std::uint64_t, std::uint64_t, std::filesystem::path> age_key(
    const StoredRecord& stored) {
    const std::string stem = stored.path.stem().string();
    const std::size_t dash = stem.find('-');
    const std::string change = dash == std::string::npos ? "0" : stem.substr(dash + 1);
    return {parse_number<std::uint64_t>(stored.record.started).value_or(0),
            parse_number<std::uint64_t>(change).value_or(0), stored.path};
}

// Of runs that have ended, for ports of any network namespace; oldest first.
std::vector<StoredRecord> left_records(const std::filesystem::path& folder) {
    std::vector<StoredRecord> left;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.path().extension() != kSuffix) continue;
        const Result<std::string> text = read_file(entry.path());
        auto record = text ? parse_record(*text) : std::nullopt;
        if (record && is_left(*record)) left.push_back({entry.path(), std::move(*record)});
    }
    std::sort(left.begin(), left.end(),
              [](const auto& one, const auto& other) { return age_key(one) < age_key(other); });
    return left;
}

LeftSettings settings_of(const StoredRecord& stored) {
    return {stored.path, stored.record.were_on, stored.record.were};
}

// The namespace of the record is gone, and its number is that of a later one.
bool is_another(const PreparedRecord& record, const std::filesystem::path& found) {
    const Result<NetNs> netns = NetNs::open(found.string());
    return netns && !is_of(record, record.namespace_id, *netns);
}

}  // namespace

Result<PreparedPorts> PreparedPorts::prepare(const NetNs& netns,
                                             const std::vector<std::string>& ports,
                                             const std::filesystem::path& folder) {
    XDPBENCH_TRY(PreparedRecord record, begin_record(netns));
    for (const std::string& port : ports) {
        XDPBENCH_TRY(std::vector<PortSetting> found, settings_in_the_way(netns, port));
        std::move(found.begin(), found.end(), std::back_inserter(record.were_on));
    }
    XDPBENCH_TRY(NetNs own, another(netns));
    PreparedPorts prepared(std::move(own), folder / fmt::format("{}{}", record.process, kSuffix));
    if (record.were_on.empty()) return prepared;
    XDPBENCH_CHECK(write_record(prepared.record_, record));
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
    const std::string here = own_namespace();
    const Result<NetNs> netns = NetNs::current();
    if (!netns) return left;
    for (const StoredRecord& stored : left_records(folder)) {
        if (is_of(stored.record, here, *netns)) left.push_back(settings_of(stored));
    }
    return left;
}

std::vector<LeftElsewhere> left_elsewhere(const std::filesystem::path& folder,
                                          const std::filesystem::path& names) {
    std::vector<LeftElsewhere> left;
    const std::string here = own_namespace();
    const Result<NetNs> netns = NetNs::current();
    if (!netns) return left;
    for (const StoredRecord& stored : left_records(folder)) {
        const PreparedRecord& record = stored.record;
        if (is_of(record, here, *netns)) continue;
        LeftElsewhere one{settings_of(stored), record.namespace_id, {}};
        if (const auto found = find_named(record.namespace_id, names)) {
            one.name = found->filename().string();
            one.gone = is_another(record, *found);
        } else {
            one.gone = record.namespace_id == here;
        }
        left.push_back(std::move(one));
    }
    return left;
}

Result<void> forget(const LeftSettings& left) {
    std::error_code error;
    std::filesystem::remove(left.record, error);
    if (!error) return {};
    return system_error(fmt::format("cannot remove {}", left.record.string()), error.value());
}

Result<void> restore_left(const LeftSettings& left) {
    XDPBENCH_TRY(const NetNs netns, NetNs::current());
    std::vector<PortSetting> were_on = left.were_on;
    std::erase_if(were_on, [](const PortSetting& setting) { return is_gone(setting.port); });
    Result<void> all = put_back(netns, were_on);
    for (auto state = left.were.rbegin(); state != left.were.rend(); ++state) {
        if (is_gone(state->port)) continue;
        Result<void> done = write_state(netns, *state);
        if (!done && all) all = std::move(done);
    }
    if (!all) return all;
    std::error_code error;
    std::filesystem::remove(left.record, error);
    return {};
}

}  // namespace xdpbench::net
