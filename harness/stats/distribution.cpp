#include "stats/distribution.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace xdpbench::stats {

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

// Bisection: normal_cdf() is exact and rises, so nothing has to be approximated a second time.
double normal_quantile(double p) {
    if (p > 0.5) return -normal_quantile(1 - p);
    double low = -40;  // where the cdf is below the smallest double
    double high = 0;
    for (int halving = 0; halving < 80; ++halving) {
        const double middle = (low + high) / 2;
        (normal_cdf(middle) < p ? low : high) = middle;
    }
    return high;
}

double student_quantile(double p, double degrees) {
    const double z = normal_quantile(p);
    const double z2 = z * z;
    const double first = z * (z2 + 1) / 4;
    const double second = z * ((5 * z2 + 16) * z2 + 3) / 96;
    const double third = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
    return z + (first + (second + third / degrees) / degrees) / degrees;
}

double fair_coins_cdf(std::size_t trials, std::size_t successes) {
    if (successes >= trials) return 1;
    const auto n = static_cast<double>(trials);
    double sum = 0;
    for (std::size_t k = 0; k <= successes; ++k) {
        const auto heads = static_cast<double>(k);
        sum += std::exp(std::lgamma(n + 1) - std::lgamma(heads + 1) - std::lgamma(n - heads + 1) -
                        n * std::numbers::ln2);
    }
    return std::min(sum, 1.0);
}

}  // namespace xdpbench::stats
