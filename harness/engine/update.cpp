#include "engine/update.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "engine/check.h"
#include "engine/event_check.h"
#include "scenario/diagnostic.h"
#include "scenario/emit.h"
#include "scenario/reader.h"

namespace xdpbench {
namespace {

bool step_holds(const Step& step, const Frames& in, const Frames& out,
                const std::vector<FrameResult>& results) {
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i].action != step.expect.action) return false;
        if (step.expect.unchanged && !(results[i].out == in[i])) return false;
        if (!out.empty() && !diff_frames(out[i], results[i].out, step.expect.mask).empty())
            return false;
    }
    return true;
}

// The entry as it is now, in the place of one that does not hold.
Result<YamlNode> updated_entry(const Program& program, const std::string& map,
                               const MapEntry& entry) {
    XDPBENCH_TRY(const std::optional<StoredEntry> stored, program.find_entry(map, entry.key));
    MapEntry now{entry.key, std::nullopt, std::nullopt, true};
    if (!stored) return to_yaml(now);
    now = program.expectation_of(*stored);
    now.key = entry.key;
    if (entry.value && now.value) now.value = restricted(*now.value, *entry.value);
    if (entry.sum_cpus && now.sum_cpus) now.sum_cpus = restricted(*now.sum_cpus, *entry.sum_cpus);
    return to_yaml(now);
}

Result<void> update_maps(const Program& program, const Check& check, YamlNode& node) {
    for (const MapContent& content : check.expect_maps) {
        YamlNode& list = entry_of(entry_of(entry_of(node, "expect"), "maps"), content.map);
        for (std::size_t i = 0; i < content.entries.size(); ++i) {
            const MapEntry& entry = content.entries[i];
            XDPBENCH_TRY(const std::vector<std::string> differences,
                         program.compare_maps({{content.where, content.map, {entry}}}));
            if (differences.empty()) continue;
            XDPBENCH_TRY(std::get<YamlNode::List>(list.data)[i],
                         updated_entry(program, content.map, entry));
        }
    }
    return {};
}

Result<void> update_events(const Recording& recording, const Check& check, YamlNode& node) {
    for (const EventExpectation& expected : check.expect_events) {
        const auto of_map = [&](const auto& one) { return one.map == expected.map; };
        const auto steady = std::find_if(recording.events.begin(), recording.events.end(), of_map);
        const auto recorded =
            std::find_if(recording.recorded.begin(), recording.recorded.end(),
                         [&](const RecordedEvents& one) { return one.source.map == expected.map; });
        if (steady == recording.events.end() || recorded == recording.recorded.end()) continue;
        XDPBENCH_TRY(const std::optional<EventExpectation> now,
                     updated_events(*recorded, *steady, expected));
        if (now)
            entry_of(entry_of(entry_of(node, "expect"), "events"), expected.map) = to_yaml(*now);
    }
    return {};
}

// The check with what the program does now.
Result<YamlNode> updated_check(const Subject& subject, const Check& check, YamlNode node,
                               RecordedFrames& out) {
    std::vector<Frames> inputs;
    Frames all;
    for (const Step& step : check.steps) {
        XDPBENCH_TRY(Frames frames, load_frames(step.in, subject.scenario));
        all.insert(all.end(), frames.begin(), frames.end());
        inputs.push_back(std::move(frames));
    }
    XDPBENCH_TRY(const EventTypes types, types_of(check));
    XDPBENCH_TRY(const Recording recording,
                 record_frames(subject, check.configuration, all, types));
    const YamlNode::List old_steps = *entry_of(node, "steps").list();
    YamlNode::List steps;
    auto first = recording.frames.begin();
    for (std::size_t i = 0; i < check.steps.size(); ++i) {
        const Step& step = check.steps[i];
        const auto end = first + static_cast<std::ptrdiff_t>(inputs[i].size());
        const std::vector<FrameResult> results(first, end);
        first = end;
        Frames expected;
        if (step.expect.out) {
            XDPBENCH_TRY(expected, load_frames(*step.expect.out, subject.scenario));
        }
        if (step_holds(step, inputs[i], expected, results)) {
            steps.push_back(old_steps[i]);
            continue;
        }
        for (YamlNode& recorded : recorded_steps(step.in, inputs[i], results, old_steps[i], out))
            steps.push_back(std::move(recorded));
    }
    entry_of(node, "steps") = yaml_list(std::move(steps));
    XDPBENCH_CHECK(update_maps(recording.program, check, node));
    XDPBENCH_CHECK(update_events(recording, check, node));
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
Result<Region> region_of(const YamlNode& root, std::size_t index,
                         const std::vector<std::string>& lines) {
    const YamlNode::List& checks = *find_entry(root, "checks")->value.list();
    const Location& where = checks[index].where;
    const auto line = static_cast<std::size_t>(where.line) - 1;
    const std::string before = lines[line].substr(0, static_cast<std::size_t>(where.column) - 1);
    const std::size_t dash = before.find('-');
    if (trim(before) != "-") {
        return error_at(where,
                        "only checks that begin on a line of their own with '- ' can be rewritten");
    }
    std::size_t end = lines.size();
    for (const YamlNode::Entry& entry : *root.mapping()) {
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

Result<UpdatedText> update_checks(const Subject& subject, const std::string& text,
                                  RecordedFrames& out) {
    XDPBENCH_TRY(const YamlNode root, parse_yaml(text, subject.scenario.file.string()));
    std::vector<std::string> lines = split(text, '\n');
    UpdatedText updated;
    // From the last to the first, so that the places of those before stay right.
    for (std::size_t i = subject.scenario.checks.size(); i-- > 0;) {
        const Check& check = subject.scenario.checks[i];
        const Verdict verdict = run_check(subject, check);
        if (verdict.outcome == Outcome::passed) continue;
        if (verdict.outcome != Outcome::failed)
            return unavailable_error(fmt::format("check {}: {}", check.name, verdict.message));
        XDPBENCH_TRY(const Region region, region_of(root, i, lines));
        const YamlNode& old = (*find_entry(root, "checks")->value.list())[i];
        XDPBENCH_TRY(YamlNode node, updated_check(subject, check, old, out));
        if (has_comment(lines, region))
            updated.lines.emplace_back("  the comments inside this check are gone");
        updated.lines.push_back(fmt::format("check {}\n{}", check.name, verdict.message));
        updated.checks.push_back(check.name);
        std::string block = emit_yaml(yaml_list({std::move(node)}), region.indent);
        block.pop_back();  // the lines are joined again below
        const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(region.begin);
        const auto end = lines.begin() + static_cast<std::ptrdiff_t>(region.end);
        lines.insert(lines.erase(begin, end), block);
    }
    std::reverse(updated.lines.begin(), updated.lines.end());
    updated.text = fmt::format("{}", fmt::join(lines, "\n"));
    return updated;
}

}  // namespace xdpbench
