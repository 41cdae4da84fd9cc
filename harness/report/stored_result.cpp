#include "report/stored_result.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "report/json_reader.h"
#include "report/qualification_json.h"
#include "report/read_parts.h"

namespace xdpbench::report {
namespace {

std::vector<std::uint8_t> read_hex(const JsonReader& reader, const char* key) {
    const std::string text = reader.text(key);
    std::vector<std::uint8_t> bytes(text.size() / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char* const digits = text.data() + 2 * i;
        const auto [end, error] = std::from_chars(digits, digits + 2, bytes[i], 16);
        if (error != std::errc() || end != digits + 2 || text.size() % 2 != 0) {
            reader.note(key, "is not in hex");
            return {};
        }
    }
    return bytes;
}

model::ChangedFrame read_frame(const JsonReader& reader) {
    model::ChangedFrame frame;
    frame.name = reader.text("name");
    for (const JsonReader& field : reader.objects("fields"))
        frame.fields.push_back({field.text("name"), field.text("expected"), field.text("actual")});
    frame.expected = read_hex(reader, "expected");
    frame.actual = read_hex(reader, "actual");
    return frame;
}

model::CaseResult read_case(const JsonReader& reader) {
    using enum model::CaseKind;
    constexpr std::array kKinds{check, replay, lan, modes, offload, qualify};
    model::CaseResult result;
    result.kind = reader.named<model::CaseKind>(
        "kind", kKinds, [](model::CaseKind one) { return model::name_of(one); });
    result.program = reader.text("program");
    result.mode = read_maybe_mode(reader);
    result.name = reader.text("name");
    result.location = reader.text("location");
    result.outcome = read_outcome(reader);
    result.message = reader.text("message");
    result.seconds = reader.number("seconds");
    result.repeat = reader.text("repeat");
    if (reader.has("frame")) result.frame = read_frame(reader.object("frame"));
    return result;
}

model::VerdictRecord read_verdicts(const JsonReader& reader) {
    model::VerdictRecord verdicts;
    verdicts.program = reader.text("program");
    verdicts.traffic = reader.text("traffic");
    verdicts.frames = reader.count("frames");
    verdicts.actions = read_actions(reader, "actions");
    verdicts.no_action = reader.count("no_action");
    verdicts.seconds = reader.number("seconds");
    verdicts.not_reproducible = reader.text("not_reproducible");
    return verdicts;
}

model::ReplacementRecord read_replacement(const JsonReader& reader) {
    model::ReplacementRecord replacement;
    replacement.times = reader.count("times");
    replacement.sent = reader.count("sent");
    if (reader.has("handled_by_first")) replacement.by_first = reader.count("handled_by_first");
    if (reader.has("handled_by_second")) replacement.by_second = reader.count("handled_by_second");
    replacement.losses = read_losses(reader);
    replacement.accounted_for = reader.flag("accounted_for");
    return replacement;
}

model::ReplayRecord read_replay(const JsonReader& reader) {
    model::ReplayRecord replay;
    replay.program = reader.text("program");
    replay.mode = read_mode(reader);
    const std::string network = reader.text("network");
    replay.network = model::parse_network(network).value_or(model::NetworkKind::pair);
    replay.device = reader.text("device");
    replay.peer = reader.text("peer");
    replay.out = reader.text("out");
    replay.traffic = reader.text("traffic");
    replay.sent = reader.count("sent");
    replay.actions = read_actions(reader, "actions");
    replay.no_action = reader.count("no_action");
    replay.counted_by = reader.text("counted_by");
    replay.received = reader.count("received");
    replay.passed = reader.count("passed");
    replay.forwarded = reader.count("forwarded");
    if (reader.has("xsk")) replay.xsk = read_xsk(reader.object("xsk"));
    replay.passed_cpus = read_by_cpu(reader, "passed_by_cpu");
    replay.losses = read_losses(reader);
    replay.cpus = read_cpu_tallies(reader);
    replay.judged = reader.flag("judged");
    replay.accounted_for = reader.flag("accounted_for");
    if (reader.has("replacement"))
        replay.replacement = read_replacement(reader.object("replacement"));
    return replay;
}

model::LanRecord read_lan(const JsonReader& reader) {
    model::LanRecord lan;
    lan.program = reader.text("program");
    lan.mode = read_mode(reader);
    for (const JsonReader& one : reader.objects("steps")) {
        model::LanStepRecord step;
        step.step = one.text("step");
        step.location = one.text("location");
        step.sent = one.count("sent");
        step.answered = one.count("answered");
        const JsonReader hosts = one.object("answered_by");
        for (const auto& [host, numbers] : hosts.json().items())
            step.answered_by[host] = hosts.counts(host.c_str());
        lan.steps.push_back(std::move(step));
    }
    return lan;
}

model::OffloadRecord read_offload(const JsonReader& reader) {
    using enum model::Acceptance;
    using enum model::Execution;
    constexpr std::array kAcceptances{accepted, refused, failed};
    constexpr std::array kExecutions{executed, not_executed, unknown};
    model::OffloadRecord offload;
    offload.program = reader.text("program");
    offload.object = reader.text("object");
    offload.device = reader.text("device");
    offload.driver = reader.text("driver");
    offload.firmware = reader.text("firmware");
    offload.acceptance = reader.named<model::Acceptance>(
        "acceptance", kAcceptances, [](model::Acceptance one) { return model::name_of(one); });
    offload.execution = reader.named<model::Execution>(
        "execution", kExecutions, [](model::Execution one) { return model::name_of(one); });
    offload.evidence = reader.text("evidence");
    for (const JsonReader& step : reader.objects("steps"))
        offload.steps.push_back({step.text("name"), step.flag("held"), step.text("detail")});
    offload.sent = reader.count("sent");
    offload.reached_stack = reader.count("reached_stack");
    offload.counted_by_program = reader.count("counted_by_program");
    for (const auto& [name, value] : reader.counts_by_name("device_counters"))
        offload.device_counters[name] = value;
    return offload;
}

model::ScalingRecord read_scaling(const JsonReader& reader) {
    model::ScalingRecord scaling;
    read_common(reader, scaling);
    scaling.queues = reader.count("queues");
    for (const JsonReader& one : reader.objects("steps")) {
        model::ScalingStep& step = scaling.steps.emplace_back();
        step.cpus = read_cpus(one, "cpus");
        step.together = one.numbers("together_pps_samples");
        step.apart = one.numbers("apart_pps_samples");
        step.queues = one.count("queues");
        step.generator_maximum = one.number("generator_maximum_pps");
        step.lost = one.number("lost");
        if (one.has("bound")) step.bound = read_bound(one);
        if (one.has("handled_by_cpu")) step.handled_by = read_by_cpu(one, "handled_by_cpu");
    }
    scaling.actions = read_actions(reader, "actions");
    scaling.losses = read_losses(reader);
    scaling.seconds = reader.number("seconds");
    return scaling;
}

template <class Record>
std::vector<Record> read_all(const JsonReader& document, const char* key,
                             Record (*read)(const JsonReader&)) {
    std::vector<Record> records;
    for (const JsonReader& one : document.objects(key)) records.push_back(read(one));
    return records;
}

// What runs and comparisons have.
template <class Record>
void read_header(const JsonReader& document, Record& record) {
    record.command_line = document.text("command_line");
    record.started = document.text("started");
    record.seconds = document.number("seconds");
    record.interrupted = document.flag("interrupted");
    record.exit_code = document.count<int>("exit_code");
    record.environment = read_environment(document);
}

// In schema 1 the keys of cases and replays had other meanings.
model::RunRecord read_run(const JsonReader& document, bool first_schema) {
    model::RunRecord run;
    read_header(document, run);
    run.settings = document.texts("settings");
    run.programs = read_all(document, "programs", read_program);
    run.benches = read_benches(document);
    run.loads = read_loads(document);
    run.scalings = read_all(document, "scalings", read_scaling);
    run.externals = read_all(document, "externals", read_external);
    if (first_schema) return run;
    run.cases = read_all(document, "cases", read_case);
    run.verdicts = read_all(document, "verdicts", read_verdicts);
    run.replays = read_all(document, "replays", read_replay);
    run.lans = read_all(document, "lans", read_lan);
    run.offloads = read_all(document, "offloads", read_offload);
    return run;
}

stats::Judgement read_judgement(const JsonReader& reader) {
    using enum stats::Judgement;
    constexpr std::array kAll{undecided, faster, slower, same, inconclusive, invalid};
    return reader.named<stats::Judgement>("judgement", kAll,
                                          [](stats::Judgement one) { return stats::name(one); });
}

model::ComparedCase read_compared(const JsonReader& reader) {
    constexpr std::array kMeasures{model::Measure::program, model::Measure::packet};
    model::ComparedCase one;
    read_common(reader, one);
    one.measure = reader.named<model::Measure>(
        "measure", kMeasures, [](model::Measure measure) { return model::name_of(measure); });
    one.threshold = reader.number("threshold");
    stats::Comparison& found = one.comparison;
    found.judgement = read_judgement(reader);
    found.blocks = reader.count<std::size_t>("samples");
    found.effect = reader.number("effect");
    found.p = reader.maybe_number("p").value_or(1);
    found.control_effect = reader.number("control_effect");
    found.control_p = reader.maybe_number("control_p").value_or(1);
    found.smallest_visible = reader.maybe_number("smallest_visible_effect");
    if (reader.has("interval")) {
        const JsonReader interval = reader.object("interval");
        found.interval = stats::Interval{interval.number("low"), interval.number("high"),
                                         interval.number("coverage")};
    }
    one.adjusted_p = reader.maybe_number("holm_p").value_or(1);
    one.base_ns = reader.number("base_ns");
    one.contender_ns = reader.number("contender_ns");
    one.baseline_ns = reader.number("baseline_ns");
    one.seconds = reader.number("seconds");
    one.ratios = reader.numbers("ratios");
    one.control = reader.numbers("control_ratios");
    one.base_samples = reader.numbers("base_ns_samples");
    one.contender_samples = reader.numbers("contender_ns_samples");
    one.refused = reader.number(
        one.setup.placement == model::Placement::device ? "lost_share" : "ring_full_share");
    one.bound = read_bound(reader);
    return one;
}

model::CompareRecord read_comparison(const JsonReader& document) {
    model::CompareRecord record;
    read_header(document, record);
    record.base = read_program(document.object("base"));
    record.contender = read_program(document.object("contender"));
    record.cpu = document.count<int>("cpu");
    record.alpha = document.number("alpha");
    record.threshold = document.number("threshold");
    record.power = document.number("power");
    record.seed = document.count("seed");
    record.cases = read_all(document, "cases", read_compared);
    return record;
}

model::DeviceRecord read_device(const JsonReader& document) {
    model::DeviceRecord device;
    device.name = document.text("device");
    device.driver = document.text("driver");
    device.firmware = document.text("firmware");
    device.up = document.flag("up");
    device.carrier = document.flag("carrier");
    for (const auto& [name, number] : document.counts_by_name("queues"))
        device.queues.emplace_back(name, static_cast<std::uint32_t>(number));
    device.mtu = document.count<std::uint32_t>("mtu");
    device.min_mtu = document.count<std::uint32_t>("min_mtu");
    device.max_mtu = document.count<std::uint32_t>("max_mtu");
    device.features = document.texts("features");
    device.declares = document.has("declared_xdp_features");
    if (device.declares) {
        const JsonReader declared = document.object("declared_xdp_features");
        device.declared_features = declared.count("bits");
        device.declared_names = declared.text("names");
    }
    for (const JsonReader& mode : document.objects("attach_modes"))
        device.modes.push_back({read_mode(mode), mode.flag("works"), mode.text("answer")});
    device.modes_untried = document.text("attach_modes_untried");
    device.max_mtu_with_xdp = document.count<std::uint32_t>("max_mtu_with_xdp");
    device.max_mtu_with_xdp_source = document.text("max_mtu_with_xdp_source");
    return device;
}

Result<StoredResult> read_any(const Json& json, const std::string& name,
                              const JsonReader& document) {
    if (document.has("benches"))
        return read_run(document, json["schema_version"] == kFirstSchemaVersion);
    if (document.has("kind") && document.text("kind") == "comparison")
        return read_comparison(document);
    if (document.has("attach_modes")) return read_device(document);
    const std::string kind = document.has("kind") ? document.text("kind") : "";
    return input_error(fmt::format("{} is no result that a page can be made of: {}", name,
                                   kind.empty() ? "it has neither \"benches\" nor \"kind\""
                                                : fmt::format("its kind is \"{}\"", kind)),
                       kind == "history"
                           ? "xdp-bench history writes its own page: --html FILE"
                           : "name a result of run, compare, qualify, or doctor --dev");
}

}  // namespace

Result<StoredResult> read_stored_result(std::string_view text, const std::string& name) {
    XDPBENCH_TRY(const Json json, parse_document(text, name));
    if (json.value("kind", Json()) == "qualification") {
        XDPBENCH_TRY(model::QualificationRecord record, parse_qualification(text, name));
        record.exit_code = model::exit_code_of(record);
        return record;
    }
    const JsonReader document(json);
    XDPBENCH_TRY(StoredResult result, read_any(json, name, document));
    if (!document.problem()) return result;
    return input_error(fmt::format("{} cannot be read as a result: {}", name, *document.problem()),
                       "it was changed, or another version of xdp-bench wrote it");
}

}  // namespace xdpbench::report
