#include "report/program_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "base/text.h"
#include "report/counts_text.h"

namespace xdpbench::report {

std::string program_text(const model::ProgramRecord& program) {
    std::vector<std::string> cost;
    if (program.verified_insns)
        cost.push_back(counted(*program.verified_insns, "instruction") + " processed");
    if (program.total_states) {
        std::string states = counted(*program.total_states, "state");
        if (program.peak_states)
            states += fmt::format(" ({} at a time)", thousands(*program.peak_states));
        cost.push_back(std::move(states));
    }
    if (!program.stack_bytes.empty())
        cost.push_back(fmt::format("stack {} bytes", fmt::join(program.stack_bytes, "+")));
    std::string lines = fmt::format(
        "  {:<8} {} translated, {} jited, {}\n  {:<8} {}\n", "size",
        counted(program.xlated_bytes, "byte"), thousands(program.jited_bytes),
        program.load_seconds > 0 ? fmt::format("loaded in {:.1f} ms", program.load_seconds * 1e3)
                                 : fmt::format("loaded before this run, id {}", program.id),
        "verifier",
        cost.empty() ? "this kernel reports no figures" : fmt::format("{}", fmt::join(cost, ", ")));
    if (program.padded_frames > 0) {
        lines += fmt::format("  {:<8} {} cut short by the capture (snaplen), padded with zeros\n",
                             "traffic", counted(program.padded_frames, "frame"));
    }
    if (program.fcs_frames > 0) {
        lines += fmt::format("  {:<8} {} with a frame check sequence (FCS), which was removed\n",
                             "traffic", counted(program.fcs_frames, "frame"));
    }
    return lines;
}

std::string arrivals_text(const model::ReplayRecord& replay) {
    std::string text = fmt::format("{} returned, {} reached the stack", thousands(replay.received),
                                   thousands(replay.passed));
    if (replay.passed > replay.actions[2]) {
        std::vector<std::string> cpus;
        for (const auto& [cpu, frames] : replay.passed_cpus)
            cpus.push_back(fmt::format("{} on CPU {}", thousands(frames), cpu));
        text += fmt::format(" ({})", fmt::join(cpus, ", "));
    }
    if (replay.network == model::NetworkKind::chain)
        text += fmt::format(", {} reached the far end", thousands(replay.forwarded));
    if (replay.xsk)
        text += fmt::format(", {} delivered to {} ({})", thousands(replay.xsk->tally.frames),
                            counted(replay.xsk->sockets, "AF_XDP socket"),
                            model::name_of(replay.xsk->mode));
    if (replay.network == model::NetworkKind::ports)
        text += fmt::format("; over device {}, peer {}", replay.device, replay.peer);
    if (!replay.out.empty())
        text += fmt::format("; {} left by {}", thousands(replay.forwarded), replay.out);
    return text;
}

std::string replacement_text(const model::ReplacementRecord& replacement) {
    std::string text =
        fmt::format("replaced {} under traffic of {}", counted(replacement.times, "time"),
                    counted(replacement.sent, "frame"));
    if (replacement.by_first && replacement.by_second)
        text += fmt::format(": {} met the first program, {} the second",
                            thousands(*replacement.by_first), thousands(*replacement.by_second));
    return text + fmt::format("; lost: {}; {}", losses_text(replacement.losses),
                              accounting_text(replacement.accounted_for));
}

std::string lan_text(const model::LanStepRecord& step) {
    if (step.sent == 0) return step.step;
    std::vector<std::string> hosts;
    for (const auto& [host, numbers] : step.answered_by)
        hosts.push_back(fmt::format("{}: {}", host, sequence_text(numbers)));
    return fmt::format("{}: {} answered{}", step.step, thousands(step.answered),
                       hosts.empty() ? "" : fmt::format(" ({})", fmt::join(hosts, "; ")));
}

}  // namespace xdpbench::report
