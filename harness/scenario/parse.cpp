#include "scenario/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <system_error>

#include "base/file.h"
#include "base/number.h"
#include "base/text.h"
#include "scenario/diagnostic.h"
#include "scenario/parse_check.h"
#include "scenario/parse_lan.h"
#include "scenario/parse_network.h"
#include "scenario/parse_parts.h"
#include "scenario/reader.h"

namespace xdpbench::scenario {
namespace {

constexpr std::uint64_t kMostReplacements = 100'000;
constexpr std::string_view kSafeCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_-";

Names mode_names() {
    Names names;
    for (int i = 0; i < model::kModeCount; ++i)
        names.emplace_back(model::mode_name(static_cast<model::Mode>(i)));
    return names;
}

// The networks that a replay may ask for.
const Names& network_names() {
    static const Names names{"pair", "chain"};
    return names;
}

Result<model::Mode> read_mode(const YamlNode& node) {
    XDPBENCH_TRY(const std::string name, read_line(node, "an attach mode"));
    if (const auto mode = model::parse_mode(name)) return *mode;
    return error_at(node.where, fmt::format("unknown attach mode {}{}", in_quotes(name),
                                            correction(name, mode_names())));
}

Result<std::vector<model::Mode>> read_modes(const YamlNode& node) {
    XDPBENCH_TRY(std::vector<model::Mode> modes,
                 read_list<model::Mode>(node, "requires", read_mode));
    for (std::size_t i = 1; i < modes.size(); ++i) {
        const auto end = modes.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::find(modes.begin(), end, modes[i]) == end) continue;
        return error_at(
            (*node.list())[i].where,
            fmt::format("attach mode {} is repeated", in_quotes(model::mode_name(modes[i]))));
    }
    return modes;
}

Result<model::NetworkKind> read_network(const YamlNode& node) {
    XDPBENCH_TRY(const std::string name, read_line(node, "the topology"));
    const Names& known = network_names();
    if (std::find(known.begin(), known.end(), name) != known.end())
        return *model::parse_network(name);
    return error_at(node.where, fmt::format("unknown topology {}{}", in_quotes(name),
                                            correction(name, network_names())));
}

// As the schema has it: four digits.
constexpr int kHighestCpu = 9999;

// Frames by CPU number.
Result<std::map<int, std::uint64_t>> read_cpus(const YamlNode& node) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "passed_by_cpu"));
    std::map<int, std::uint64_t> cpus;
    for (const auto& [where, key, value] : *entries) {
        const auto cpu = parse_number<int>(key);
        if (!cpu || *cpu < 0 || *cpu > kHighestCpu)
            return error_at(where,
                            fmt::format("expected a CPU's number, found {}", in_quotes(key)));
        XDPBENCH_TRY(cpus[*cpu], read_number(value, "the frames of CPU " + key));
    }
    return cpus;
}

Result<void> read_replay_expectation(const YamlNode& node, Replay& replay) {
    Names keys = action_names();
    keys.insert(keys.end(),
                {"received", "passed", "passed_by_cpu", "sockets", "forwarded", "mask"});
    XDPBENCH_TRY(const Record record, Record::read(node, "the replay's expect", {}, keys));
    for (const auto& [where, key, value] : record.entries()) {
        const auto action = model::parse_action(key);
        if (!action) continue;
        XDPBENCH_TRY(replay.actions[*action], read_number(value, "the frames of " + key));
    }
    if (const auto* received = record.find("received")) {
        XDPBENCH_TRY(replay.received, read_frame_ref(*received));
    }
    if (const auto* passed = record.find("passed")) {
        XDPBENCH_TRY(replay.passed, read_frame_ref(*passed));
    }
    if (const auto* sockets = record.find("sockets")) {
        XDPBENCH_TRY(replay.sockets, read_frame_ref(*sockets));
    }
    if (const auto* cpus = record.find("passed_by_cpu")) {
        XDPBENCH_TRY(replay.passed_cpus, read_cpus(*cpus));
    }
    if (const auto* forwarded = record.entry("forwarded")) {
        if (replay.topology != model::NetworkKind::chain)
            return error_at(forwarded->where,
                            "key 'forwarded' without a far end: expected topology 'chain'");
        XDPBENCH_TRY(replay.forwarded, read_frame_ref(forwarded->value));
    }
    XDPBENCH_TRY(replay.mask, read_mask(record, {"received", "passed", "sockets", "forwarded"}));
    return {};
}

Result<Bench> read_bench(const YamlNode& node) {
    XDPBENCH_TRY(const Record record, Record::read(node, "bench", {"traffic", "action"}));
    XDPBENCH_TRY(FrameRef traffic, read_frame_ref(record.at("traffic")));
    XDPBENCH_TRY(const model::Action action, read_action(record.at("action")));
    return Bench{node.where, std::move(traffic), action};
}

// Names end up in file names, test names and on command lines.
Result<std::string> read_name(const YamlNode& node, std::string_view what) {
    XDPBENCH_TRY(std::string name, read_line(node, what));
    if (name.find_first_not_of(kSafeCharacters) == std::string::npos) return name;
    return error_at(node.where, fmt::format("expected a-z, 0-9, _ and - for {}, found {}", what,
                                            describe(node)));
}

Result<ProgramRef> read_object(const YamlNode& node) {
    ProgramRef program;
    if (node.mapping() != nullptr && node.mapping()->size() == 1 &&
        node.mapping()->front().key == "loaded") {
        XDPBENCH_TRY(program.loaded,
                     read_line(node.mapping()->front().value, "the loaded program"));
        return program;
    }
    XDPBENCH_TRY(const Record record, Record::read(node, "program", {"object"}, {"function"}));
    XDPBENCH_TRY(program.object, read_line(record.at("object"), "the object file"));
    if (const auto* function = record.find("function")) {
        XDPBENCH_TRY(program.function, read_line(*function, "the function"));
    }
    return program;
}

Result<ProgramRef> read_program(const YamlNode& node) {
    if (node.scalar() == nullptr) return read_object(node);
    XDPBENCH_TRY(std::string name,
                 read_name(node, "the program's name (an object file is written {object: FILE})"));
    return ProgramRef{std::move(name), {}, {}};
}

Result<Replacement> read_replacement(const YamlNode& node) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "replace", {"times"}, {"with", "globals", "maps"}));
    Replacement replacement;
    replacement.where = node.where;
    const YamlNode& times = record.at("times");
    XDPBENCH_TRY(replacement.times, read_number(times, "how often the program is replaced"));
    if (replacement.times == 0 || replacement.times > kMostReplacements)
        return error_at(times.where, fmt::format("expected 1 to {} times, found {}",
                                                 kMostReplacements, replacement.times));
    if (const auto* with = record.find("with")) {
        XDPBENCH_TRY(replacement.with, read_program(*with));
    }
    XDPBENCH_TRY(replacement.configuration, read_configuration(record));
    return replacement;
}

Result<VerifierBounds> read_verifier(const YamlNode& node) {
    VerifierBounds bounds;
    const std::array<std::pair<const char*, std::optional<std::uint64_t>*>, 6> numbers{
        {{"instructions", &bounds.instructions},
         {"states", &bounds.states},
         {"peak_states", &bounds.peak_states},
         {"stack", &bounds.stack},
         {"xlated", &bounds.xlated},
         {"jited", &bounds.jited}}};
    Names keys{"load_time"};
    for (const auto& [key, number] : numbers) keys.emplace_back(key);
    XDPBENCH_TRY(const Record record, Record::read(node, "verifier", {}, keys));
    bounds.where = node.where;
    for (const auto& [key, number] : numbers) {
        const YamlNode* const found = record.find(key);
        if (found == nullptr) continue;
        XDPBENCH_TRY(*number, read_number(*found, std::string("the bound of ") + key));
    }
    const YamlNode* const time = record.find("load_time");
    if (time == nullptr) return bounds;
    XDPBENCH_TRY(const std::string text, read_line(*time, "the bound of load_time"));
    bounds.load_seconds = parse_duration(text);
    if (bounds.load_seconds) return bounds;
    return error_at(time->where,
                    fmt::format("expected a time such as 50ms, found {}", in_quotes(text)));
}

Result<Replay> read_replay(const YamlNode& node) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "replay", {"topology", "traffic"}, {"expect", "replace"}));
    Replay replay;
    replay.where = node.where;
    XDPBENCH_TRY(replay.topology, read_network(record.at("topology")));
    XDPBENCH_TRY(replay.traffic, read_frame_ref(record.at("traffic")));
    if (const auto* expect = record.find("expect")) {
        XDPBENCH_CHECK(read_replay_expectation(*expect, replay));
    }
    if (const auto* replace = record.find("replace")) {
        XDPBENCH_TRY(replay.replace, read_replacement(*replace));
    }
    return replay;
}

Result<void> read_work(const Record& record, Scenario& scenario) {
    if (const auto* checks = record.find("checks")) {
        XDPBENCH_TRY(scenario.checks, read_checks(*checks));
    }
    if (const auto* replay = record.find("replay")) {
        XDPBENCH_TRY(scenario.replay, read_replay(*replay));
    }
    if (const auto* lan = record.find("lan")) {
        XDPBENCH_TRY(scenario.lan, read_lan(*lan));
    }
    if (const auto* bench = record.find("bench")) {
        XDPBENCH_TRY(scenario.bench, read_bench(*bench));
    }
    return {};
}

Result<Scenario> read_scenario(const YamlNode& root) {
    XDPBENCH_TRY(const Record record,
                 Record::read(root, "the scenario", {"name", "about", "program"},
                              {"globals", "maps", "requires", "verifier", "network", "checks",
                               "replay", "lan", "bench"}));
    Scenario scenario;
    XDPBENCH_TRY(scenario.name, read_name(record.at("name"), "the scenario's name"));
    XDPBENCH_TRY(scenario.about, read_line(record.at("about"), "about"));
    XDPBENCH_TRY(scenario.program, read_program(record.at("program")));
    XDPBENCH_TRY(scenario.configuration, read_configuration(record));
    if (const auto* modes = record.find("requires")) {
        XDPBENCH_TRY(scenario.modes, read_modes(*modes));
    }
    if (const auto* verifier = record.find("verifier")) {
        XDPBENCH_TRY(scenario.verifier, read_verifier(*verifier));
    }
    if (const auto* network = record.find("network")) {
        XDPBENCH_TRY(scenario.network, read_network_setup(*network));
    }
    XDPBENCH_CHECK(read_work(record, scenario));
    if (scenario.checks.empty() && !scenario.replay && !scenario.lan && !scenario.bench) {
        return error_at(root.where,
                        "the scenario does nothing: expected checks, replay, lan or bench");
    }
    return scenario;
}

// Whether a line begins with one of the keys that every scenario has.
bool has_scenario_key(std::string_view text) {
    constexpr std::string_view kBefore = " \t{\"'";
    constexpr std::string_view kBehind = " \t\"'";
    for (const std::string& line : split(std::string(text), '\n')) {
        for (const std::string_view key : {"name", "program"}) {
            std::string_view rest = line;
            rest.remove_prefix(std::min(rest.find_first_not_of(kBefore), rest.size()));
            if (!rest.starts_with(key)) continue;
            rest.remove_prefix(key.size());
            rest.remove_prefix(std::min(rest.find_first_not_of(kBehind), rest.size()));
            if (rest.starts_with(':')) return true;
        }
    }
    return false;
}

// Its byte order mark, or every other byte of its first letters is 0.
bool is_utf16(std::string_view text) {
    if (text.size() < 2) return false;
    return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") || text[0] == '\0' ||
           text[1] == '\0';
}

}  // namespace

Result<Scenario> parse_scenario_text(const std::string& text, const std::filesystem::path& file) {
    XDPBENCH_TRY(const YamlNode root, parse_yaml(text, file.string()));
    XDPBENCH_TRY(Scenario scenario, read_scenario(root));
    scenario.file = file;
    return scenario;
}

Result<Scenario> parse_scenario(const std::filesystem::path& file) {
    // A huge file is refused before it is read; what has no size (a pipe) is judged as text.
    std::error_code unknown;
    const std::uintmax_t size = std::filesystem::file_size(file, unknown);
    if (!unknown && size > kMaxYamlBytes) {
        return error_at({file.string(), 0, 0},
                        fmt::format("a file of {}: expected a scenario, at most {}",
                                    byte_size(size), byte_size(kMaxYamlBytes)));
    }
    XDPBENCH_TRY(const std::string text, read_file(file));
    Result<Scenario> scenario = parse_scenario_text(text, file);
    if (scenario || trim(text).empty() || has_scenario_key(text)) return scenario;
    if (is_utf16(text))
        return input_error(fmt::format("{} is in UTF-16: expected UTF-8", file.string()),
                           "convert it: iconv -f UTF-16 -t UTF-8 OLD >NEW");
    // The errors quote the file. Whoever may run this tool as root need not be allowed to read it.
    return input_error(
        fmt::format("{} is not a scenario: it has neither the key name nor program", file.string()),
        "scenarios/README.md says what one looks like");
}

}  // namespace xdpbench::scenario
