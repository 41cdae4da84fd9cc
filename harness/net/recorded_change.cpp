#include "net/recorded_change.h"

#include <fmt/format.h>

#include <system_error>

namespace xdpbench::net {

Result<RecordedChange> RecordedChange::begin(const NetNs& netns, const std::vector<Place>& places,
                                             const std::filesystem::path& folder) {
    XDPBENCH_TRY(PreparedRecord record, begin_record(netns));
    for (const Place& place : places) {
        XDPBENCH_TRY(PortState now, read_state(netns, place.port, place.name));
        record.were.push_back(std::move(now));
    }
    static int changes = 0;
    std::filesystem::path path = folder / fmt::format("{}-{}.settings", record.process, ++changes);
    XDPBENCH_CHECK(write_record(path, record));
    return RecordedChange(netns, std::move(path), std::move(record.were));
}

Result<void> RecordedChange::restore() {
    if (record_.empty()) return {};
    const std::filesystem::path record = std::exchange(record_, {});
    for (const PortState& state : were_) {
        XDPBENCH_TRY(const PortState now, read_state(*netns_, state.port, state.name));
        if (!(now == state)) XDPBENCH_CHECK(write_state(*netns_, state));
    }
    std::error_code error;
    std::filesystem::remove(record, error);
    return {};
}

}  // namespace xdpbench::net
