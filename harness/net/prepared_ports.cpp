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

bool is_gone(const std::string& port) { return ::if_nametoindex(port.c_str()) == 0; }

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

LeftSettings settings_of(const StoredRecord& stored) { return {stored.path, stored.record.were}; }

// The namespace of the record is gone, and its number is that of a later one.
bool is_another(const PreparedRecord& record, const std::filesystem::path& found) {
    const Result<NetNs> netns = NetNs::open(found.string());
    return netns && !is_of(record, record.namespace_id, *netns);
}

}  // namespace

Result<PreparedPorts> PreparedPorts::prepare(const NetNs& netns,
                                             const std::vector<std::string>& ports,
                                             const std::filesystem::path& folder) {
    std::vector<PortState> were;
    for (const std::string& port : ports) {
        XDPBENCH_TRY(std::vector<PortState> found, settings_in_the_way(netns, port));
        std::move(found.begin(), found.end(), std::back_inserter(were));
    }
    XDPBENCH_TRY(RecordedChange change, RecordedChange::begin_with(netns, were, folder));
    PreparedPorts prepared(std::move(change));
    for (PortState& state : were) {
        Result<void> done = write_state(netns, out_of_the_way(state));
        if (done) {
            prepared.changed_.push_back(std::move(state));
        } else {
            prepared.refused_.push_back(std::move(done.error()));
        }
    }
    return prepared;
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
    Result<void> all;
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
