#include "traffic/core.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

#include "base/clock.h"

namespace xdpbench::traffic {

#if defined(__x86_64__)
namespace {

// Seconds of the shorter of two pieces of so many turns: what interrupts one of them only makes it
// longer. The turns are counted in assembly, since a compiler that unrolls them makes a piece of
// many kilobytes of code. One turn before fetches the code, which a window of other work has
// pushed out of the caches: without it a piece takes up to twice as long.
template <class Turns>
double shorter_of(std::uint64_t turns, Turns run) {
    constexpr int kPieces = 2;
    double shortest = std::numeric_limits<double>::max();
    run(1);
    for (int i = 0; i < kPieces; ++i) {
        const Clock::time_point start = Clock::now();
        run(turns);
        shortest = std::min(shortest, seconds_since(start));
    }
    return shortest;
}

// Each multiplication waits for the one before, 3 cycles: on Intel since Nehalem, on AMD since
// Zen (A. Fog, "Instruction tables": IMUL r64,r64). Additions would not do: they are folded.
[[gnu::noinline]] void multiply(std::uint64_t turns) {
    std::uint64_t number = 3;
    asm volatile("0:\n\t.rept 100\n\timul %0, %0\n\t.endr\n\tdec %1\n\tjnz 0b"
                 : "+r"(number), "+r"(turns)
                 :
                 : "cc");
}

// A turn is small enough for the cache of decoded instructions.
[[gnu::noinline]] void do_nothing(std::uint64_t turns) {
    asm volatile("0:\n\t.rept 200\n\tnop\n\t.endr\n\tdec %0\n\tjnz 0b" : "+r"(turns) : : "cc");
}

}  // namespace

std::optional<double> measure_cycle_ns() {
    constexpr double kCyclesEachTurn = 3 * 100;
    constexpr int kTurns = 20;
    return shorter_of(kTurns, multiply) * 1e9 / (kCyclesEachTurn * kTurns);
}

std::optional<double> measure_nop_ns() {
    constexpr double kEachTurn = 200;
    constexpr int kTurns = 40;
    return shorter_of(kTurns, do_nothing) * 1e9 / (kEachTurn * kTurns);
}
#else
std::optional<double> measure_cycle_ns() { return std::nullopt; }

std::optional<double> measure_nop_ns() { return std::nullopt; }
#endif

void CoreReadings::read_width() { nop_ns_ = std::max(nop_ns_, measure_nop_ns().value_or(0)); }

void CoreReadings::read_clock() { cycle_ns_ = measure_cycle_ns(); }

}  // namespace xdpbench::traffic
