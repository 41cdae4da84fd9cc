// Group speed: how many frames a second the port and the program handle.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "base/interrupt.h"
#include "base/text.h"
#include "net/rings.h"
#include "qualify/case.h"
#include "qualify/frames.h"
#include "qualify/port_change.h"
#include "qualify/port_rate.h"
#include "qualify/speed_cases.h"
#include "qualify/speed_rig.h"
#include "target/traffic_shape.h"
#include "traffic/generator_maximum.h"
#include "traffic/pinned.h"
#include "traffic/placement.h"

namespace xdpbench::qualify {
namespace {

using model::Action;

constexpr std::size_t kTurns = 64;  // frames of each size that are sent in turn
constexpr std::uint16_t kFlows = 64;

packet::Frames frames_of(const Context& context, const FrameSizes& sizes, std::uint16_t flows) {
    packet::Frames frames;
    for (std::uint32_t number = 0; number < kTurns * sizes.sizes.size(); ++number) {
        FrameShape shape;
        shape.length = sizes.sizes[number % sizes.sizes.size()] - target::kFcs;
        shape.number = number;
        shape.flow = static_cast<std::uint16_t>(number % flows);
        frames.push_back(make_frame(context.device().mac, shape));
    }
    return frames;
}

bool fits(const Context& context, const FrameSizes& sizes) {
    const int mtu = std::min(context.device().mtu, context.peer().mtu);
    const auto most = static_cast<std::size_t>(mtu) + packet::kEthernetHeaderBytes + target::kFcs;
    return *std::max_element(sizes.sizes.begin(), sizes.sizes.end()) <= most;
}

double line_of(const Context& context, const FrameSizes& sizes) {
    return line_rate(context.link_speed().value_or(0), sizes.sizes);
}

ProgramSettings untouched() {
    ProgramSettings settings;
    settings.function = Function::drop_untouched;
    return settings;
}

// Measured once a run: what follows is read against it.
Result<void> find_generator_maximum(Context& context) {
    if (context.generator_maximum()) return {};
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(untouched()));
    XDPBENCH_TRY(SpeedRig rig, SpeedRig::create(context, std::move(program)));
    const packet::Frames frames = frames_of(context, rate_sizes().front(), 1);
    XDPBENCH_TRY(
        const double most, traffic::find_generator_maximum(3, [&]() -> Result<traffic::FlatOut> {
            XDPBENCH_TRY(const RateCounts counts, rig.run(frames, {traffic::measuring_cpu()},
                                                          context.options().seconds / 2));
            return traffic::FlatOut{counts.sent, counts.not_sent_by_peer, counts.send_seconds};
        }));
    context.set_generator_maximum(most);
    return {};
}

std::string generator_text(const Context& context) {
    const double most = context.generator_maximum().value_or(0);
    const double line = line_of(context, rate_sizes().front());
    const std::string of = line > 0 ? fmt::format(", {:.1f} % of the line rate of {:.0f} Mb/s",
                                                  100 * most / line, *context.link_speed())
                                    : ", and the driver does not report the link's speed";
    return fmt::format("the generator sends at most {} of 64 bytes over this port{}",
                       rate_text(most), of);
}

std::string discards_text(const SpeedRig& rig) {
    const auto discards = rig.discards();
    if (!discards) return discards.error().what;
    if (discards->empty()) return "no discard counter of the port rose";
    std::vector<std::string> parts;
    for (const auto& [name, value] : *discards)
        parts.push_back(fmt::format("{} {}", name, thousands(value)));
    return fmt::format("discards of the port: {}", fmt::join(parts, ", "));
}

Result<Ruling> generator(Context& context) {
    XDPBENCH_CHECK(find_generator_maximum(context));
    return pass(generator_text(context));
}

// The rates of one program for all sizes, over one queue: the frames are one flow.
Result<std::vector<model::PortRate>> measure_sizes(Context& context, SpeedRig& rig,
                                                   std::uint64_t copies) {
    std::vector<model::PortRate> rates;
    for (const FrameSizes& sizes : rate_sizes()) {
        if (!fits(context, sizes)) continue;
        XDPBENCH_TRY(RateCounts counts,
                     rig.run(frames_of(context, sizes, 1), {traffic::measuring_cpu()},
                             context.options().seconds));
        counts.copies = copies;
        rates.push_back(rate_of(counts, sizes.name, line_of(context, sizes)));
    }
    return rates;
}

// `judged`: by --at-least. What ends in the stack is not: it says little about the card.
enum class Judged { no, yes };

// `copies` of each frame have to arrive where the action sends it; 0: it is dropped.
Result<Ruling> rate(Context& context, const ProgramSettings& settings, std::uint64_t copies,
                    Judged judged) {
    XDPBENCH_CHECK(find_generator_maximum(context));
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    XDPBENCH_TRY(SpeedRig rig, SpeedRig::create(context, std::move(program)));
    XDPBENCH_TRY(std::vector<model::PortRate> rates, measure_sizes(context, rig, copies));
    XDPBENCH_TRY(const ProgramCounts counts, rig.counts());
    std::string text = discards_text(rig);
    if (settings.function == Function::to_cpu_program)
        text += fmt::format("\nCPU {}: its program handled {}", settings.target,
                            counted(counts.on_cpus, "frame"));
    Ruling ruling = judge_rates(
        std::move(rates), judged == Judged::yes ? context.options().at_least : std::nullopt, text);
    const bool none_arrived = std::all_of(ruling.rates.begin(), ruling.rates.end(),
                                          [](const auto& one) { return one.forwarded == 0; });
    if (copies > 0 && none_arrived) {
        ruling.finding = model::Finding::invalid;
        ruling.text = "no frame arrived where the action sends it\n" + ruling.text;
    }
    return ruling;
}

Result<Ruling> drop_after_reading(Context& context) {
    ProgramSettings settings;
    settings.action = Action::drop;
    return rate(context, settings, 0, Judged::yes);
}

Result<Ruling> drop_after_parsing(Context& context) {
    ProgramSettings settings;
    settings.function = Function::drop_parsed;
    return rate(context, settings, 0, Judged::yes);
}

Result<Ruling> send_back(Context& context) {
    ProgramSettings settings;
    settings.action = Action::tx;
    return rate(context, settings, 1, Judged::yes);
}

Result<Ruling> redirect_to(Context& context, Function function, Judged judged) {
    ProgramSettings settings;
    settings.function = function;
    settings.target = context.device().index;
    return rate(context, settings, function == Function::to_all ? 2 : 1, judged);
}

// Another one than the generator's, if there is one.
int other_cpu() {
    const std::vector<int> cpus = traffic::allowed_cpus();
    const int generator = traffic::measuring_cpu();
    const auto other =
        std::find_if(cpus.begin(), cpus.end(), [generator](int cpu) { return cpu != generator; });
    return other == cpus.end() ? generator : *other;
}

Result<Ruling> cpumap(Context& context) {
    ProgramSettings settings;
    settings.function = Function::to_cpu_program;
    settings.target = static_cast<unsigned>(other_cpu());
    return rate(context, settings, 1, Judged::no);
}

// "CPU 0 51 %, CPU 1 49 %": where the queues' interrupts were handled.
std::string spread_text(const std::vector<std::uint64_t>& before,
                        const std::vector<std::uint64_t>& now) {
    std::vector<std::uint64_t> risen(now.size());
    for (std::size_t cpu = 0; cpu < now.size(); ++cpu) risen[cpu] = now[cpu] - before[cpu];
    const auto all =
        static_cast<double>(std::accumulate(risen.begin(), risen.end(), std::uint64_t{0}));
    std::vector<std::string> parts;
    for (std::size_t cpu = 0; cpu < risen.size(); ++cpu) {
        if (risen[cpu] > 0)
            parts.push_back(
                fmt::format("CPU {} {:.0f} %", cpu, 100 * static_cast<double>(risen[cpu]) / all));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

struct QueueRate {
    model::PortRate rate;
    std::string spread;
};

// As many generators as queues, as far as there are CPUs.
Result<QueueRate> measure_queues(Context& context, std::uint32_t queues) {
    std::vector<int> cpus = traffic::allowed_cpus();
    if (cpus.size() > queues) cpus.erase(cpus.begin(), cpus.end() - queues);
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(untouched()));
    XDPBENCH_TRY(SpeedRig rig, SpeedRig::create(context, std::move(program)));
    XDPBENCH_TRY(const auto before, rig.handled_by_cpu());
    const FrameSizes& sizes = rate_sizes().front();
    XDPBENCH_TRY(RateCounts counts,
                 rig.run(frames_of(context, sizes, kFlows), cpus, context.options().seconds));
    XDPBENCH_TRY(const auto now, rig.handled_by_cpu());
    return QueueRate{
        rate_of(counts, fmt::format("64, {}", counted(queues, "queue")), line_of(context, sizes)),
        spread_text(before, now)};
}

Result<Ruling> queues(Context& context) {
    const std::uint32_t most = most_channels(context);
    if (most < 2) return skip("the device has one channel");
    XDPBENCH_CHECK(find_generator_maximum(context));
    std::vector<model::PortRate> rates;
    std::string spreads;
    for (std::uint32_t count = 1;; count = std::min(2 * count, most)) {
        XDPBENCH_TRY(const PortChange change, change_channels(context, count));
        XDPBENCH_TRY(const QueueRate measured, measure_queues(context, count));
        rates.push_back(measured.rate);
        spreads += fmt::format("{}{}: {}", spreads.empty() ? "" : "\n", counted(count, "queue"),
                               measured.spread);
        if (count == most) break;
    }
    return judge_rates(std::move(rates), context.options().at_least,
                       fmt::format("{} flows; {}", kFlows, spreads));
}

constexpr const char* kGroup = "speed";

constexpr std::array kCases{
    CaseEntry{kGroup, "generator", Needs::two_ports_here, generator},
    CaseEntry{kGroup, "drop", Needs::two_ports_here,
              [](Context& context) { return rate(context, untouched(), 0, Judged::yes); }},
    CaseEntry{kGroup, "drop_read", Needs::two_ports_here, drop_after_reading},
    CaseEntry{kGroup, "drop_parsed", Needs::two_ports_here, drop_after_parsing},
    CaseEntry{kGroup, "pass", Needs::two_ports_here,
              [](Context& context) { return rate(context, {}, 1, Judged::no); }},
    CaseEntry{kGroup, "tx", Needs::two_ports_here, send_back},
    CaseEntry{
        kGroup, "devmap", Needs::two_ports_here,
        [](Context& context) { return redirect_to(context, Function::to_port, Judged::yes); }},
    CaseEntry{kGroup, "broadcast", Needs::two_ports_here,
              [](Context& context) { return redirect_to(context, Function::to_all, Judged::no); }},
    CaseEntry{kGroup, "cpumap", Needs::two_ports_here, cpumap},
    CaseEntry{kGroup, "queues", Needs::two_ports_here, queues},
    CaseEntry{kGroup, "loss", Needs::two_ports_here, find_loss},
    CaseEntry{kGroup, "latency", Needs::two_ports_here, find_latency},
};

}  // namespace

std::span<const CaseEntry> speed_cases() { return kCases; }

}  // namespace xdpbench::qualify
