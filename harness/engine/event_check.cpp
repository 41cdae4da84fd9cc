#include "engine/event_check.h"

#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "scenario/diagnostic.h"

namespace xdpbench {
namespace {

Result<const EventSource*> require_source(const std::vector<EventSource>& sources,
                                          const EventExpectation& expected) {
    std::vector<std::string> names;
    for (const EventSource& source : sources) {
        if (source.map == expected.map) return &source;
        names.push_back(source.map);
    }
    return error_at(expected.where,
                    fmt::format("the program has no ring buffer or perf buffer {}{}", expected.map,
                                what_there_is(expected.map, names)));
}

bool counts_losses(const EventSource& source) {
    if (source.buffer == EventBuffer::perf) return true;
    const std::string counter = source.map + "_lost";
    return source.types != nullptr &&
           ::btf__find_by_name_kind(source.types, counter.c_str(), BTF_KIND_VAR) > 0;
}

}  // namespace

EventTypes types_of(const std::vector<EventExpectation>& expected) {
    EventTypes types;
    for (const EventExpectation& one : expected) {
        if (!one.type.empty()) types[one.map] = one.type;
    }
    return types;
}

Result<void> validate_events(const Program& program,
                             const std::vector<EventExpectation>& expected) {
    if (expected.empty()) return {};
    const Result<std::vector<EventSource>> sources = event_sources(program, types_of(expected));
    if (!sources) return placed(expected.front().where, sources.error());
    for (const EventExpectation& one : expected) {
        XDPBENCH_TRY(const EventSource* const source, require_source(*sources, one));
        for (const Value& record : one.records) XDPBENCH_CHECK(validate_event(*source, record));
        if (!one.lost || counts_losses(*source)) continue;
        Error error = error_at(one.where, fmt::format("what ring buffer {} loses is known to the "
                                                      "program only",
                                                      one.map));
        error.advice = fmt::format("count it in a global variable {}_lost", one.map);
        return error;
    }
    return {};
}

Result<EventJudge> EventJudge::open(const Program& program,
                                    const std::vector<EventExpectation>& expected) {
    EventJudge judge;
    judge.expected_ = &expected;
    if (expected.empty()) return judge;
    XDPBENCH_TRY(Events events, Events::open(program, types_of(expected)));
    judge.events_ = std::make_unique<Events>(std::move(events));
    return judge;
}

Result<void> EventJudge::read() {
    if (events_ == nullptr) return {};
    Result<void> judged;
    XDPBENCH_CHECK(events_->consume([&](const Event& event) {
        if (judged) judged = judge(event);
    }));
    return judged;
}

Result<void> EventJudge::judge(const Event& event) {
    ++counts_[event.source->map];
    for (const EventExpectation& expected : *expected_) {
        if (expected.map != event.source->map || event.number >= expected.records.size()) continue;
        const Value& wanted = expected.records[event.number];
        XDPBENCH_TRY(const std::vector<ValueDifference> differences, compare_event(event, wanted));
        if (differences.empty()) continue;
        std::string line =
            fmt::format("event {} of {}: got {}", event.number, expected.map, event_text(event));
        for (const ValueDifference& difference : differences) {
            line += fmt::format("\n  {}   expected {}   got {}",
                                difference.path.empty() ? "record" : difference.path,
                                difference.expected, difference.actual);
        }
        lines_.push_back(std::move(line));
    }
    return {};
}

Result<std::vector<std::string>> EventJudge::differences() const {
    std::vector<std::string> lines = lines_;
    for (const EventExpectation& expected : *expected_) {
        const auto found = counts_.find(expected.map);
        const std::uint64_t count = found == counts_.end() ? 0 : found->second;
        const std::uint64_t wanted = expected.count.value_or(expected.records.size());
        const bool counted_by_records = expected.count || !expected.records.empty();
        if (counted_by_records && count != wanted) {
            lines.push_back(fmt::format("events of {}: expected {}, got {}", expected.map,
                                        counted(wanted, "record"), thousands(count)));
        }
        if (!expected.lost) continue;
        const std::vector<EventSource>& sources = events_->sources();
        const auto source = std::find_if(sources.begin(), sources.end(),
                                         [&](const auto& one) { return one.map == expected.map; });
        XDPBENCH_TRY(const std::optional<std::uint64_t> lost,
                     events_->lost(static_cast<std::size_t>(source - sources.begin())));
        if (lost == expected.lost) continue;
        lines.push_back(fmt::format("events of {}: expected {} lost, got {}", expected.map,
                                    thousands(*expected.lost),
                                    lost ? thousands(*lost) : "no count"));
    }
    return lines;
}

}  // namespace xdpbench
