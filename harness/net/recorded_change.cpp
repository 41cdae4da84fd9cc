#include "net/recorded_change.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace xdpbench::net {
namespace {

// The same namespace, with a life of its own.
Result<NetNs> another(const NetNs& netns) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    return NetNs::current();
}

Result<void> put_back(const NetNs& netns, const PortState& state) {
    XDPBENCH_TRY(const PortState now, read_state(netns, state.port, state.name));
    return now == state ? Result<void>() : write_state(netns, state);
}

}  // namespace

Result<RecordedChange> RecordedChange::begin(const NetNs& netns, const std::vector<Place>& places,
                                             const std::filesystem::path& folder) {
    std::vector<PortState> were;
    for (const Place& place : places) {
        XDPBENCH_TRY(PortState now, read_state(netns, place.port, place.name));
        were.push_back(std::move(now));
    }
    return begin_with(netns, std::move(were), folder);
}

Result<RecordedChange> RecordedChange::begin_with(const NetNs& netns, std::vector<PortState> were,
                                                  const std::filesystem::path& folder) {
    XDPBENCH_TRY(NetNs own, another(netns));
    if (were.empty()) return RecordedChange(std::move(own), {}, {});
    XDPBENCH_TRY(PreparedRecord record, begin_record(netns));
    record.were = std::move(were);
    static int changes = 0;
    std::filesystem::path path = folder / fmt::format("{}-{}.settings", record.process, ++changes);
    XDPBENCH_CHECK(write_record(path, record));
    return RecordedChange(std::move(own), std::move(path), std::move(record.were));
}

Result<void> RecordedChange::restore() {
    if (record_.empty()) return {};
    const std::filesystem::path record = std::exchange(record_, {});
    Result<void> all;
    for (auto state = were_.rbegin(); state != were_.rend(); ++state) {
        Result<void> done = put_back(netns_, *state);
        if (!done && all)
            all = done.error().in(fmt::format("cannot restore {}", state_text(*state)));
    }
    if (!all) return all;
    std::error_code error;
    std::filesystem::remove(record, error);
    return {};
}

}  // namespace xdpbench::net
