#include "live/events.h"

#include <chrono>
#include <optional>
#include <utility>

namespace xdpbench::live {
namespace {

// Records of a buffer that are shown before signals, samples and commands get their turn again: a
// few milliseconds.
constexpr std::size_t kMostInATurn = 256;
constexpr auto kLongestRest = std::chrono::seconds(1);

void count(model::LiveCount& into, std::uint64_t more) {
    into.total += more;
    into.added += more;
}

}  // namespace

Result<LiveEventReader> LiveEventReader::open(const bpf::Program& program) {
    XDPBENCH_TRY(bpf::Events events, bpf::Events::open(program));
    LiveEventReader reader(std::move(events));
    reader.count_from_here();
    return reader;
}

void LiveEventReader::count_from_here() {
    for (const bpf::EventSource& source : events_.sources()) {
        Tally& tally = tallies_[source.map];
        tally.counts.map = source.map;
        tally.lost_before = 0;
    }
}

Result<bool> LiveEventReader::read(model::LiveListener& report) {
    const auto show = [&](const bpf::Event& event) {
        model::LiveCount& received = tallies_[event.source->map].counts.received;
        report.event({event.source->map, received.total, event.cpu, bpf::event_text(event),
                      bpf::decode_event(event)});
        count(received, 1);
    };
    XDPBENCH_TRY(const std::size_t shown, events_.consume(show, kMostInATurn));
    return shown >= kMostInATurn;
}

Result<void> LiveEventReader::read_rest(model::LiveListener& report) {
    const auto end = std::chrono::steady_clock::now() + kLongestRest;
    bool more = true;
    while (more && std::chrono::steady_clock::now() < end && report.flush()) {
        XDPBENCH_TRY(more, read(report));
    }
    // As many as a buffer of this size holds, of the shortest records (header and 8 bytes).
    constexpr std::size_t kMostUnshown = (std::size_t{256} << 20) / 16;
    const auto only_count = [&](const bpf::Event& event) {
        model::LiveEvents& counts = tallies_[event.source->map].counts;
        count(counts.received, 1);
        ++counts.not_shown;
    };
    if (more) XDPBENCH_CHECK(events_.consume(only_count, kMostUnshown));
    return {};
}

Result<void> LiveEventReader::count_losses() {
    for (std::size_t i = 0; i < events_.sources().size(); ++i) {
        XDPBENCH_TRY(const std::optional<std::uint64_t> lost, events_.lost(i));
        Tally& tally = tallies_[events_.sources()[i].map];
        if (!lost) continue;
        if (!tally.counts.lost) tally.counts.lost.emplace();
        count(*tally.counts.lost, *lost - std::exchange(tally.lost_before, *lost));
    }
    return {};
}

Result<std::vector<model::LiveEvents>> LiveEventReader::sample() {
    XDPBENCH_CHECK(count_losses());
    std::vector<model::LiveEvents> sample;
    for (auto& [map, tally] : tallies_) {
        sample.push_back(tally.counts);
        tally.counts.received.added = 0;
        if (tally.counts.lost) tally.counts.lost->added = 0;
    }
    return sample;
}

Result<void> LiveEventReader::follow(bpf::Events next, model::LiveListener& report) {
    XDPBENCH_CHECK(read_rest(report));
    XDPBENCH_CHECK(count_losses());
    events_ = std::move(next);
    count_from_here();
    return {};
}

}  // namespace xdpbench::live
