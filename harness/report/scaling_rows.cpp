#include "report/scaling_rows.h"

#include <fmt/format.h>

namespace xdpbench::report {
namespace {

Json rows_of_step(const std::string& name, const model::ScalingStep& step) {
    Json rows = Json::array();
    const double cpus = static_cast<double>(step.cpus.size());
    for (std::size_t i = 0; i < step.together.size(); ++i) {
        const double ns = 1e9 / step.together[i];
        Json row = {{"name", name},
                    {"run_name", name},
                    {"run_type", "iteration"},
                    {"repetitions", step.together.size()},
                    {"repetition_index", i},
                    {"threads", step.cpus.size()},
                    {"real_time", ns},
                    {"cpu_time", ns * cpus},  // a generator never waits
                    {"time_unit", "ns"},
                    {"processed_pps", step.together[i]}};
        if (i < step.apart.size()) {
            row["apart_pps"] = step.apart[i];
            row["efficiency"] = step.together[i] / step.apart[i];
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace

Json scaling_rows(const model::ScalingRecord& scaling) {
    Json rows = Json::array();
    for (const model::ScalingStep& step : scaling.steps) {
        const std::string queues =
            step.queues > 0 ? fmt::format("/queues:{}", step.queues) : std::string();
        const std::string name = fmt::format("{}/{}{}/cpus:{}/manual_time", scaling.setup.program,
                                             scaling.setup.name(), queues, step.cpus.size());
        for (Json& row : rows_of_step(name, step)) rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace xdpbench::report
