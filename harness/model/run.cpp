#include "model/run.h"

namespace xdpbench::model {

int exit_code_of(const RunRecord& run) {
    std::vector<Outcome> outcomes(run.verdicts.size(), Outcome::passed);
    const auto add = [&outcomes](const auto& records) {
        for (const auto& record : records) outcomes.push_back(record.outcome);
    };
    add(run.cases);
    add(run.benches);
    add(run.loads);
    add(run.scalings);
    add(run.externals);
    return exit_code_of(outcomes, run.interrupted);
}

}  // namespace xdpbench::model
