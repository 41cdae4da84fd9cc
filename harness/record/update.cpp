#include "record/update.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "bpf/metadata.h"
#include "check/check.h"
#include "check/step_check.h"
#include "packet/field_value.h"
#include "packet/hex.h"
#include "record/recorded_events.h"
#include "record/recording.h"
#include "record/yaml.h"
#include "scenario/diagnostic.h"
#include "scenario/emit.h"
#include "scenario/reader.h"

namespace xdpbench::record {
namespace {

// Whether one frame of a step became what `step` expects; `out`: as a whole, nullptr if that is not
// compared.
Result<bool> frame_holds(const bpf::Program& program, const scenario::Step& step,
                         const packet::Frame* out, const FrameResult& result) {
    const scenario::StepExpectation& expect = step.expect;
    if (result.action != expect.action) return false;
    if (out != nullptr && !packet::diff_frames(*out, result.out, expect.mask).empty()) return false;
    if (!packet::differences_from(expect.frame, result.out).empty()) return false;
    if (!expect.metadata) return true;
    XDPBENCH_TRY(const std::vector<std::string> differences,
                 bpf::metadata_differences(program, *expect.metadata, result.metadata));
    return differences.empty();
}

Result<bool> frames_hold(const target::Target& target, const bpf::Program& program,
                         const scenario::Step& step, const StepRecording& seen) {
    XDPBENCH_TRY(const check::StepFrames frames, check::load_step(step, target.scenario));
    for (std::size_t i = 0; i < seen.results.size(); ++i) {
        XDPBENCH_TRY(const bool holds,
                     frame_holds(program, step, frames.out.empty() ? nullptr : &frames.out[i],
                                 seen.results[i]));
        if (!holds) return false;
    }
    return true;
}

// The fields that `expect` names, with what they are now; one that is otherwise in every run is
// left out.
void update_fields(const std::vector<packet::ExpectedField>& expected, const FrameResult& result,
                   scenario::YamlNode& expect) {
    if (expected.empty()) return;
    scenario::YamlNode& fields = entry_of(expect, "fields");
    for (const packet::ExpectedField& field : expected) {
        const packet::Mask& varying = result.varying;
        if (std::find(varying.begin(), varying.end(), field.name) != varying.end()) {
            erase_entry(fields, field.name);
        } else if (!packet::differences_from({{field}, false, {}}, result.out).empty()) {
            entry_of(fields, field.name) =
                scenario::yaml_text(packet::field_value(field.name, result.out));
        }
    }
    if (fields.mapping()->empty()) erase_entry(expect, "fields");
}

// What both runs left in front of the frame, as far as `expected` names it; nothing if that is
// nothing.
Result<std::optional<scenario::YamlNode>> current_metadata(const bpf::Program& program,
                                                           const scenario::Metadata& expected,
                                                           const FrameResult& result) {
    if (!expected.type.empty()) {
        XDPBENCH_TRY(const std::optional<model::Value> now,
                     bpf::decode_metadata(program, expected, result.metadata));
        XDPBENCH_TRY(const std::optional<model::Value> again,
                     bpf::decode_metadata(program, expected, result.metadata_again));
        if (now && again) {
            const std::optional<model::Value> steady =
                common_part(restricted(*now, expected.value), restricted(*again, expected.value));
            if (!steady) return std::optional<scenario::YamlNode>();
            return std::optional(scenario::yaml_mapping(
                {{"type", scenario::yaml_text(expected.type)}, {"value", to_yaml(*steady)}}));
        }
    }
    if (result.metadata != result.metadata_again) return std::optional<scenario::YamlNode>();
    return std::optional(scenario::yaml_text(
        result.metadata.empty() ? "none" : "hex:" + packet::to_hex(result.metadata)));
}

Result<void> update_metadata(const bpf::Program& program, const scenario::Metadata& expected,
                             const FrameResult& result, scenario::YamlNode& expect) {
    XDPBENCH_TRY(const std::vector<std::string> differences,
                 bpf::metadata_differences(program, expected, result.metadata));
    XDPBENCH_TRY(const std::vector<std::string> again,
                 bpf::metadata_differences(program, expected, result.metadata_again));
    if (differences.empty() && again.empty()) return {};
    XDPBENCH_TRY(std::optional<scenario::YamlNode> now,
                 current_metadata(program, expected, result));
    if (now) {
        entry_of(expect, "metadata") = std::move(*now);
    } else {
        erase_entry(expect, "metadata");
    }
    return {};
}

// What the author chose to expect of a frame, `out` left aside, with what the program does now.
Result<scenario::YamlNode> updated_expectation(const bpf::Program& program,
                                               const scenario::Step& step,
                                               const FrameResult& result,
                                               scenario::YamlNode expect) {
    entry_of(expect, "action") =
        scenario::yaml_text(std::string(model::action_name(result.action)));
    if (result.action != model::Action::redirect) erase_entry(expect, "redirect");
    update_fields(step.expect.frame.fields, result, expect);
    if (step.expect.frame.checksums &&
        !packet::differences_from({{}, true, {}}, result.out).empty())
        erase_entry(expect, "checksums");
    if (step.expect.frame.length)
        entry_of(expect, "length") = scenario::yaml_text(std::to_string(result.out.bytes.size()));
    if (step.expect.metadata)
        XDPBENCH_CHECK(update_metadata(program, *step.expect.metadata, result, expect));
    return expect;
}

// The entry as it is now, in the place of one that does not hold.
Result<scenario::YamlNode> updated_entry(const bpf::Program& program, const std::string& map,
                                         const scenario::MapEntry& entry) {
    XDPBENCH_TRY(const std::optional<bpf::StoredEntry> stored, program.find_entry(map, entry.key));
    scenario::MapEntry now{entry.key, std::nullopt, std::nullopt, true};
    if (!stored) return to_yaml(now);
    now = program.expectation_of(*stored);
    now.key = entry.key;
    if (entry.value && now.value) now.value = restricted(*now.value, *entry.value);
    if (entry.sum_cpus && now.sum_cpus) now.sum_cpus = restricted(*now.sum_cpus, *entry.sum_cpus);
    return to_yaml(now);
}

Result<void> update_maps(const bpf::Program& program, const scenario::Check& check,
                         scenario::YamlNode& node) {
    for (const scenario::MapContent& content : check.expect_maps) {
        scenario::YamlNode& list =
            entry_of(entry_of(entry_of(node, "expect"), "maps"), content.map);
        for (std::size_t i = 0; i < content.entries.size(); ++i) {
            const scenario::MapEntry& entry = content.entries[i];
            XDPBENCH_TRY(const std::vector<std::string> differences,
                         program.compare_maps({{content.where, content.map, {entry}}}));
            if (differences.empty()) continue;
            XDPBENCH_TRY(std::get<scenario::YamlNode::List>(list.data)[i],
                         updated_entry(program, content.map, entry));
        }
    }
    return {};
}

// The events of `expected` in `expect`, by map, where they are not what `recorded` has (and
// `again`, the second run): as far as both runs wrote the same.
Result<void> update_events(const std::vector<scenario::EventExpectation>& expected,
                           const std::vector<RecordedEvents>& recorded,
                           const std::vector<RecordedEvents>& again, scenario::YamlNode& expect) {
    for (const scenario::EventExpectation& one : expected) {
        for (std::size_t i = 0; i < recorded.size(); ++i) {
            if (recorded[i].source.map != one.map) continue;
            std::vector<std::string> unsteady;  // what is left out, which record_check() has told
            std::vector<scenario::EventExpectation> steady =
                steady_events({recorded[i]}, {again[i]}, unsteady);
            if (steady.empty()) steady.push_back({{}, one.map, {}, {}, {}, {}});
            XDPBENCH_TRY(const std::optional<scenario::EventExpectation> now,
                         updated_events(recorded[i], steady.front(), one));
            if (!now) continue;
            scenario::YamlNode& events = entry_of(expect, "events");
            if (now->count || now->lost) {
                entry_of(events, one.map) = to_yaml(*now);
            } else {
                erase_entry(events, one.map);
            }
            if (events.mapping()->empty()) erase_entry(expect, "events");
        }
    }
    return {};
}

std::vector<RecordedEvents> of_frames(const std::vector<RecordedEvents>& recorded,
                                      std::size_t first, std::size_t end) {
    std::vector<RecordedEvents> parts;
    parts.reserve(recorded.size());
    for (const RecordedEvents& one : recorded) parts.push_back(one.of_frames(first, end));
    return parts;
}

// The steps that take the place of `step`, written as `node`.
Result<std::vector<RecordedStep>> updated_step(
    const target::Target& target, const Recording& recording, const scenario::Step& step,
    const StepRecording& seen, const scenario::YamlNode& node, RecordedFrames& out) {
    const bpf::Program& program = recording.lone.program;
    XDPBENCH_TRY(const bool hold, frames_hold(target, program, step, seen));
    std::vector<RecordedStep> steps{{0, seen.in.size(), node}};
    if (!hold) {
        std::vector<scenario::YamlNode> expectations;
        for (const FrameResult& result : seen.results) {
            XDPBENCH_TRY(scenario::YamlNode expect,
                         updated_expectation(program, step, result,
                                             scenario::find_entry(node, "expect")->value));
            expectations.push_back(std::move(expect));
        }
        steps = recorded_steps(step.in, seen, node, expectations, out);
    }
    for (RecordedStep& one : steps) {
        const std::size_t first = seen.first + one.first;
        const std::size_t end = seen.first + one.end;
        XDPBENCH_CHECK(update_events(step.expect.events, of_frames(recording.recorded, first, end),
                                     of_frames(recording.recorded_again, first, end),
                                     entry_of(one.node, "expect")));
    }
    return steps;
}

// The check with what the program does now.
Result<scenario::YamlNode> updated_check(const target::Target& target, const scenario::Check& check,
                                         scenario::YamlNode node, RecordedFrames& out) {
    XDPBENCH_TRY(const Recording recording, record_check(target, check));
    const scenario::YamlNode::List old_steps = *entry_of(node, "steps").list();
    scenario::YamlNode::List steps;
    for (std::size_t i = 0; i < check.steps.size(); ++i) {
        XDPBENCH_TRY(
            std::vector<RecordedStep> updated,
            updated_step(target, recording, check.steps[i], recording.steps[i], old_steps[i], out));
        for (RecordedStep& step : updated) steps.push_back(std::move(step.node));
    }
    entry_of(node, "steps") = scenario::yaml_list(std::move(steps));
    XDPBENCH_CHECK(update_maps(recording.lone.program, check, node));
    if (!check.expect_events.empty())
        XDPBENCH_CHECK(update_events(check.expect_events, recording.recorded,
                                     recording.recorded_again, entry_of(node, "expect")));
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
                                  RecordedFrames& out) {
    XDPBENCH_TRY(const scenario::YamlNode root,
                 scenario::parse_yaml(text, target.scenario.file.string()));
    std::vector<std::string> lines = split(text, '\n');
    UpdatedText updated;
    // From the last to the first, so that the places of those before stay right.
    for (std::size_t i = target.scenario.checks.size(); i-- > 0;) {
        const scenario::Check& check = target.scenario.checks[i];
        const check::Verdict verdict = check::run_check(target, check);
        if (verdict.outcome == model::Outcome::passed) continue;
        if (verdict.outcome != model::Outcome::failed)
            return unavailable_error(fmt::format("check {}: {}", check.name, verdict.message));
        XDPBENCH_TRY(const Region region, region_of(root, i, lines));
        const scenario::YamlNode& old = (*scenario::find_entry(root, "checks")->value.list())[i];
        XDPBENCH_TRY(scenario::YamlNode node, updated_check(target, check, old, out));
        if (has_comment(lines, region))
            updated.lines.emplace_back("  the comments inside this check are gone");
        updated.lines.push_back(fmt::format("check {}\n{}", check.name, verdict.message));
        updated.checks.push_back(check.name);
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
