// Series that a test simulates: always the same for the same seed.
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <random>
#include <vector>

namespace xdpbench::stats {

// `n` values around 100.
using Simulate = std::function<std::vector<double>(std::mt19937&, std::size_t n)>;

// Independent, with this relative standard deviation.
inline Simulate independent(double deviation) {
    return [deviation](std::mt19937& random, std::size_t n) {
        std::normal_distribution<double> draw(100, 100 * deviation);
        std::vector<double> values(n);
        for (double& value : values) value = draw(random);
        return values;
    };
}

// AR(1): each value is alike to the one before, by `phi` (0 to 1).
inline Simulate drifting(double deviation, double phi) {
    return [deviation, phi](std::mt19937& random, std::size_t n) {
        std::normal_distribution<double> draw(0, 100 * deviation);
        std::vector<double> values(n);
        double now = draw(random);
        for (double& value : values) {
            now = phi * now + std::sqrt(1 - phi * phi) * draw(random);
            value = 100 + now;
        }
        return values;
    };
}

// A share of the values is up to this much larger: interference only adds time.
inline Simulate with_spikes(Simulate simulate, double share, double largest) {
    return [=](std::mt19937& random, std::size_t n) {
        std::uniform_real_distribution<double> draw(0, 1);
        std::vector<double> values = simulate(random, n);
        for (double& value : values) {
            if (draw(random) < share) value *= 1 + largest * draw(random);
        }
        return values;
    };
}

// A share of the values lies on a second level, larger by `distance`.
inline Simulate bimodal(Simulate simulate, double share, double distance) {
    return [=](std::mt19937& random, std::size_t n) {
        std::bernoulli_distribution second(share);
        std::vector<double> values = simulate(random, n);
        for (double& value : values) {
            if (second(random)) value *= 1 + distance;
        }
        return values;
    };
}

}  // namespace xdpbench::stats
