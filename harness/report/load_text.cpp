#include "report/load_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "report/counts_text.h"
#include "report/load_title.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

std::string heading(const model::LoadRecord& load, const std::string& how) {
    return fmt::format("  {:<8} {}\n           {}; {}\n", model::name_of(load.kind),
                       setup_text(load.setup, load.outcome), placement_text(load.setup), how) +
           generator_row(load.setup);
}

std::string rounds_text(const model::LoadRecord& load) {
    const std::string turns =
        load.setup.generator_cpus.size() < 2
            ? ""
            : fmt::format("by {} alternating, each ",
                          counted(load.setup.generator_cpus.size(), "generator"));
    return fmt::format("evenly, {}up to {} at a time; {} of {:.2f} s", turns,
                       counted(load.burst, "frame"), counted(load.trials.size(), "round"),
                       load.trials.front().seconds);
}

// Frames by CPU, of all trials; nothing where there is one.
std::string sent_line(const model::LoadRecord& load) {
    if (load.setup.generator_cpus.size() < 2) return {};
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < load.setup.generator_cpus.size(); ++i) {
        std::uint64_t sent = 0;
        for (const model::Trial& trial : load.trials) sent += trial.sent_by_cpu.at(i);
        parts.push_back(
            fmt::format("{} from CPU {}", counted(sent, "frame"), load.setup.generator_cpus[i]));
    }
    return fmt::format("  {:<9}{}\n", "sent", fmt::join(parts, ", "));
}

std::string reached_line(const model::LoadRecord& load) {
    double lag = 0;
    double most = 0;
    for (const model::Trial& trial : load.trials) {
        lag = std::max(lag, trial.worst_lag);
        most = std::max(most, trial.offered());
    }
    return fmt::format(
        "  {:<9}in {} of {}; highest offered rate {}, longest delay of a frame {:.2f} ms\n",
        "reached", load.reached_trials().size(), counted(load.trials.size(), "round"),
        rate_text(most), lag * 1e3);
}

std::string lost_line(const model::LoadRecord& load) {
    model::Losses sum;
    for (const model::Trial& trial : load.trials) {
        for (const auto& [name, frames] : trial.losses) sum[name] += frames;
    }
    return fmt::format("  {:<9}{}; counted by {}\n", "lost", losses_text(sum),
                       load.setup.counted_by);
}

// ---- An offered rate ----

// The column title for where the action sends frames; empty if they end in the program.
std::string way(const model::LoadRecord& load) {
    if (load.setup.action == model::Action::tx) return "returned";
    if (load.setup.action == model::Action::pass) return "to stack";
    if (load.setup.action == model::Action::redirect || load.setup.mixed) return "forwarded";
    return {};
}

using Summary = std::optional<double> (*)(std::span<const double>);

std::string rate_row(const char* title, const model::LoadRecord& load, Summary summary) {
    const std::vector<model::Trial> trials = load.reached_trials();
    const auto cell = [&](const auto& measure) {
        std::vector<double> samples;
        samples.reserve(trials.size());
        for (const model::Trial& trial : trials) samples.push_back(measure(trial));
        return summary(samples).value_or(0);
    };
    const double offered = cell([](const model::Trial& t) { return t.offered(); });
    const double processed = cell([](const model::Trial& t) { return t.per_second(t.processed); });
    const double forwarded = cell([](const model::Trial& t) { return t.per_second(t.forwarded); });
    const double lost = cell([](const model::Trial& t) { return t.loss_ratio(); });
    return fmt::format("  {:<9}{:>11.4f}{:>11.4f}{:>11}{:>11}\n", title, offered / model::kMega,
                       processed / model::kMega,
                       way(load).empty() ? "-" : fmt::format("{:.4f}", forwarded / model::kMega),
                       fmt::format("{:.4f} %", lost * 100));
}

std::string rate_lines(const model::LoadRecord& load) {
    std::string text =
        heading(load, fmt::format("offered {}, {}", rate_text(load.rate), rounds_text(load)));
    if (!load.reached_trials().empty()) {
        text += fmt::format("\n  {:<9}{:>11}{:>11}{:>11}{:>11}\n", "", "offered", "processed",
                            way(load).empty() ? "forwarded" : way(load), "lost");
        text += fmt::format("  {:<9}{:>11}{:>11}{:>11}\n", "", "Mpps", "Mpps", "Mpps");
        text += rate_row("median", load, stats::median) + rate_row("lowest", load, stats::min) +
                rate_row("highest", load, stats::max);
    }
    return text + "\n" + reached_line(load) + sent_line(load) + lost_line(load);
}

// ---- A search ----

// "-" without such a bound.
std::string bound_text(const std::optional<double>& rate) {
    return rate ? fmt::format("{:.4f}", *rate / model::kMega) : "-";
}

std::string goal_row(const model::SearchedGoal& searched) {
    const stats::GoalResult& result = searched.result;
    const std::optional<double> through =
        result.bounds.lower ? std::optional(result.conditional_throughput) : std::nullopt;
    return fmt::format("  {:<9}{:>11}{:>11}{:>11}   {}: {}\n",
                       fmt::format("<= {:.4g} %", searched.goal.loss_ratio * 100),
                       bound_text(result.bounds.lower), bound_text(through),
                       bound_text(result.bounds.upper), model::name_of(searched.bound),
                       searched.evidence);
}

std::string search_lines(const model::LoadRecord& load) {
    std::string text =
        heading(load, fmt::format("{}MLRsearch (RFC 9971): {} in {:.1f} s; {} can offer up to {}",
                                  load.stamped ? "time stamps in the frames; " : "",
                                  counted(load.trials.size(), "trial"), load.seconds,
                                  counted(load.setup.generator_cpus.size(), "generator"),
                                  rate_text(load.range.max)));
    if (!load.goals.empty()) {
        const stats::SearchGoal& goal = load.goals.front().goal;
        text += fmt::format(
            "           {:.4g} s of trials of {:.4g} s decide about a rate, {:.4g} % of them may "
            "lose more; width {:.4g} %\n\n",
            goal.duration_sum, goal.final_seconds, goal.exceed_ratio * 100, goal.width * 100);
        text += fmt::format("  {:<9}{:>11}{:>11}{:>11}   {}\n", "loss", "rate", "through",
                            "too high", "bottleneck");
        text += fmt::format("  {:<9}{:>11}{:>11}{:>11}\n", "", "Mpps", "Mpps", "Mpps");
        for (const model::SearchedGoal& searched : load.goals) text += goal_row(searched);
        text += "\n";
    }
    return text + lost_line(load) + fmt::format("  {:<9}{}\n", "meaning", search_note(load.setup));
}

// ---- A latency ----

// In us, to 10 ns.
std::string latency_row(const model::LatencySeries& series) {
    const auto cell = [](std::uint64_t ns) {
        return fmt::format("{:>11.2f}", static_cast<double>(ns) / 1e3);
    };
    std::string row =
        fmt::format("  {:<9}{:<9}{:>13}", model::name_of(series.through),
                    model::name_of(series.place), thousands(series.histogram.samples()));
    for (const model::Percentile& percentile : model::kPercentiles)
        row += cell(series.histogram.quantile(percentile.q).value_or(0));
    return row + cell(series.histogram.longest()) + "\n";
}

std::string latency_table(const model::LoadRecord& load) {
    std::string titles = fmt::format("  {:<9}{:<9}{:>13}", "through", "to", "samples");
    std::string units = fmt::format("  {:<31}", "");
    for (const model::Percentile& percentile : model::kPercentiles) {
        titles += fmt::format("{:>11}", percentile.name);
        units += fmt::format("{:>11}", "us");
    }
    std::string text = fmt::format("{}{:>11}\n{}{:>11}\n", titles, "max", units, "us");
    for (const model::Through through : {model::Through::program, model::Through::baseline}) {
        for (const model::LatencySeries& series : load.latencies)
            text += series.through == through ? latency_row(series) : "";
    }
    return text;
}

std::string latency_lines(const model::LoadRecord& load) {
    const std::string share =
        load.share > 0 ? fmt::format(" ({:.4g} % of the throughput)", load.share * 100) : "";
    std::string text = heading(load, fmt::format("at {}{}, {}, interleaved with the baseline",
                                                 rate_text(load.rate), share, rounds_text(load)));
    text += fmt::format("\n{}\n", latency_table(load));
    text += fmt::format(
        "  {:<9}from the generator's clock reading to the sink's; includes one reading of {:.1f} "
        "ns; "
        "resolution 1/{:.0f}\n",
        "latency", load.clock_ns, 1 / stats::LatencyHistogram::kResolution);
    if (load.lengthened > 0)
        text += fmt::format("  {:<9}{} extended to hold a time stamp\n", "frames",
                            counted(load.lengthened, "frame"));
    return text + reached_line(load) + sent_line(load) + lost_line(load);
}

}  // namespace

std::string load_text(const model::LoadRecord& load) {
    switch (load.kind) {
        case model::LoadKind::rate:
            return rate_lines(load);
        case model::LoadKind::search:
            return search_lines(load);
        case model::LoadKind::latency:
            return latency_lines(load);
    }
    return {};
}

}  // namespace xdpbench::report
