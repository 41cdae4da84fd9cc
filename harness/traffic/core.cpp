#include "traffic/core.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

#include "base/clock.h"

namespace xdpbench::traffic {

#if defined(__x86_64__)
namespace {

// Seconds of the shorter of two pieces: what interrupts one of them only makes it longer.
template <class Piece>
double shorter_of(Piece piece) {
    constexpr int kPieces = 2;
    double shortest = std::numeric_limits<double>::max();
    for (int i = 0; i < kPieces; ++i) {
        const Clock::time_point start = Clock::now();
        piece();
        shortest = std::min(shortest, seconds_since(start));
    }
    return shortest;
}

}  // namespace

std::optional<double> measure_cycle_ns() {
    // Each multiplication waits for the one before, 3 cycles: on Intel since Nehalem, on AMD since
    // Zen (A. Fog, "Instruction tables": IMUL r64,r64). Additions would not do: they are folded.
    constexpr double kCyclesEach = 3;
    constexpr int kTurns = 20;
    constexpr int kEachTurn = 100;  // as in the text below
    const double seconds = shorter_of([] {
        std::uint64_t number = 3;
        for (int i = 0; i < kTurns; ++i)
            asm volatile(".rept 100\n\timul %0, %0\n\t.endr" : "+r"(number) : : "cc");
    });
    return seconds * 1e9 / (kCyclesEach * kTurns * kEachTurn);
}

std::optional<double> measure_nop_ns() {
    constexpr int kTurns = 40;
    constexpr int kEachTurn =
        200;  // as in the text below; small enough for the cache of decoded ones
    const double seconds = shorter_of([] {
        for (int i = 0; i < kTurns; ++i) asm volatile(".rept 200\n\tnop\n\t.endr");
    });
    return seconds * 1e9 / (kTurns * kEachTurn);
}
#else
std::optional<double> measure_cycle_ns() { return std::nullopt; }

std::optional<double> measure_nop_ns() { return std::nullopt; }
#endif

void CoreReadings::read_width() { nop_ns_ = std::max(nop_ns_, measure_nop_ns().value_or(0)); }

void CoreReadings::read_clock() { cycle_ns_ = measure_cycle_ns(); }

}  // namespace xdpbench::traffic
