#include "record/record.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>

#include "base/file.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "bpf/test_run.h"
#include "check/check.h"
#include "check/expectations.h"
#include "check/recorded_frames.h"
#include "check/reproducible.h"
#include "check/validate.h"
#include "packet/pcap.h"
#include "record/recorded_steps.h"
#include "record/update.h"
#include "scenario/emit.h"
#include "scenario/frame_ref.h"
#include "scenario/parse.h"
#include "scenario/yaml_value.h"
#include "target/settings.h"
#include "traffic/pinned.h"

namespace xdpbench::record {
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
bool needs_input_pcap(const scenario::FrameRef& traffic) {
    return target::is_code(traffic) || traffic.cut == packet::CutFrames::pad;
}

// A name that the scenario can have: read from it, it is the same file.
Result<scenario::FrameRef> nameable(scenario::FrameRef ref) {
    const auto read = scenario::parse_frame_ref(ref.pcap, {});
    const bool same = read && read->pcap == ref.pcap && !read->last;
    if (same && !find_unprintable(ref.pcap)) return ref;
    return input_error(
        fmt::format("a scenario cannot name the file {}: {}", ref.pcap,
                    same ? "the name is not UTF-8, or has control characters"
                         : "it would be read as something else (behind a '#' comes the number of "
                           "a frame)"),
        "rename the file, with letters, digits, '.', '-' and '_' only");
}

// The traffic as the scenario names it: a pcap of the tool's own by name alone.
Result<scenario::FrameRef> traffic_seen_from(const fs::path& file, const target::Target& target) {
    scenario::FrameRef ref;
    if (needs_input_pcap(target.traffic)) {
        ref.pcap = ref.text = input_pcap(file).filename().string();
        return nameable(std::move(ref));
    }
    ref = target.traffic;
    XDPBENCH_TRY(const fs::path pcap, target::find_pcap(ref, target.scenario));
    XDPBENCH_TRY(const fs::path data, target::data_folder());
    std::error_code error;
    const bool own = fs::equivalent(pcap.parent_path(), data / "pcaps", error);
    ref.pcap = own ? pcap.filename().string() : seen_from(folder_of(file), pcap);
    ref.text = ref.pcap;
    return nameable(std::move(ref));
}

scenario::YamlNode program_node(const target::Target& target, const fs::path& folder) {
    const scenario::ProgramRef& program = target.scenario.program;
    if (!program.name.empty()) return scenario::yaml_text(program.name);
    if (!program.loaded.empty())
        return scenario::yaml_mapping({{"loaded", scenario::yaml_text(program.loaded)}});
    scenario::YamlNode node =
        scenario::yaml_mapping({{"object", scenario::yaml_text(seen_from(folder, target.object))}});
    if (!program.function.empty())
        scenario::entry_of(node, "function") = scenario::yaml_text(program.function);
    return node;
}

// What --set says, behind what the scenario sets: of an entry the last one holds.
Result<void> add_settings(const target::Target& target, scenario::YamlNode& root) {
    if (target.settings.empty()) return {};
    XDPBENCH_TRY(const bpf::Program program, target::open_unconfigured(target));
    XDPBENCH_TRY(const scenario::Configuration settings,
                 target::settings_for(program, target.settings));
    if (!settings.sizes.empty())
        return input_error(
            fmt::format("record takes no size of a map, as a scenario has none: --set "
                        "{}.max_entries=...",
                        settings.sizes.front().map),
            "give the map its size in the object");
    for (const scenario::GlobalSetting& global : settings.globals)
        scenario::entry_of(scenario::entry_of(root, "globals"), global.name) =
            scenario::to_yaml(global.value);
    for (const scenario::MapContent& content : settings.maps) {
        scenario::YamlNode& list =
            scenario::entry_of(scenario::entry_of(root, "maps"), content.map);
        if (list.list() == nullptr) list = scenario::yaml_list({});
        for (const scenario::MapEntry& entry : content.entries)
            std::get<scenario::YamlNode::List>(list.data).push_back(
                scenario::yaml_mapping({{"key", scenario::to_yaml(entry.key)},
                                        {"value", scenario::to_yaml(*entry.value)}}));
    }
    return {};
}

// What the program was set up with, as the scenario it comes from writes it.
Result<void> copy_configuration(const target::Target& target, scenario::YamlNode& root) {
    if (target.scenario.file.empty()) return {};
    XDPBENCH_TRY(const std::string text, read_file(target.scenario.file));
    XDPBENCH_TRY(const scenario::YamlNode from,
                 scenario::parse_yaml(text, target.scenario.file.string()));
    for (const scenario::YamlNode::Entry& entry : *from.mapping()) {
        if (entry.key == "globals" || entry.key == "maps" || entry.key == "network")
            scenario::entry_of(root, entry.key) = entry.value;
    }
    return {};
}

Result<scenario::YamlNode> scenario_node(const target::Target& target, const fs::path& file,
                                         const scenario::FrameRef& traffic,
                                         scenario::YamlNode check) {
    const fs::path folder = folder_of(file);
    scenario::YamlNode root = scenario::yaml_mapping(
        {{"name", scenario::yaml_text(scenario_name(file))},
         {"about", scenario::yaml_text(fmt::format("What {} did with {} when this was recorded",
                                                   target.scenario.name, traffic.text))},
         {"program", program_node(target, folder)}});
    XDPBENCH_CHECK(copy_configuration(target, root));
    XDPBENCH_CHECK(add_settings(target, root));
    scenario::entry_of(root, "checks") = scenario::yaml_list({std::move(check)});
    return root;
}

std::string scenario_text(const scenario::YamlNode& root, const std::vector<std::string>& unsteady,
                          const std::string& changing) {
    std::string text = "# What the program did when this was recorded; not reviewed yet.\n";
    if (!changing.empty()) text += fmt::format("# Note: {}\n", changing);
    for (const std::string& line : unsteady) {
        const std::string one_line = split(line, '\n').front();
        text += fmt::format("# Left out, because it was otherwise when repeated: {}\n", one_line);
    }
    return text + scenario::emit_yaml(root);
}

Result<void> must_not_exist(const fs::path& file) {
    std::error_code error;
    if (!fs::exists(file, error)) return {};
    return input_error(fmt::format("{} exists already", file.string()),
                       "name another file with -o, remove it, or bring a scenario up to date with "
                       "record --update FILE");
}

// The checks of `scenario` whose names are in `names` (all, if empty) must pass.
Result<void> must_hold(const target::Target& target, const std::vector<std::string>& names) {
    for (const scenario::Check& check : target.scenario.checks) {
        if (!names.empty() && std::find(names.begin(), names.end(), check.name) == names.end())
            continue;
        XDPBENCH_TRY(const check::Verdict verdict, check::judge_check(target, check));
        if (verdict.outcome == model::Outcome::passed) continue;
        return input_error(
            fmt::format("check {} does not hold with what was recorded:\n{}", check.name,
                        verdict.message),
            "what depends on time, chance or the CPU, and where a redirect leads, is "
            "written by hand; nothing was changed");
    }
    return {};
}

// Puts the scenario in place if its checks hold, and nothing if they do not.
Result<void> put_in_place(OutputFile file, const std::string& text, target::Target target,
                          const check::RecordedFrames& out,
                          const std::vector<std::string>& checks) {
    XDPBENCH_TRY(target.scenario, scenario::parse_scenario_text(text, file.path()));
    target.judged = true;
    XDPBENCH_CHECK(out.write());
    Result<void> held = must_hold(target, checks);
    if (held) held = file.commit(text);
    if (!held) out.undo();
    return held;
}

// What the program does with the target's traffic now.
struct Recording {
    scenario::YamlNode check;
    std::string tally;
    std::vector<std::string> unsteady;
    std::string changing;  // why it may do otherwise later; empty: nothing is known
    packet::Frames in;
};

std::string tally_line(const std::vector<check::FrameResult>& results,
                       const std::vector<std::string>& summary) {
    std::map<std::uint32_t, std::size_t> tally;
    for (const check::FrameResult& result : results) ++tally[result.returned];
    std::vector<std::string> parts;
    parts.reserve(tally.size());
    for (const auto& [returned, count] : tally)
        parts.push_back(fmt::format("{} {}", thousands(count), bpf::returned_text(returned)));
    std::string line =
        fmt::format("{}: {}", counted(results.size(), "frame"), fmt::join(parts, ", "));
    for (const std::string& part : summary) line += "; " + part;
    return line;
}

// Two runs within a second may agree on what a minute later is otherwise.
std::string may_change(const bpf::Program& program) {
    const std::string why = check::reads_clock_or_random(program);
    return why.empty() ? ""
                       : fmt::format("the program {}: what is recorded may not hold later", why);
}

// `traffic` is how the scenario names the target's traffic.
Result<Recording> record_traffic(const target::Target& target, const scenario::FrameRef& traffic,
                                 check::RecordedFrames& out) {
    // What a program keeps for each CPU must not depend on where the scheduler puts this thread.
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(traffic::measuring_cpu()));
    scenario::Check everything;
    everything.steps.push_back({{}, target.traffic, {}, {}});
    XDPBENCH_TRY(check::PreparedCheck prepared, check::prepare_recording(target, everything));
    XDPBENCH_TRY(const check::RepeatedObservation seen,
                 check::observe_twice(target, everything, prepared.in, prepared.wanted));
    std::vector<const check::Expectation*> blanks;
    for (const auto& one : prepared.steps.front()) blanks.push_back(one.get());
    XDPBENCH_TRY(
        std::vector<RecordedStep> recorded,
        recorded_steps(prepared, seen, 0, traffic, scenario::yaml_mapping({}), blanks, out));
    scenario::YamlNode::List steps;
    for (RecordedStep& step : recorded) steps.push_back(std::move(step.node));
    scenario::YamlNode node =
        scenario::yaml_mapping({{"name", scenario::yaml_text(kCheckName)},
                                {"steps", scenario::yaml_list(std::move(steps))}});
    scenario::YamlNode expect = scenario::yaml_mapping({});
    check::RecordingNotes notes;
    for (const auto& one : prepared.whole)
        XDPBENCH_CHECK(one->update(seen, {0, prepared.in.front().size()}, expect, notes));
    if (!expect.mapping()->empty()) scenario::entry_of(node, "expect") = std::move(expect);
    return Recording{std::move(node), tally_line(seen.first.results.front(), notes.summary),
                     std::move(notes.unsteady), may_change(seen.first.program()),
                     std::move(prepared.in.front())};
}

// Held until the update has ended: two at once would number the same frames of the pcap beside it.
Result<UniqueFd> lock_for_update(const fs::path& file) {
    UniqueFd lock(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!lock.valid()) return system_error(fmt::format("cannot read {}", file.string()), errno);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK)
        return system_error(fmt::format("cannot lock {}", file.string()), errno);
    return input_error(fmt::format("another record --update is at work on {}", file.string()),
                       "wait until it has ended");
}

}  // namespace

Result<Recorded> record_scenario(const target::Target& target, const fs::path& file,
                                 const Progress& progress) {
    XDPBENCH_CHECK(must_not_exist(file));
    XDPBENCH_TRY(check::RecordedFrames out, check::RecordedFrames::beside(file));
    XDPBENCH_CHECK(must_not_exist(out.path()));
    if (needs_input_pcap(target.traffic)) XDPBENCH_CHECK(must_not_exist(input_pcap(file)));
    XDPBENCH_TRY(OutputFile scenario, OutputFile::create(file, Naming::fresh));
    XDPBENCH_TRY(const scenario::FrameRef traffic, traffic_seen_from(file, target));
    progress("running the traffic");
    XDPBENCH_TRY(Recording recording, record_traffic(target, traffic, out));
    const packet::Frames& frames = recording.in;
    XDPBENCH_TRY(const scenario::YamlNode root,
                 scenario_node(target, file, traffic, std::move(recording.check)));
    const bool own_input = needs_input_pcap(target.traffic);
    if (own_input)
        XDPBENCH_CHECK(packet::write_new_frames(input_pcap(file), frames, Naming::fresh));
    progress("checking what was written");
    const Result<void> placed =
        put_in_place(std::move(scenario),
                     scenario_text(root, recording.unsteady, recording.changing), target, out, {});
    if (!placed) {
        std::error_code ignored;
        if (own_input) fs::remove(input_pcap(file), ignored);
        return placed.error();
    }

    Recorded recorded{{recording.tally}};
    if (!recording.changing.empty()) recorded.lines.push_back("note: " + recording.changing);
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
    recorded.lines.push_back("review it, then: xdp-bench --scenario " + shell_word(file.string()));
    return recorded;
}

Result<Recorded> update_scenario(const fs::path& file, const Progress& progress) {
    XDPBENCH_TRY(target::Target target, target::target_of(file));
    XDPBENCH_CHECK(check::validate(target, false));
    XDPBENCH_TRY(const UniqueFd lock, lock_for_update(file));
    XDPBENCH_TRY(const std::string text, read_file(file));
    XDPBENCH_TRY(check::RecordedFrames out, check::RecordedFrames::beside(file));
    XDPBENCH_TRY(OutputFile scenario, OutputFile::create(file));
    XDPBENCH_TRY(const UpdatedText updated, update_checks(target, text, out, progress));
    Recorded recorded{updated.lines};
    if (updated.checks.empty()) {
        recorded.lines.emplace_back("all checks hold: nothing was changed");
        return recorded;
    }
    progress("checking what was written");
    XDPBENCH_CHECK(
        put_in_place(std::move(scenario), updated.text, std::move(target), out, updated.checks));
    recorded.lines.push_back(
        fmt::format("rewrote {} of {}", counted(updated.checks.size(), "check"), file.string()));
    if (out.added() > 0) {
        recorded.lines.push_back(
            fmt::format("added {} to {}", counted(out.added(), "frame"), out.path().string()));
    }
    return recorded;
}

}  // namespace xdpbench::record
