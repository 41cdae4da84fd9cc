#include "report/read_parts.h"

#include <array>
#include <charconv>

namespace xdpbench::report {
namespace {

constexpr int kMostCpus = 1 << 20;

// The number of a CPU that is the name of a key.
std::optional<int> cpu_of(const std::string& name) {
    int cpu = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), cpu);
    if (error != std::errc() || end != name.data() + name.size() || cpu < 0) return std::nullopt;
    return cpu;
}

}  // namespace

model::Outcome read_outcome(const JsonReader& reader) {
    return reader.named<model::Outcome>("outcome", model::kOutcomes, model::outcome_name);
}

std::optional<model::Mode> read_maybe_mode(const JsonReader& reader) {
    const std::string name = reader.text("mode");
    if (name.empty() || name == model::attach_name(std::nullopt)) return std::nullopt;
    const std::optional<model::Mode> mode = model::parse_mode(name);
    if (!mode) reader.note("mode", "is \"" + name + "\", which is no attach mode");
    return mode;
}

model::Mode read_mode(const JsonReader& reader) {
    return read_maybe_mode(reader).value_or(model::Mode::native);
}

model::Bound read_bound(const JsonReader& reader) {
    return reader.named<model::Bound>("bound", model::kBounds,
                                      [](model::Bound one) { return model::name_of(one); });
}

model::ActionTally read_actions(const JsonReader& reader, const char* key) {
    model::ActionTally tally{};
    for (const auto& [name, count] : reader.counts_by_name(key)) {
        const std::optional<model::Action> action = model::parse_action(name);
        if (action)
            tally.at(static_cast<std::size_t>(*action)) = count;
        else
            reader.note(key, "has \"" + name + "\", which is no action");
    }
    return tally;
}

model::XskRecord read_xsk(const JsonReader& reader) {
    using enum model::XskMode;
    constexpr std::array kAll{automatic, copy, zero_copy};
    model::XskRecord xsk;
    xsk.sockets = reader.count("sockets");
    xsk.mode = reader.named<model::XskMode>("mode", kAll,
                                            [](model::XskMode one) { return model::name_of(one); });
    xsk.tally = {reader.count("frames"), reader.count("batches"), reader.count("wakeups")};
    return xsk;
}

model::Losses read_losses(const JsonReader& reader) {
    model::Losses losses;
    for (const auto& [name, count] : reader.counts_by_name("losses")) losses[name] = count;
    return losses;
}

std::vector<int> read_cpus(const JsonReader& reader, const char* key) {
    std::vector<int> cpus;
    for (const std::uint64_t cpu : reader.counts(key)) {
        if (cpu >= kMostCpus) {
            reader.note(key, "has an entry that is no CPU");
            return {};
        }
        cpus.push_back(static_cast<int>(cpu));
    }
    return cpus;
}

std::vector<model::CpuTally> read_cpu_tallies(const JsonReader& reader) {
    std::vector<model::CpuTally> tallies;
    for (const JsonReader& one : reader.objects("cpus"))
        tallies.push_back({one.count<int>("cpu"), read_actions(one, "actions")});
    return tallies;
}

std::map<int, std::uint64_t> read_by_cpu(const JsonReader& reader, const char* key) {
    std::map<int, std::uint64_t> frames;
    for (const auto& [name, count] : reader.counts_by_name(key)) {
        if (const std::optional<int> cpu = cpu_of(name))
            frames[*cpu] = count;
        else
            reader.note(key, "has \"" + name + "\", which is no CPU");
    }
    return frames;
}

std::vector<std::pair<std::string, std::string>> read_environment(const JsonReader& reader) {
    std::vector<std::pair<std::string, std::string>> environment;
    const JsonReader entries = reader.object("environment");
    for (const auto& [key, value] : entries.json().items())
        environment.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
    return environment;
}

model::ProgramRecord read_program(const JsonReader& reader) {
    const auto maybe = [&](const char* key) {
        return reader.has(key) ? std::optional(reader.count(key)) : std::nullopt;
    };
    model::ProgramRecord program;
    program.name = reader.text("name");
    program.object = reader.text("object");
    program.function = reader.text("function");
    program.id = reader.count<std::uint32_t>("id");
    program.tag = reader.text("tag");
    program.jited_bytes = reader.count<std::uint32_t>("jited_bytes");
    program.xlated_bytes = reader.count<std::uint32_t>("xlated_bytes");
    program.verified_insns = maybe("verified_insns");
    program.total_states = maybe("total_states");
    program.peak_states = maybe("peak_states");
    for (const std::uint64_t bytes : reader.counts("stack_bytes"))
        program.stack_bytes.push_back(static_cast<std::uint32_t>(bytes));
    program.load_seconds = reader.number("load_seconds");
    program.padded_frames = reader.count("padded_frames");
    program.fcs_frames = reader.count("fcs_frames");
    return program;
}

model::BenchSetup read_setup(const JsonReader& reader) {
    model::BenchSetup setup;
    setup.program = reader.text("program");
    setup.mode = read_maybe_mode(reader);
    if (const std::string action = reader.text("action"); !action.empty()) {
        setup.action = model::parse_action(action);
        if (!setup.action) reader.note("action", "is \"" + action + "\", which is no action");
    }
    setup.mixed = reader.flag("mixed");
    setup.traffic = reader.text("traffic");
    setup.frames = reader.count("frames");
    setup.shortest = reader.count("shortest_frame_bytes");
    setup.longest = reader.count("longest_frame_bytes");
    setup.flows = reader.count("flows");
    setup.size = reader.text("size");
    setup.variant = reader.text("variant");
    setup.cpu = reader.has("cpu") ? reader.count<int>("cpu") : model::kCpuUnknown;
    setup.generator_cpu =
        reader.has("generator_cpu") ? reader.count<int>("generator_cpu") : model::kCpuUnknown;
    setup.generator_elsewhere = reader.flag("generator_elsewhere");
    setup.generator_cpus = read_cpus(reader, "generator_cpus");
    setup.placement = reader.named<model::Placement>(
        "placement", model::kPlacements, [](model::Placement one) { return model::name_of(one); });
    if (reader.has("sender"))
        setup.sender = reader.named<model::Sender>(
            "sender", std::array{model::Sender::live_frames, model::Sender::packet_socket},
            [](model::Sender one) { return model::name_of(one); });
    setup.counted_by = reader.text("counted_by");
    setup.out = reader.text("out");
    setup.generator_maximum = reader.number("generator_maximum_pps");
    setup.repeat = reader.text("repeat");
    return setup;
}

}  // namespace xdpbench::report
