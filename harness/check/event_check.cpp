#include "check/event_check.h"

#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "scenario/diagnostic.h"

namespace xdpbench::check {
namespace {

// Those of the check, then those of its steps.
std::vector<const scenario::EventExpectation*> all_of(const scenario::Check& check) {
    std::vector<const scenario::EventExpectation*> all;
    for (const scenario::EventExpectation& one : check.expect_events) all.push_back(&one);
    for (const scenario::Step& step : check.steps) {
        for (const scenario::EventExpectation& one : step.expect.events) all.push_back(&one);
    }
    return all;
}

Result<const bpf::EventSource*> require_source(const std::vector<bpf::EventSource>& sources,
                                               const scenario::EventExpectation& expected) {
    std::vector<std::string> names;
    for (const bpf::EventSource& source : sources) {
        if (source.map == expected.map) return &source;
        names.push_back(source.map);
    }
    return scenario::error_at(expected.where,
                              fmt::format("the program has no ring buffer or perf buffer {}{}",
                                          expected.map, what_there_is(expected.map, names)));
}

bool counts_losses(const bpf::EventSource& source) {
    if (source.buffer == bpf::EventBuffer::perf) return true;
    const std::string counter = source.map + "_lost";
    return source.types != nullptr &&
           ::btf__find_by_name_kind(source.types, counter.c_str(), BTF_KIND_VAR) > 0;
}

}  // namespace

Result<bpf::EventTypes> types_of(const scenario::Check& check) {
    bpf::EventTypes types;
    for (const scenario::EventExpectation* const one : all_of(check)) {
        if (one->type.empty()) continue;
        const auto [known, is_new] = types.try_emplace(one->map, one->type);
        if (is_new || known->second == one->type) continue;
        return scenario::error_at(
            one->where, fmt::format("the records of {} are {} elsewhere in the check, and {} here",
                                    one->map, known->second, one->type));
    }
    return types;
}

Result<void> validate_events(const bpf::Program& program, const scenario::Check& check) {
    const std::vector<const scenario::EventExpectation*> expected = all_of(check);
    if (expected.empty()) return {};
    XDPBENCH_TRY(const bpf::EventTypes types, types_of(check));
    const Result<std::vector<bpf::EventSource>> sources = bpf::event_sources(program, types);
    if (!sources) return scenario::placed(expected.front()->where, sources.error());
    for (const scenario::EventExpectation* const one : expected) {
        XDPBENCH_TRY(const bpf::EventSource* const source, require_source(*sources, *one));
        for (const model::Value& record : one->records)
            XDPBENCH_CHECK(bpf::validate_event(*source, record));
        if (!one->lost || counts_losses(*source)) continue;
        Error error =
            scenario::error_at(one->where, fmt::format("what ring buffer {} loses is known to the "
                                                       "program only",
                                                       one->map));
        error.advice = fmt::format("count it in a global variable {}_lost", one->map);
        return error;
    }
    return {};
}

Result<EventJudge> EventJudge::open(const bpf::Program& program, const scenario::Check& check) {
    EventJudge judge;
    judge.check_.expected = &check.expect_events;
    if (all_of(check).empty()) return judge;
    XDPBENCH_TRY(const bpf::EventTypes types, types_of(check));
    XDPBENCH_TRY(bpf::Events events, bpf::Events::open(program, types));
    judge.events_ = std::make_unique<bpf::Events>(std::move(events));
    return judge;
}

Result<void> EventJudge::begin_step(const scenario::Step& step) {
    step_ = Scope{};
    step_->expected = &step.expect.events;
    for (const scenario::EventExpectation& expected : step.expect.events) {
        if (!expected.lost) continue;
        XDPBENCH_TRY(const std::optional<std::uint64_t> before, lost(expected.map));
        step_->lost_before[expected.map] = before.value_or(0);
    }
    return {};
}

Result<void> EventJudge::read() {
    if (events_ == nullptr) return {};
    Result<void> judged;
    XDPBENCH_CHECK(events_->consume([&](const bpf::Event& event) {
        if (judged) judged = judge(event, check_);
        if (judged && step_) judged = judge(event, *step_);
    }));
    return judged;
}

Result<void> EventJudge::judge(const bpf::Event& event, Scope& scope) {
    const std::uint64_t number = scope.counts[event.source->map]++;
    for (const scenario::EventExpectation& expected : *scope.expected) {
        if (expected.map != event.source->map || number >= expected.records.size()) continue;
        XDPBENCH_TRY(const std::vector<bpf::ValueDifference> differences,
                     bpf::compare_event(event, expected.records[number]));
        if (differences.empty()) continue;
        std::string line =
            fmt::format("event {} of {}: got {}", number, expected.map, bpf::event_text(event));
        for (const bpf::ValueDifference& difference : differences) {
            line += fmt::format("\n  {}   expected {}   got {}",
                                difference.path.empty() ? "record" : difference.path,
                                difference.expected, difference.actual);
        }
        scope.lines.push_back(std::move(line));
    }
    return {};
}

Result<std::optional<std::uint64_t>> EventJudge::lost(const std::string& map) const {
    const std::vector<bpf::EventSource>& sources = events_->sources();
    const auto source = std::find_if(sources.begin(), sources.end(),
                                     [&](const auto& one) { return one.map == map; });
    return events_->lost(static_cast<std::size_t>(source - sources.begin()));
}

Result<std::vector<std::string>> EventJudge::end_step() {
    XDPBENCH_TRY(std::vector<std::string> lines, differences_of(*step_));
    step_.reset();
    return lines;
}

Result<std::vector<std::string>> EventJudge::differences() const { return differences_of(check_); }

Result<std::vector<std::string>> EventJudge::differences_of(const Scope& scope) const {
    std::vector<std::string> lines = scope.lines;
    for (const scenario::EventExpectation& expected : *scope.expected) {
        const auto found = scope.counts.find(expected.map);
        const std::uint64_t count = found == scope.counts.end() ? 0 : found->second;
        const std::uint64_t wanted = expected.count.value_or(expected.records.size());
        const bool counted_by_records = expected.count || !expected.records.empty();
        if (counted_by_records && count != wanted) {
            lines.push_back(fmt::format("events of {}: expected {}, got {}", expected.map,
                                        counted(wanted, "record"), thousands(count)));
        }
        if (!expected.lost) continue;
        XDPBENCH_TRY(std::optional<std::uint64_t> lost_now, lost(expected.map));
        const auto before = scope.lost_before.find(expected.map);
        if (lost_now && before != scope.lost_before.end()) *lost_now -= before->second;
        if (lost_now == expected.lost) continue;
        lines.push_back(fmt::format("events of {}: expected {} lost, got {}", expected.map,
                                    thousands(*expected.lost),
                                    lost_now ? thousands(*lost_now) : "no count"));
    }
    return lines;
}

}  // namespace xdpbench::check
