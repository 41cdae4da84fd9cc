#include "engine/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/file.h"
#include "base/text.h"
#include "engine/check.h"
#include "engine/recorded_steps.h"
#include "engine/update.h"
#include "packet/pcap.h"
#include "scenario/emit.h"
#include "scenario/parse.h"

namespace xdpbench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCheckName = "does what it did when this was recorded";

// a-z, 0-9, _ and -, as a scenario's name must be.
std::string scenario_name(const fs::path& file) {
    std::string name = file.stem().string();
    for (char& letter : name) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
        const bool safe = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                          letter == '_' || letter == '-';
        if (!safe) letter = '_';
    }
    return name;
}

fs::path folder_of(const fs::path& file) {
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

// How a scenario in `folder` names the file; absolute where that is shorter to follow than "../..".
std::string seen_from(const fs::path& folder, const fs::path& file) {
    std::error_code error;
    const fs::path relative = fs::relative(file, folder, error);
    return error || relative.empty() ? fs::absolute(file, error).string() : relative.string();
}

// "mine-in.pcap" beside "mine.yaml".
fs::path input_pcap(const fs::path& file) {
    return folder_of(file) / (file.stem().string() + "-in.pcap");
}

// Whether the frames are in no pcap as they are run: made by Scapy, or padded.
bool needs_input_pcap(const FrameRef& traffic) {
    return is_code(traffic) || traffic.cut == CutFrames::pad;
}

// The traffic as the scenario names it: a pcap of the tool's own by name alone.
Result<FrameRef> traffic_seen_from(const fs::path& file, const Subject& subject) {
    FrameRef ref;
    if (needs_input_pcap(subject.traffic)) {
        ref.pcap = ref.text = input_pcap(file).filename().string();
        return ref;
    }
    ref = subject.traffic;
    XDPBENCH_TRY(const fs::path pcap, find_pcap(ref, subject.scenario));
    XDPBENCH_TRY(const fs::path data, data_folder());
    std::error_code error;
    const bool own = fs::equivalent(pcap.parent_path(), data / "pcaps", error);
    ref.pcap = own ? pcap.filename().string() : seen_from(folder_of(file), pcap);
    ref.text = ref.pcap;
    return ref;
}

YamlNode program_node(const Subject& subject, const fs::path& folder) {
    const ProgramRef& program = subject.scenario.program;
    if (!program.name.empty()) return yaml_text(program.name);
    YamlNode node = yaml_mapping({{"object", yaml_text(seen_from(folder, subject.object))}});
    if (!program.function.empty()) entry_of(node, "function") = yaml_text(program.function);
    return node;
}

// What the program was set up with, as the scenario it comes from writes it.
Result<void> copy_configuration(const Subject& subject, YamlNode& root) {
    if (subject.scenario.file.empty()) return {};
    XDPBENCH_TRY(const std::string text, read_file(subject.scenario.file));
    XDPBENCH_TRY(const YamlNode from, parse_yaml(text, subject.scenario.file.string()));
    for (const YamlNode::Entry& entry : *from.mapping()) {
        if (entry.key == "globals" || entry.key == "maps") entry_of(root, entry.key) = entry.value;
    }
    return {};
}

Result<YamlNode> scenario_node(const Subject& subject, const fs::path& file,
                               const FrameRef& traffic, YamlNode check) {
    const fs::path folder = folder_of(file);
    YamlNode root =
        yaml_mapping({{"name", yaml_text(scenario_name(file))},
                      {"about", yaml_text(fmt::format("What {} did with {} when this was recorded",
                                                      subject.scenario.name, traffic.text))},
                      {"program", program_node(subject, folder)}});
    XDPBENCH_CHECK(copy_configuration(subject, root));
    entry_of(root, "checks") = yaml_list({std::move(check)});
    return root;
}

std::string scenario_text(const YamlNode& root, const std::vector<std::string>& unsteady) {
    std::string text =
        "# What the program did when this was recorded; nobody has judged whether it is right.\n";
    for (const std::string& line : unsteady) {
        const std::string one_line = split(line, '\n').front();
        text += fmt::format("# Left out, because it was otherwise when repeated: {}\n", one_line);
    }
    return text + emit_yaml(root);
}

Result<void> must_not_exist(const fs::path& file) {
    std::error_code error;
    if (!fs::exists(file, error)) return {};
    return input_error(fmt::format("{} exists already", file.string()),
                       "name another file with -o, remove it, or bring a scenario up to date with "
                       "record --update FILE");
}

// The checks of `scenario` whose names are in `names` (all, if empty) must pass.
Result<void> must_hold(const Subject& subject, const std::vector<std::string>& names) {
    for (const Check& check : subject.scenario.checks) {
        if (!names.empty() && std::find(names.begin(), names.end(), check.name) == names.end())
            continue;
        const Verdict verdict = run_check(subject, check);
        if (verdict.outcome == Outcome::passed) continue;
        return input_error(
            fmt::format("check {} does not hold with what was recorded:\n{}", check.name,
                        verdict.message),
            "what depends on time, chance or the CPU, and where a redirect leads, is "
            "written by hand; nothing was changed");
    }
    return {};
}

// Puts the scenario in place if its checks hold, and nothing if they do not.
Result<void> put_in_place(OutputFile file, const std::string& text, Subject subject,
                          const RecordedFrames& out, const std::vector<std::string>& checks) {
    XDPBENCH_TRY(subject.scenario, parse_scenario_text(text, file.path()));
    subject.judged = true;
    XDPBENCH_CHECK(out.write());
    Result<void> held = must_hold(subject, checks);
    if (held) held = file.commit(text);
    if (!held) out.undo();
    return held;
}

std::string tally_line(const Recording& recording) {
    std::map<Action, std::size_t> tally;
    const StepRecording& frames = recording.steps.front();
    for (const FrameResult& result : frames.results) ++tally[result.action];
    std::vector<std::string> parts;
    parts.reserve(tally.size());
    for (const auto& [action, count] : tally)
        parts.push_back(fmt::format("{} {}", thousands(count), action_name(action)));
    std::size_t entries = 0;
    for (const MapContent& content : recording.changes) entries += content.entries.size();
    std::string line = fmt::format("{}: {}; {} of maps changed", counted(frames.in.size(), "frame"),
                                   fmt::join(parts, ", "), counted(entries, "entry"));
    for (const RecordedEvents& events : recording.recorded)
        line +=
            fmt::format("; {} in {}", counted(events.records.size(), "record"), events.source.map);
    return line;
}

}  // namespace

Result<Recorded> record_scenario(const Subject& subject, const fs::path& file) {
    XDPBENCH_CHECK(must_not_exist(file));
    XDPBENCH_TRY(RecordedFrames out, RecordedFrames::beside(file));
    XDPBENCH_CHECK(must_not_exist(out.path()));
    if (needs_input_pcap(subject.traffic)) XDPBENCH_CHECK(must_not_exist(input_pcap(file)));
    XDPBENCH_TRY(OutputFile scenario, OutputFile::create(file));
    XDPBENCH_TRY(const FrameRef traffic, traffic_seen_from(file, subject));
    Check everything;
    everything.steps.push_back({{}, subject.traffic, {}, {}});
    XDPBENCH_TRY(const Recording recording, record_check(subject, everything));
    const Frames& frames = recording.steps.front().in;

    std::vector<YamlNode> expectations;
    for (const FrameResult& result : recording.steps.front().results)
        expectations.push_back(
            yaml_mapping({{"action", yaml_text(std::string(action_name(result.action)))}}));
    YamlNode::List steps;
    for (RecordedStep& step :
         recorded_steps(traffic, recording.steps.front(), yaml_mapping({}), expectations, out))
        steps.push_back(std::move(step.node));
    YamlNode check =
        yaml_mapping({{"name", yaml_text(kCheckName)}, {"steps", yaml_list(std::move(steps))}});
    YamlNode expect = yaml_mapping({});
    if (!recording.changes.empty()) entry_of(expect, "maps") = to_yaml(recording.changes);
    if (!recording.events.empty()) entry_of(expect, "events") = to_yaml(recording.events);
    if (!expect.mapping()->empty()) entry_of(check, "expect") = std::move(expect);
    XDPBENCH_TRY(const YamlNode root, scenario_node(subject, file, traffic, std::move(check)));
    const bool own_input = needs_input_pcap(subject.traffic);
    if (own_input) XDPBENCH_CHECK(write_frames(input_pcap(file), frames));
    const Result<void> placed = put_in_place(
        std::move(scenario), scenario_text(root, recording.unsteady), subject, out, {});
    if (!placed) {
        std::error_code ignored;
        if (own_input) fs::remove(input_pcap(file), ignored);
        return placed.error();
    }

    Recorded recorded{{tally_line(recording)}};
    for (const std::string& line : recording.unsteady)
        recorded.lines.push_back("left out, because it was otherwise when repeated: " + line);
    recorded.lines.push_back("wrote " + file.string());
    if (own_input) {
        recorded.lines.push_back(fmt::format("wrote {}, {} as they were run",
                                             input_pcap(file).string(),
                                             counted(frames.size(), "frame")));
    }
    if (out.added() > 0) {
        recorded.lines.push_back(
            fmt::format("wrote {}, {}", out.path().string(), counted(out.added(), "frame")));
    }
    recorded.lines.push_back("review it, then: xdp-bench --scenario " + file.string());
    return recorded;
}

Result<Recorded> update_scenario(const fs::path& file) {
    XDPBENCH_TRY(Subject subject, subject_of(file));
    XDPBENCH_CHECK(validate(subject, false));
    XDPBENCH_TRY(const std::string text, read_file(file));
    XDPBENCH_TRY(RecordedFrames out, RecordedFrames::beside(file));
    XDPBENCH_TRY(OutputFile scenario, OutputFile::create(file));
    XDPBENCH_TRY(const UpdatedText updated, update_checks(subject, text, out));
    Recorded recorded{updated.lines};
    if (updated.checks.empty()) {
        recorded.lines.emplace_back("all checks hold: nothing was changed");
        return recorded;
    }
    XDPBENCH_CHECK(
        put_in_place(std::move(scenario), updated.text, std::move(subject), out, updated.checks));
    recorded.lines.push_back(
        fmt::format("rewrote {} of {}", counted(updated.checks.size(), "check"), file.string()));
    if (out.added() > 0) {
        recorded.lines.push_back(
            fmt::format("added {} to {}", counted(out.added(), "frame"), out.path().string()));
    }
    return recorded;
}

}  // namespace xdpbench
