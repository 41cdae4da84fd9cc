#include "check/expectations.h"

#include <algorithm>
#include <utility>

namespace xdpbench::check {

// Each in the file of its name.
ExpectationKind expect_action();
ExpectationKind expect_fields();
ExpectationKind expect_output();
ExpectationKind expect_metadata();
ExpectationKind expect_globals();
ExpectationKind expect_maps();
ExpectationKind expect_events();
ExpectationKind expect_redirect();

std::span<const ExpectationKind> expectation_kinds() {
    static const std::vector<ExpectationKind> kinds{
        expect_action(),  expect_fields(), expect_output(), expect_metadata(),
        expect_globals(), expect_maps(),   expect_events(), expect_redirect()};
    return kinds;
}

namespace {

bool stands_in(const ExpectationKind& kind, Scope scope) {
    return kind.scope == Scope::both || kind.scope == scope;
}

Result<Expectations> read_expect(const scenario::YamlNode& node, Scope scope) {
    scenario::Names required;
    scenario::Names optional;
    for (const ExpectationKind& kind : expectation_kinds()) {
        if (!stands_in(kind, scope)) continue;
        scenario::Names& keys = kind.required ? required : optional;
        keys.insert(keys.end(), kind.keys.begin(), kind.keys.end());
    }
    const char* const what = scope == Scope::step ? "the step's expect" : "the check's expect";
    XDPBENCH_TRY(const scenario::Record record,
                 scenario::Record::read(node, what, required, optional));
    Expectations expectations;
    for (const ExpectationKind& kind : expectation_kinds()) {
        const bool asked =
            stands_in(kind, scope) &&
            std::any_of(kind.keys.begin(), kind.keys.end(),
                        [&](const std::string& key) { return record.find(key) != nullptr; });
        if (!asked) continue;
        XDPBENCH_TRY(std::unique_ptr<Expectation> one, kind.read(record));
        expectations.push_back(std::move(one));
    }
    return expectations;
}

Result<void> load_frames(PreparedCheck& prepared) {
    for (const scenario::Step& step : prepared.check->steps) {
        XDPBENCH_TRY(packet::Frames frames,
                     target::load_frames(step.in, prepared.target->scenario));
        prepared.in.push_back(std::move(frames));
    }
    return {};
}

// Calls `handle` with every expectation of the check, those of the whole check first.
template <class Handle>
Result<void> for_each(const PreparedCheck& prepared, Handle handle) {
    for (const auto& one : prepared.whole) XDPBENCH_CHECK(handle(*one));
    for (const Expectations& step : prepared.steps) {
        for (const auto& one : step) XDPBENCH_CHECK(handle(*one));
    }
    return {};
}

}  // namespace

Result<PreparedCheck> read_expectations(const target::Target& target,
                                        const scenario::Check& check) {
    PreparedCheck prepared{&target, &check, {}, {}, {}, {}};
    for (const scenario::Step& step : check.steps) {
        XDPBENCH_TRY(Expectations expectations, read_expect(step.expect, Scope::step));
        prepared.steps.push_back(std::move(expectations));
    }
    if (check.expect) {
        XDPBENCH_TRY(prepared.whole, read_expect(*check.expect, Scope::check));
    }
    return prepared;
}

Result<PreparedCheck> prepare_check(const target::Target& target, const scenario::Check& check) {
    XDPBENCH_TRY(PreparedCheck prepared, read_expectations(target, check));
    XDPBENCH_CHECK(load_frames(prepared));
    for (std::size_t step = 0; step < check.steps.size(); ++step) {
        for (const auto& one : prepared.steps[step])
            XDPBENCH_CHECK(one->load(check.steps[step], prepared.in[step], target.scenario));
    }
    XDPBENCH_CHECK(
        for_each(prepared, [&](const Expectation& one) { return one.ask(prepared.wanted); }));
    return prepared;
}

Result<PreparedCheck> prepare_recording(const target::Target& target,
                                        const scenario::Check& check) {
    PreparedCheck prepared{&target, &check, {}, {}, blank_expectations(Scope::check), {}};
    XDPBENCH_CHECK(load_frames(prepared));
    for (std::size_t step = 0; step < check.steps.size(); ++step)
        prepared.steps.push_back(blank_expectations(Scope::step));
    XDPBENCH_CHECK(
        for_each(prepared, [&](const Expectation& one) { return one.ask(prepared.wanted); }));
    return prepared;
}

Expectations blank_expectations(Scope scope) {
    Expectations blanks;
    for (const ExpectationKind& kind : expectation_kinds()) {
        if (kind.blank != nullptr && kind.recorded_in == scope) blanks.push_back(kind.blank());
    }
    return blanks;
}

Expectations blank_output(const Expectations& expected, const scenario::YamlNode& expect) {
    const bool gone = std::any_of(expected.begin(), expected.end(),
                                  [](const auto& one) { return one->frame_is_gone(); });
    Expectations blanks;
    for (const ExpectationKind& kind : expectation_kinds()) {
        if (!kind.of_output) continue;
        const bool chosen = std::any_of(
            kind.keys.begin(), kind.keys.end(),
            [&](const std::string& key) { return scenario::find_entry(expect, key) != nullptr; });
        if (chosen) return {};
        if (kind.blank != nullptr && gone) blanks.push_back(kind.blank());
    }
    return blanks;
}

Result<void> validate_expectations(const PreparedCheck& prepared, const bpf::Program& program) {
    return for_each(prepared,
                    [&](const Expectation& one) { return one.validate(prepared, program); });
}

Result<FrameFault> frame_fault(const Expectations& expected, const FrameView& frame) {
    FrameFault fault;
    for (const auto& one : expected) {
        XDPBENCH_CHECK(one->compare_frame(frame, fault));
        if (!fault.action.empty()) break;
    }
    return fault;
}

}  // namespace xdpbench::check
