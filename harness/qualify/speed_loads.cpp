#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "base/text.h"
#include "bench/loads.h"
#include "net/port_network.h"
#include "qualify/port_rate.h"
#include "qualify/speed_cases.h"
#include "target/target.h"
#include "traffic/pinned.h"
#include "traffic/placement.h"

namespace xdpbench::qualify {
namespace {

constexpr const char* kProgram = "xdp_tx";  // of the reference programs

// What the searches and latencies of run do, over these ports.
Result<std::vector<model::LoadRecord>> run_loads_of(Context& context, bench::LoadOptions options) {
    XDPBENCH_TRY(const target::Target target, target::find_target(kProgram));
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    bench::BenchCase bench;
    bench.target = &target;
    bench.mode = mode;
    bench.cpus = traffic::shared_on(traffic::measuring_cpu());
    bench.devices = net::Ports{context.device().name, context.peer().name, false};
    options.seconds = context.options().seconds;
    options.rounds = 1;
    std::vector<model::LoadRecord> all;
    for (const char* const size : {"64", "imix"}) {
        XDPBENCH_TRY(bench.shape, target::parse_size(size));
        XDPBENCH_TRY(std::vector<model::LoadRecord> records,
                     bench::run_load(bench, options, [](const std::string&) {}));
        std::move(records.begin(), records.end(), std::back_inserter(all));
        if (options.latency) break;
    }
    return all;
}

std::string goal_name(const model::SearchedGoal& goal) {
    return goal.goal.loss_ratio == 0 ? "NDR (no loss)"
                                     : fmt::format("PDR ({:g} % loss)", 100 * goal.goal.loss_ratio);
}

std::string search_text(const Context& context, const model::LoadRecord& record) {
    std::string text = fmt::format("frames of size {}, {}:", record.setup.size, kProgram);
    const auto sizes = std::find_if(rate_sizes().begin(), rate_sizes().end(),
                                    [&](const auto& one) { return one.name == record.setup.size; });
    for (const model::SearchedGoal& goal : record.goals) {
        const double rate = goal.result.conditional_throughput;
        text +=
            fmt::format("\n  {}: {}", goal_name(goal), rate > 0 ? rate_text(rate) : "not found");
        if (context.link_speed() && sizes != rate_sizes().end())
            text += fmt::format(", {:.1f} % of the line rate",
                                100 * rate / line_rate(*context.link_speed(), sizes->sizes));
        if (goal.bound != model::Bound::none)
            text += fmt::format(", limited by the {}", name_of(goal.bound));
        if (!goal.evidence.empty()) text += fmt::format(" ({})", goal.evidence);
    }
    return text;
}

std::string latency_text(const model::LoadRecord& record) {
    std::string text = fmt::format("at {}, {:.0f} %:", rate_text(record.rate), 100 * record.share);
    for (const model::LatencySeries& series : record.latencies) {
        text += fmt::format("\n  {:<9}", name_of(series.through));
        for (const model::Percentile& one : model::kPercentiles) {
            const auto value = series.histogram.quantile(one.q);
            text += fmt::format(" {} {:.1f} us", one.name,
                                static_cast<double>(value.value_or(0)) / 1e3);
        }
        text += fmt::format("  ({})", counted(series.arrived, "frame"));
    }
    return text;
}

// The ruling of what ended otherwise than well; nothing if all did.
std::optional<Ruling> ruling_of_records(const std::vector<model::LoadRecord>& records) {
    for (const model::LoadRecord& record : records) {
        if (record.outcome == model::Outcome::passed) continue;
        return record.outcome == model::Outcome::skipped ? skip(record.message)
                                                         : invalid(record.message);
    }
    return records.empty() ? std::optional(invalid("nothing was measured")) : std::nullopt;
}

}  // namespace

Result<Ruling> find_loss(Context& context) {
    bench::LoadOptions options;
    options.search = true;
    XDPBENCH_TRY(const auto records, run_loads_of(context, options));
    if (auto ruling = ruling_of_records(records)) return *std::move(ruling);
    std::string text;
    for (const model::LoadRecord& record : records)
        text += (text.empty() ? "" : "\n") + search_text(context, record);
    return pass(std::move(text));
}

Result<Ruling> find_latency(Context& context) {
    bench::LoadOptions options;
    options.latency = true;
    XDPBENCH_TRY(const auto records, run_loads_of(context, options));
    if (auto ruling = ruling_of_records(records)) return *std::move(ruling);
    std::string text = "64 bytes there and back; baseline: an empty program in its place";
    for (const model::LoadRecord& record : records) {
        if (record.kind == model::LoadKind::latency) text += "\n" + latency_text(record);
    }
    return pass(std::move(text));
}

}  // namespace xdpbench::qualify
