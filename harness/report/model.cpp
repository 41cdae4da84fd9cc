#include "report/model.h"

#include "stats/summary.h"

namespace xdpbench {

double ns_each(double seconds, std::uint64_t packets) {
    return packets == 0 ? 0.0 : seconds * 1e9 / static_cast<double>(packets);
}

const char* outcome_name(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed:
            return "passed";
        case Outcome::failed:
            return "failed";
        case Outcome::skipped:
            return "skipped";
        case Outcome::invalid:
            return "invalid";
    }
    return "unknown";
}

double BenchRound::ns_per_packet() const { return median(window_ns).value_or(0); }

double BenchRound::floor_ns() const { return median(floor_window_ns).value_or(0); }

double BenchRound::rate(std::uint64_t frames) const {
    return seconds <= 0 ? 0.0 : static_cast<double>(frames) / seconds;
}

}  // namespace xdpbench
