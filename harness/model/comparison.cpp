#include "model/comparison.h"

#include <algorithm>

#include "stats/summary.h"

namespace xdpbench::model {

std::string_view name_of(Measure measure) {
    switch (measure) {
        case Measure::program:
            return "program";
        case Measure::packet:
            return "packet";
    }
    return "";
}

double ComparedCase::more_ns() const {
    std::vector<double> differences;
    const std::size_t blocks = std::min(base_samples.size(), contender_samples.size());
    for (std::size_t i = 0; i < blocks; ++i)
        differences.push_back(contender_samples[i] - base_samples[i]);
    return stats::median(differences).value_or(0);
}

Outcome outcome_of(const ComparedCase& one) {
    if (one.outcome != Outcome::passed) return one.outcome;
    switch (one.comparison.judgement) {
        case stats::Judgement::slower:
            return Outcome::failed;
        case stats::Judgement::same:
        case stats::Judgement::faster:
            return Outcome::passed;
        case stats::Judgement::inconclusive:
        case stats::Judgement::invalid:
        case stats::Judgement::undecided:
            return Outcome::invalid;
    }
    return Outcome::error;
}

int exit_code_of(const CompareRecord& record) {
    std::vector<Outcome> outcomes;
    for (const ComparedCase& one : record.cases) outcomes.push_back(outcome_of(one));
    return exit_code_of(outcomes, record.interrupted);
}

}  // namespace xdpbench::model
