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
inline Simulate with_spikes(const Simulate& simulate, double share, double largest) {
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
inline Simulate bimodal(const Simulate& simulate, double share, double distance) {
    return [=](std::mt19937& random, std::size_t n) {
        std::bernoulli_distribution second(share);
        std::vector<double> values = simulate(random, n);
        for (double& value : values) {
            if (second(random)) value *= 1 + distance;
        }
        return values;
    };
}

// Around two levels, the second larger by `distance`, each of which lasts for some time: the second
// on average for `lasts` values, the first for three times as many.
inline Simulate switching(double deviation, double distance, double lasts) {
    return [=](std::mt19937& random, std::size_t n) {
        std::bernoulli_distribution leave_second(1 / lasts);
        std::bernoulli_distribution leave_first(1 / (3 * lasts));
        bool second = std::bernoulli_distribution(0.25)(random);
        std::vector<double> values = independent(deviation)(random, n);
        for (double& value : values) {
            if (second ? leave_second(random) : leave_first(random)) second = !second;
            if (second) value *= 1 + distance;
        }
        return values;
    };
}

// The sum of two, without their common 100.
inline Simulate both(const Simulate& one, const Simulate& other) {
    return [=](std::mt19937& random, std::size_t n) {
        std::vector<double> values = one(random, n);
        const std::vector<double> added = other(random, n);
        for (std::size_t i = 0; i < n; ++i) values[i] += added[i] - 100;
        return values;
    };
}

}  // namespace xdpbench::stats
