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

}  // namespace xdpbench::model
