#include "report/counts_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <vector>

#include "base/text.h"

namespace xdpbench::report {
namespace {

std::string joined(const std::vector<std::string>& parts) {
    return parts.empty() ? "none" : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string tally_text(const model::ActionTally& tally, std::uint64_t no_action) {
    std::vector<std::string> parts;
    for (std::size_t action = 0; action < tally.size(); ++action) {
        if (tally[action] != 0)
            parts.push_back(fmt::format("{} {}", thousands(tally[action]),
                                        model::action_name(static_cast<model::Action>(action))));
    }
    if (no_action != 0) parts.push_back(thousands(no_action) + " no XDP action");
    return joined(parts);
}

std::string losses_text(const model::Losses& losses) {
    std::vector<std::string> parts;
    for (const auto& [name, frames] : losses)
        parts.push_back(fmt::format("{} {}", name, thousands(frames)));
    return joined(parts);
}

std::string sockets_text(const model::XskRecord& xsk, const model::Losses& losses) {
    std::vector<std::string> drops;
    for (const auto& [name, frames] : losses) {
        if (name.starts_with("xsk_"))
            drops.push_back(fmt::format("{} {}", name, thousands(frames)));
    }
    return fmt::format("{} ({}), {:.1f} frames per batch, {}; drops: {}",
                       counted(xsk.sockets, "socket"), model::name_of(xsk.mode),
                       xsk.tally.frames_per_batch(), counted(xsk.tally.wakeups, "wake-up"),
                       joined(drops));
}

std::string traffic_text(const model::BenchSetup& setup) {
    const std::string size = setup.shortest == setup.longest
                                 ? counted(setup.longest, "byte")
                                 : fmt::format("{} to {} bytes", setup.shortest, setup.longest);
    return fmt::format("{}{}, {} of {} in {} ({})",
                       setup.action ? model::action_name(*setup.action) : "",
                       setup.mixed ? " and others" : "", counted(setup.frames, "frame"), size,
                       counted(setup.flows, "flow"), setup.traffic);
}

std::string setup_text(const model::BenchSetup& setup, model::Outcome outcome) {
    return fmt::format("{}{} {}", outcome == model::Outcome::invalid ? "INVALID: " : "",
                       setup.name(), traffic_text(setup));
}

std::string accounting_text(bool accounted) {
    return accounted ? "all frames accounted for" : "frames UNACCOUNTED FOR";
}

std::string placement_text(const model::BenchSetup& setup) {
    const std::string_view generator = setup.sender == model::Sender::packet_socket
                                           ? "packet socket (slow; no live frame is that long)"
                                           : "generator";
    if (setup.placement == model::Placement::test_run)
        return fmt::format("test run: the program alone on CPU {}", setup.cpu);
    const std::string cpus = fmt::format("{}", fmt::join(setup.generator_cpus, ", "));
    const bool several = setup.generator_cpus.size() > 1;
    if (setup.placement == model::Placement::device) {
        std::string where = several ? fmt::format("generators on CPUs {}", cpus)
                                    : fmt::format("{} on CPU {}", generator, setup.generator_cpu);
        if (setup.generator_cpu == model::kCpuUnknown)
            where = fmt::format("{} on the other machine", generator);
        else if (setup.generator_elsewhere)
            where += " of the other machine";
        return fmt::format("real interfaces: {}, program on the CPU of the interrupt{}", where,
                           setup.out.empty() ? "" : ", redirects leave by " + setup.out);
    }
    const std::string_view name = model::name_of(setup.placement);
    if (several)
        return fmt::format("{}: a generator and the program on each of CPUs {}", name, cpus);
    if (setup.placement == model::Placement::shared)
        return fmt::format("{}: {} and program on CPU {}", name, generator, setup.cpu);
    return fmt::format("{}: {} on CPU {}, program in threaded NAPI on CPU {}", name, generator,
                       setup.generator_cpu, setup.cpu);
}

std::string generator_line(const model::BenchSetup& setup) {
    if (setup.generator_maximum <= 0) return {};
    return fmt::format("{}, {} {}: at most {} over this port, measured first",
                       setup.generator_cpus.size() > 1 ? "generators" : "generator", setup.program,
                       setup.name(), rate_text(setup.generator_maximum));
}

std::string generator_row(const model::BenchSetup& setup) {
    const std::string line = generator_line(setup);
    return line.empty() ? line : fmt::format("           {}\n", line);
}

std::string generator_limit(const model::BenchSetup& setup, model::Bound bound, double rate) {
    if (setup.placement != model::Placement::device || bound != model::Bound::generator) return {};
    const std::string share =
        model::generator_share_text(rate, setup.generator_maximum, setup.generator_cpus.size());
    return fmt::format("{} {} is limited by the generator{}{}", setup.program, setup.name(),
                       share.empty() ? "" : ": ", share);
}

std::string generator_hint(const model::BenchSetup& setup, model::Bound bound, double rate) {
    const std::string limit = generator_limit(setup, bound, rate);
    if (limit.empty()) return {};
    return fmt::format(
        "  hint: {}; the port and the program may be faster. Send from more CPUs (--cpus 0,1), or "
        "with a generator of your own (--traffic external)\n",
        limit);
}

}  // namespace xdpbench::report
