#include "traffic/generator_maximum.h"

#include <algorithm>

namespace xdpbench::traffic {

Result<double> find_generator_maximum(int attempts,
                                      const std::function<Result<FlatOut>()>& attempt) {
    constexpr int kInVain = 3;
    constexpr double kBetter = 1.01;
    double most = 0;
    int in_vain = 0;
    for (int i = 0; i < attempts && in_vain < kInVain; ++i) {
        XDPBENCH_TRY(const FlatOut done, attempt());
        const std::uint64_t left = done.sent - std::min(done.sent, done.refused);
        const double rate = done.seconds > 0 ? static_cast<double>(left) / done.seconds : 0;
        in_vain = rate > most * kBetter ? 0 : in_vain + 1;
        most = std::max(most, rate);
    }
    return most;
}

Result<std::uint64_t> refused_by_port(const net::NetNs& netns, const std::string& port) {
    XDPBENCH_TRY(const net::InterfaceCounters counters, net::interface_counters(netns, port));
    return counters.tx_dropped + counters.tx_errors;
}

}  // namespace xdpbench::traffic
