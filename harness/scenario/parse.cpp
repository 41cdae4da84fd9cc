#include "scenario/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <system_error>

#include "base/file.h"
#include "base/text.h"
#include "scenario/diagnostic.h"
#include "scenario/reader.h"

namespace xdpbench {
namespace {

constexpr std::string_view kUnchanged = "unchanged";
constexpr std::size_t kLongestCpuNumber = 4;
constexpr std::uint64_t kMostReplacements = 100'000;
constexpr std::string_view kSafeCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_-";

Names action_names() {
    Names names;
    for (int i = 0; i < kActionCount; ++i) names.emplace_back(action_name(static_cast<Action>(i)));
    return names;
}

Names mode_names() {
    Names names;
    for (int i = 0; i < kModeCount; ++i) names.emplace_back(mode_name(static_cast<Mode>(i)));
    return names;
}

Names topology_names() {
    Names names;
    for (int i = 0; i < kTopologyKindCount; ++i)
        names.emplace_back(topology_name(static_cast<TopologyKind>(i)));
    return names;
}

Result<Action> read_action(const YamlNode& node) {
    XDPBENCH_TRY(const std::string name, read_line(node, "the action"));
    if (const auto action = parse_action(name)) return *action;
    return error_at(node.where, fmt::format("unknown action {}{}", in_quotes(name),
                                            correction(name, action_names())));
}

Result<Mode> read_mode(const YamlNode& node) {
    XDPBENCH_TRY(const std::string name, read_line(node, "an attach mode"));
    if (const auto mode = parse_mode(name)) return *mode;
    return error_at(node.where, fmt::format("unknown attach mode {}{}", in_quotes(name),
                                            correction(name, mode_names())));
}

Result<std::vector<Mode>> read_modes(const YamlNode& node) {
    XDPBENCH_TRY(std::vector<Mode> modes, read_list<Mode>(node, "requires", read_mode));
    for (std::size_t i = 1; i < modes.size(); ++i) {
        const auto end = modes.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::find(modes.begin(), end, modes[i]) == end) continue;
        return error_at((*node.list())[i].where,
                        fmt::format("attach mode {} is repeated", in_quotes(mode_name(modes[i]))));
    }
    return modes;
}

Result<FrameRef> read_frame_ref(const YamlNode& node) {
    XDPBENCH_TRY(const std::string text, read_line(node, "frames"));
    return parse_frame_ref(text, node.where);
}

Result<std::string> read_mask_field(const YamlNode& node) {
    XDPBENCH_TRY(std::string field, read_line(node, "a masked field"));
    const auto known = check_mask({field});
    if (!known) return placed(node.where, known.error());
    return field;
}

// `frames` says what a mask applies to, where there is none of that a mask would mean nothing.
Result<Mask> read_mask(const Record& record, const Names& frames) {
    const auto* const entry = record.entry("mask");
    if (entry == nullptr) return Mask{};
    const bool applies = std::any_of(frames.begin(), frames.end(), [&](const std::string& key) {
        return record.find(key) != nullptr;
    });
    if (!applies) {
        return error_at(entry->where,
                        fmt::format("key 'mask' without frames to compare: expected {} beside it",
                                    alternatives(frames)));
    }
    return read_list<std::string>(entry->value, "mask", read_mask_field);
}

Result<std::vector<GlobalSetting>> read_globals(const YamlNode& node) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "globals"));
    std::vector<GlobalSetting> globals;
    for (const auto& [where, name, value] : *entries) {
        globals.push_back({name, to_value(value)});
    }
    return globals;
}

// An entry a map is filled with.
Result<MapEntry> read_map_entry(const YamlNode& node) {
    for (const std::string_view key : {"sum_cpus", "absent"}) {
        const auto* const entry = find_entry(node, key);
        if (entry == nullptr) continue;
        return error_at(entry->where,
                        fmt::format("key {} is for expectations: a map is filled with "
                                    "key and value",
                                    in_quotes(key)));
    }
    XDPBENCH_TRY(const Record record, Record::read(node, "the map entry", {"key", "value"}));
    return MapEntry{to_value(record.at("key")), to_value(record.at("value")), std::nullopt, false};
}

Result<void> read_absent(const YamlNode& node) {
    const auto* const text = node.scalar();
    if (text != nullptr && *text == "true") return {};
    return error_at(node.where,
                    fmt::format("expected 'absent: true', found {}: for an entry that is "
                                "there leave the key out",
                                describe(node)));
}

// What is expected of an entry.
Result<MapEntry> read_expected_entry(const YamlNode& node) {
    XDPBENCH_TRY(const Record record, Record::read(node, "the expected map entry", {"key"},
                                                   {"value", "sum_cpus", "absent"}));
    if (record.entries().size() != 2) {
        return error_at(node.where,
                        "the expected map entry needs exactly one of value, sum_cpus and "
                        "absent beside its key");
    }
    MapEntry entry{to_value(record.at("key")), std::nullopt, std::nullopt, false};
    if (const auto* value = record.find("value")) entry.value = to_value(*value);
    if (const auto* value = record.find("sum_cpus")) entry.sum_cpus = to_value(*value);
    if (const auto* value = record.find("absent")) {
        XDPBENCH_CHECK(read_absent(*value));
        entry.absent = true;
    }
    return entry;
}

template <class ReadEntry>
Result<std::vector<MapContent>> read_maps(const YamlNode& node, ReadEntry read_entry) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "maps"));
    std::vector<MapContent> maps;
    for (const auto& [where, name, value] : *entries) {
        XDPBENCH_TRY(auto content,
                     read_list<MapEntry>(value, "map " + in_quotes(name), read_entry));
        maps.push_back({where, name, std::move(content)});
    }
    return maps;
}

Result<Configuration> read_configuration(const Record& record) {
    Configuration configuration;
    if (const auto* globals = record.find("globals")) {
        XDPBENCH_TRY(configuration.globals, read_globals(*globals));
    }
    if (const auto* maps = record.find("maps")) {
        XDPBENCH_TRY(configuration.maps, read_maps(*maps, read_map_entry));
    }
    return configuration;
}

Result<StepExpectation> read_step_expectation(const YamlNode& node) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "the step's expect", {"action"}, {"out", "mask"}));
    StepExpectation expect;
    XDPBENCH_TRY(expect.action, read_action(record.at("action")));
    XDPBENCH_TRY(expect.mask, read_mask(record, {"out"}));
    const YamlNode* const out = record.find("out");
    if (out == nullptr) return expect;
    expect.unchanged = out->scalar() != nullptr && *out->scalar() == kUnchanged;
    if (!expect.unchanged) {
        XDPBENCH_TRY(expect.out, read_frame_ref(*out));
    }
    return expect;
}

Result<Step> read_step(const YamlNode& node) {
    XDPBENCH_TRY(const Record record, Record::read(node, "the step", {"in", "expect"}));
    XDPBENCH_TRY(FrameRef in, read_frame_ref(record.at("in")));
    XDPBENCH_TRY(StepExpectation expect, read_step_expectation(record.at("expect")));
    return Step{node.where, std::move(in), std::move(expect)};
}

Result<EventExpectation> read_map_events(const YamlNode::Entry& entry) {
    const std::string what = "the events of " + in_quotes(entry.key);
    XDPBENCH_TRY(const Record record,
                 Record::read(entry.value, what, {}, {"type", "count", "lost", "records"}));
    EventExpectation events;
    events.where = entry.where;
    events.map = entry.key;
    if (const auto* type = record.find("type")) {
        XDPBENCH_TRY(events.type, read_line(*type, "the records' type"));
    }
    if (const auto* count = record.find("count")) {
        XDPBENCH_TRY(events.count, read_number(*count, "the number of records"));
    }
    if (const auto* lost = record.find("lost")) {
        XDPBENCH_TRY(events.lost, read_number(*lost, "the number of lost records"));
    }
    if (const auto* records = record.find("records")) {
        XDPBENCH_TRY(events.records, read_list<Value>(*records, "records",
                                                      [](const YamlNode& node) -> Result<Value> {
                                                          return to_value(node);
                                                      }));
    }
    if (!events.count && !events.lost && events.records.empty())
        return error_at(entry.where, what + " say nothing: expected count, records or lost");
    if (events.count && *events.count < events.records.size()) {
        return error_at(record.find("count")->where,
                        fmt::format("count is {}, but {} are listed", *events.count,
                                    counted(events.records.size(), "record")));
    }
    return events;
}

Result<std::vector<EventExpectation>> read_events(const YamlNode& node) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "events"));
    std::vector<EventExpectation> events;
    for (const YamlNode::Entry& entry : *entries) {
        XDPBENCH_TRY(EventExpectation one, read_map_events(entry));
        events.push_back(std::move(one));
    }
    return events;
}

Result<void> read_check_expectation(const YamlNode& node, Check& check) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "the check's expect", {}, {"maps", "events"}));
    if (const auto* maps = record.find("maps")) {
        XDPBENCH_TRY(check.expect_maps, read_maps(*maps, read_expected_entry));
    }
    if (const auto* events = record.find("events")) {
        XDPBENCH_TRY(check.expect_events, read_events(*events));
    }
    return {};
}

Result<Check> read_check(const YamlNode& node) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "the check", {"name", "steps"}, {"globals", "maps", "expect"}));
    Check check;
    check.where = node.where;
    XDPBENCH_TRY(check.name, read_line(record.at("name"), "the check's name"));
    XDPBENCH_TRY(check.configuration, read_configuration(record));
    XDPBENCH_TRY(check.steps, read_list<Step>(record.at("steps"), "steps", read_step));
    if (const auto* expect = record.find("expect")) {
        XDPBENCH_CHECK(read_check_expectation(*expect, check));
    }
    return check;
}

Result<std::vector<Check>> read_checks(const YamlNode& node) {
    XDPBENCH_TRY(std::vector<Check> checks, read_list<Check>(node, "checks", read_check));
    std::map<std::string, Location> names;
    for (const Check& check : checks) {
        const auto [first, is_new] = names.try_emplace(check.name, check.where);
        if (is_new) continue;
        return error_at(check.where, fmt::format("check {} has the name of the one at line {}",
                                                 in_quotes(check.name), first->second.line));
    }
    return checks;
}

Result<TopologyKind> read_topology(const YamlNode& node) {
    XDPBENCH_TRY(const std::string name, read_line(node, "the topology"));
    if (const auto kind = parse_topology(name)) return *kind;
    return error_at(node.where, fmt::format("unknown topology {}{}", in_quotes(name),
                                            correction(name, topology_names())));
}

// Frames by CPU number.
Result<std::map<int, std::uint64_t>> read_cpus(const YamlNode& node) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "passed_by_cpu"));
    std::map<int, std::uint64_t> cpus;
    for (const auto& [where, key, value] : *entries) {
        const bool number = key.size() <= kLongestCpuNumber &&
                            key.find_first_not_of("0123456789") == std::string::npos;
        if (!number)
            return error_at(where,
                            fmt::format("expected a CPU's number, found {}", in_quotes(key)));
        XDPBENCH_TRY(cpus[std::stoi(key)], read_number(value, "the frames of CPU " + key));
    }
    return cpus;
}

Result<void> read_replay_expectation(const YamlNode& node, Replay& replay) {
    Names keys = action_names();
    keys.insert(keys.end(), {"received", "passed", "passed_by_cpu", "forwarded", "mask"});
    XDPBENCH_TRY(const Record record, Record::read(node, "the replay's expect", {}, keys));
    for (const auto& [where, key, value] : record.entries()) {
        const auto action = parse_action(key);
        if (!action) continue;
        XDPBENCH_TRY(replay.actions[*action], read_number(value, "the frames of " + key));
    }
    if (const auto* received = record.find("received")) {
        XDPBENCH_TRY(replay.received, read_frame_ref(*received));
    }
    if (const auto* passed = record.find("passed")) {
        XDPBENCH_TRY(replay.passed, read_frame_ref(*passed));
    }
    if (const auto* cpus = record.find("passed_by_cpu")) {
        XDPBENCH_TRY(replay.passed_cpus, read_cpus(*cpus));
    }
    if (const auto* forwarded = record.entry("forwarded")) {
        if (replay.topology != TopologyKind::chain)
            return error_at(forwarded->where,
                            "key 'forwarded' without a far end: expected topology 'chain'");
        XDPBENCH_TRY(replay.forwarded, read_frame_ref(forwarded->value));
    }
    XDPBENCH_TRY(replay.mask, read_mask(record, {"received", "passed", "forwarded"}));
    return {};
}

Result<Bench> read_bench(const YamlNode& node) {
    XDPBENCH_TRY(const Record record, Record::read(node, "bench", {"traffic", "action"}));
    XDPBENCH_TRY(FrameRef traffic, read_frame_ref(record.at("traffic")));
    XDPBENCH_TRY(const Action action, read_action(record.at("action")));
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
    XDPBENCH_TRY(const Record record, Record::read(node, "program", {"object"}, {"function"}));
    ProgramRef program;
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

Result<Replay> read_replay(const YamlNode& node) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "replay", {"topology", "traffic"}, {"expect", "replace"}));
    Replay replay;
    replay.where = node.where;
    XDPBENCH_TRY(replay.topology, read_topology(record.at("topology")));
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
    if (const auto* bench = record.find("bench")) {
        XDPBENCH_TRY(scenario.bench, read_bench(*bench));
    }
    return {};
}

Result<Scenario> read_scenario(const YamlNode& root) {
    XDPBENCH_TRY(const Record record,
                 Record::read(root, "the scenario", {"name", "about", "program"},
                              {"globals", "maps", "requires", "checks", "replay", "bench"}));
    Scenario scenario;
    XDPBENCH_TRY(scenario.name, read_name(record.at("name"), "the scenario's name"));
    XDPBENCH_TRY(scenario.about, read_line(record.at("about"), "about"));
    XDPBENCH_TRY(scenario.program, read_program(record.at("program")));
    XDPBENCH_TRY(scenario.configuration, read_configuration(record));
    if (const auto* modes = record.find("requires")) {
        XDPBENCH_TRY(scenario.modes, read_modes(*modes));
    }
    XDPBENCH_CHECK(read_work(record, scenario));
    if (scenario.checks.empty() && !scenario.replay && !scenario.bench) {
        return error_at(root.where, "the scenario does nothing: expected checks, replay or bench");
    }
    return scenario;
}

}  // namespace

Value to_value(const YamlNode& node) {
    if (const auto* text = node.scalar()) return {node.where, *text};
    if (const auto* list = node.list()) {
        Value::List items;
        for (const YamlNode& item : *list) items.push_back(to_value(item));
        return {node.where, std::move(items)};
    }
    Value::Fields fields;
    for (const auto& [where, key, value] : *node.mapping())
        fields.push_back({key, to_value(value)});
    return {node.where, std::move(fields)};
}

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
    return parse_scenario_text(text, file);
}

}  // namespace xdpbench
