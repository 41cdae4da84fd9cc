#include "run/repeat.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <vector>

#include "base/text.h"

namespace xdpbench::run {
namespace {

std::string option(const char* name, const std::string& value) {
    return value.empty() ? std::string() : fmt::format(" {} {}", name, shell_word(value));
}

// Of several numbers of queues all but the scaling tables have the largest.
std::vector<std::uint32_t> largest(const std::vector<std::uint32_t>& queues) {
    if (queues.empty()) return {};
    return {*std::max_element(queues.begin(), queues.end())};
}

std::string port_options(const RunOptions& options, const std::vector<std::uint32_t>& queues) {
    std::string text =
        option("--dev", options.device.value_or("")) + option("--peer", options.peer.value_or(""));
    if (options.remote) text += option("--remote", options.remote->place().text());
    text += option("--remote-tool", options.remote_tool) + option("--out", options.out) +
            option("--out-peer", options.out_peer);
    if (!queues.empty()) text += fmt::format(" --queues {}", fmt::join(queues, ","));
    if (options.prepare) text += " --prepare";
    if (options.take_over) text += " --take-over";
    if (options.xsk != model::XskMode::automatic)
        text += fmt::format(" --xsk-mode {}", model::name_of(options.xsk));
    return text;
}

std::string state_options(const RunOptions& options) {
    std::string text;
    for (const std::string& setting : options.settings) text += option("--set", setting);
    if (options.pin_maps) text += " --pin-maps";
    if (options.shared_state.allow) text += " --allow-state-changes";
    if (options.shared_state.restore) text += " --restore-state";
    return text;
}

std::string share(double value) { return fmt::format("{:.10g}%", value * 100); }

std::string shape_options(const target::TrafficShape& shape) {
    std::string text = option("--size", shape.size_name());
    if (shape.flows) text += fmt::format(" --flows {}", *shape.flows);
    return text;
}

// Of rounds, if they were asked for.
std::string round_options(const RunOptions& options) {
    if (options.goal) return {};
    return fmt::format(" --duration {:g}s --rounds {}", options.seconds, options.rounds);
}

std::string time_options(const RunOptions& options) {
    if (!options.goal) return round_options(options);
    const bench::PrecisionGoal usual;
    std::string text;
    if (options.goal->precision != usual.precision)
        text += " --precision " + share(options.goal->precision);
    if (options.goal->seconds != usual.seconds)
        text += fmt::format(" --budget {:g}s", options.goal->seconds);
    return text;
}

std::string placement_option(const RunOptions& options) {
    if (!options.placement) return {};
    return fmt::format(" --placement {}", model::name_of(*options.placement));
}

std::string cpus_option(const RunOptions& options) {
    return options.cpus.empty() ? std::string()
                                : fmt::format(" --cpus {}", fmt::join(options.cpus, ","));
}

std::string timed_state_options(const RunOptions& options) {
    std::string text;
    if (options.settle.passes == 0)
        text = " --settle off";
    else if (options.settle.passes != bench::kSettlePasses)
        text = fmt::format(" --settle {}", options.settle.passes);
    if (options.state_fresh) text += options.state_kept ? " --state kept,fresh" : " --state fresh";
    return text;
}

std::string goal_options(const bench::SearchOptions& goals) {
    const bench::SearchOptions usual;
    std::string text;
    if (goals.losses != usual.losses) {
        std::vector<std::string> losses;
        for (const double loss : goals.losses) losses.push_back(share(loss));
        text += fmt::format(" --loss {}", fmt::join(losses, ","));
    }
    if (goals.exceed != usual.exceed) text += " --exceed " + share(goals.exceed);
    if (goals.width != usual.width) text += " --width " + share(goals.width);
    return text;
}

std::string rate_option(const model::LoadRecord& load) {
    return " --rate " + (load.share > 0 ? share(load.share) : fmt::format("{:.10g}pps", load.rate));
}

// Which part of a run it is. Shares are of the throughput that a search finds for these goals.
std::string load_options(const model::LoadRecord& load, const RunOptions& options) {
    const bool search = load.kind == model::LoadKind::search;
    const std::string goals = search || load.share > 0 ? goal_options(options.goals) : "";
    if (search && !load.stamped) return "--only search" + goals;
    if (!search)
        return (load.kind == model::LoadKind::rate ? "--only bench" : "--only latency") +
               rate_option(load) + goals;
    // Stamped frames are searched for only where a latency needs a share.
    const auto shared = std::find_if(options.rates.begin(), options.rates.end(),
                                     [](const bench::Rate& rate) { return rate.share > 0; });
    return "--only latency" +
           (shared == options.rates.end() ? "" : " --rate " + share(shared->share)) + goals;
}

std::string mode_option(const bench::BenchCase& bench) {
    return bench.mode ? fmt::format("--mode {} ", model::mode_name(*bench.mode)) : "";
}

std::string bench_options(const bench::BenchCase& bench, const RunOptions& options) {
    return mode_option(bench) + "--only bench" + shape_options(bench.shape) +
           timed_state_options(options) + time_options(options);
}

// Behind --: only this one of the benches, whatever it takes.
std::string filter_option(const bench::BenchCase& bench) {
    std::string pattern = bench.name();
    for (char& letter : pattern) {
        if (std::isalnum(static_cast<unsigned char>(letter)) == 0 &&
            std::string_view("_/:,-").find(letter) == std::string_view::npos)
            letter = '.';
    }
    return " -- " + shell_word(fmt::format("--benchmark_filter=^{}/iterations:", pattern));
}

std::string command(const target::Target& target, std::string_view what,
                    const std::string& options) {
    return fmt::format("xdp-bench run {} {}{}", target.option, what, options);
}

}  // namespace

std::string repeat_of(const target::Target& target, const RunOptions& options,
                      std::string_view what) {
    return command(target, what, state_options(options));
}

std::string repeat_over_ports(const target::Target& target, const RunOptions& options,
                              std::string_view what) {
    return command(target, what,
                   port_options(options, largest(options.queues)) + state_options(options));
}

std::string repeat_of_bench(const bench::BenchCase& bench, const RunOptions& options) {
    const std::string how = bench_options(bench, options);
    const std::string filter = filter_option(bench);
    if (!bench.mode) return repeat_of(*bench.target, options, how) + filter;
    return repeat_over_ports(*bench.target, options, how + placement_option(options)) + filter;
}

std::string repeat_of_scaling(const bench::BenchCase& bench, const RunOptions& options) {
    return command(*bench.target, bench_options(bench, options) + cpus_option(options),
                   port_options(options, options.queues) + state_options(options)) +
           filter_option(bench);
}

std::string repeat_of_load(const bench::BenchCase& load, const RunOptions& options,
                           const model::LoadRecord& record) {
    return repeat_over_ports(*load.target, options,
                             mode_option(load) + load_options(record, options) +
                                 shape_options(load.shape) + round_options(options) +
                                 placement_option(options) + cpus_option(options));
}

std::string repeat_of_external(const bench::BenchCase& external, const RunOptions& options) {
    return repeat_over_ports(
        *external.target, options,
        mode_option(external) +
            fmt::format("--traffic external --duration {:g}s", options.seconds));
}

}  // namespace xdpbench::run
