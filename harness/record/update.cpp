#include "record/update.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "check/check.h"
#include "check/expectations.h"
#include "check/repeated_observation.h"
#include "scenario/diagnostic.h"
#include "scenario/emit.h"
#include "scenario/reader.h"

namespace xdpbench::record {
namespace {

using Judges = std::vector<const check::Expectation*>;

Judges judges_of(const check::Expectations& expectations) {
    Judges judges;
    judges.reserve(expectations.size());
    for (const auto& one : expectations) judges.push_back(one.get());
    return judges;
}

Result<bool> frames_hold(const check::PreparedCheck& prepared,
                         const check::RepeatedObservation& seen, std::size_t step) {
    for (std::size_t i = 0; i < prepared.in[step].size(); ++i) {
        XDPBENCH_TRY(
            const check::FrameFault fault,
            check::frame_fault(prepared.steps[step], frame_twice(prepared, seen, step, i).now));
        if (fault.any()) return false;
    }
    return true;
}

// The steps that take the place of step `number`, written as `node`, whose first frame has the
// number `first` in the check.
Result<std::vector<RecordedStep>> updated_step(const check::PreparedCheck& prepared,
                                               const check::RepeatedObservation& seen,
                                               std::size_t number, std::size_t first,
                                               const scenario::YamlNode& node,
                                               check::RecordedFrames& out) {
    const check::Expectations& expected = prepared.steps[number];
    const Judges judges = judges_of(expected);
    XDPBENCH_TRY(const bool hold, frames_hold(prepared, seen, number));
    std::vector<RecordedStep> steps{{{0, prepared.in[number].size()}, node}};
    if (!hold) {
        const check::Expectations added =
            check::blank_output(expected, prepared.check->steps[number].expect);
        Judges all = judges;
        for (const auto& one : added) all.push_back(one.get());
        XDPBENCH_TRY(steps, recorded_steps(prepared, seen, number, prepared.check->steps[number].in,
                                           node, all, out));
    }
    check::RecordingNotes told;  // by the failures of the check
    for (RecordedStep& step : steps) {
        for (const check::Expectation* const one : judges)
            XDPBENCH_CHECK(one->update(seen, {first + step.frames.first, first + step.frames.end},
                                       scenario::entry_of(step.node, "expect"), told));
    }
    return steps;
}

// The check with what the program does now.
Result<scenario::YamlNode> updated_check(const target::Target& target, const scenario::Check& check,
                                         scenario::YamlNode node, check::RecordedFrames& out) {
    XDPBENCH_TRY(const check::PreparedCheck prepared, check::prepare_check(target, check));
    XDPBENCH_TRY(const check::RepeatedObservation seen,
                 check::observe_twice(target, check, prepared.in, prepared.wanted));
    const scenario::YamlNode::List old_steps = *scenario::entry_of(node, "steps").list();
    scenario::YamlNode::List steps;
    std::size_t frames = 0;
    for (std::size_t i = 0; i < check.steps.size(); ++i) {
        XDPBENCH_TRY(std::vector<RecordedStep> updated,
                     updated_step(prepared, seen, i, frames, old_steps[i], out));
        for (RecordedStep& step : updated) steps.push_back(std::move(step.node));
        frames += prepared.in[i].size();
    }
    scenario::entry_of(node, "steps") = scenario::yaml_list(std::move(steps));
    check::RecordingNotes told;
    for (const check::Expectation* const one : judges_of(prepared.whole))
        XDPBENCH_CHECK(one->update(seen, {0, frames}, scenario::entry_of(node, "expect"), told));
    const scenario::YamlNode::Entry* const expect = scenario::find_entry(node, "expect");
    if (expect != nullptr && expect->value.mapping()->empty())
        scenario::erase_entry(node, "expect");
    return node;
}

// Lines of a text, from 0, the end not included.
struct Region {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t indent = 0;  // columns before "- "
};

bool is_blank_or_comment(const std::string& line) {
    const std::string_view text = trim(line);
    return text.empty() || text.front() == '#';
}

// Where check `index` stands: from its "- " to its last line with something in it.
Result<Region> region_of(const scenario::YamlNode& root, std::size_t index,
                         const std::vector<std::string>& lines) {
    const scenario::YamlNode::List& checks = *scenario::find_entry(root, "checks")->value.list();
    const model::Location& where = checks[index].where;
    const auto line = static_cast<std::size_t>(where.line) - 1;
    const std::string before = lines[line].substr(0, static_cast<std::size_t>(where.column) - 1);
    const std::size_t dash = before.find('-');
    if (trim(before) != "-") {
        return scenario::error_at(
            where, "only checks that begin on a line of their own with '- ' can be rewritten");
    }
    std::size_t end = lines.size();
    for (const scenario::YamlNode::Entry& entry : *root.mapping()) {
        const auto next = static_cast<std::size_t>(entry.where.line) - 1;
        if (next > line) end = std::min(end, next);
    }
    if (index + 1 < checks.size())
        end = std::min(end, static_cast<std::size_t>(checks[index + 1].where.line) - 1);
    while (end > line + 1 && is_blank_or_comment(lines[end - 1])) --end;
    return Region{line, end, dash};
}

bool has_comment(const std::vector<std::string>& lines, const Region& region) {
    return std::any_of(lines.begin() + static_cast<std::ptrdiff_t>(region.begin),
                       lines.begin() + static_cast<std::ptrdiff_t>(region.end),
                       [](const std::string& line) {
                           return trim(line).starts_with("#") || line.find(" #") != line.npos;
                       });
}

}  // namespace

Result<UpdatedText> update_checks(const target::Target& target, const std::string& text,
                                  check::RecordedFrames& out,
                                  const std::function<void(const std::string&)>& progress) {
    XDPBENCH_TRY(const scenario::YamlNode root,
                 scenario::parse_yaml(text, target.scenario.file.string()));
    std::vector<std::string> lines = split(text, '\n');
    UpdatedText updated;
    // From the last to the first, so that the places of those before stay right.
    for (std::size_t i = target.scenario.checks.size(); i-- > 0;) {
        const scenario::Check& one = target.scenario.checks[i];
        progress(fmt::format("check {}", one.name));
        Result<check::Verdict> judged = check::judge_check(target, one);
        if (!judged) return judged.error().in("check " + one.name);
        const check::Verdict& verdict = *judged;
        if (verdict.outcome == model::Outcome::passed) continue;
        XDPBENCH_TRY(const Region region, region_of(root, i, lines));
        const scenario::YamlNode& old = (*scenario::find_entry(root, "checks")->value.list())[i];
        XDPBENCH_TRY(scenario::YamlNode node, updated_check(target, one, old, out));
        if (has_comment(lines, region))
            updated.lines.emplace_back("  the comments inside this check are gone");
        updated.lines.push_back(fmt::format("check {}\n{}", one.name, verdict.message));
        updated.checks.push_back(one.name);
        std::string block =
            scenario::emit_yaml(scenario::yaml_list({std::move(node)}), region.indent);
        block.pop_back();  // the lines are joined again below
        const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(region.begin);
        const auto end = lines.begin() + static_cast<std::ptrdiff_t>(region.end);
        lines.insert(lines.erase(begin, end), block);
    }
    std::reverse(updated.lines.begin(), updated.lines.end());
    updated.text = fmt::format("{}", fmt::join(lines, "\n"));
    return updated;
}

}  // namespace xdpbench::record
