#include "check/observed_events.h"

#include <utility>

namespace xdpbench::check {

ObservedEvents ObservedEvents::of_frames(std::size_t first, std::size_t end) const {
    const Mark& before = marks[first];
    const Mark& after = marks[end];
    const auto at = [&](const Mark& mark) {
        return records.begin() + static_cast<std::ptrdiff_t>(mark.records);
    };
    ObservedEvents part{source, {at(before), at(after)}, after.lost, {}};
    if (part.lost && before.lost) *part.lost -= *before.lost;
    return part;
}

EventRecorder::EventRecorder(bpf::Events events) : events_(std::move(events)) {
    for (const bpf::EventSource& source : events_.sources()) maps_.push_back({source, {}, {}, {}});
}

Result<EventRecorder> EventRecorder::open(const bpf::Program& program,
                                          const bpf::EventTypes& types) {
    XDPBENCH_TRY(bpf::Events events, bpf::Events::open(program, types));
    EventRecorder recorder(std::move(events));
    XDPBENCH_CHECK(recorder.read());  // the marks before the first frame
    return recorder;
}

Result<void> EventRecorder::read() {
    const bpf::EventSource* const first = events_.sources().data();
    const auto keep = [&](const bpf::Event& event) {
        maps_[static_cast<std::size_t>(event.source - first)].records.emplace_back(
            event.bytes.begin(), event.bytes.end());
    };
    XDPBENCH_CHECK(events_.consume(keep));
    for (std::size_t i = 0; i < maps_.size(); ++i) {
        XDPBENCH_TRY(maps_[i].lost, events_.lost(i));
        maps_[i].marks.push_back({maps_[i].records.size(), maps_[i].lost});
    }
    return {};
}

}  // namespace xdpbench::check
