// The core that the calling thread runs on, as it is now: its clock, and how much of it is ours.
#pragma once

#include <optional>

namespace xdpbench::traffic {

// How long one cycle of the calling thread's CPU takes, ns, measured in some 4 us. CPUs change
// their clock all the time, in a virtual machine unseen: what a program costs in ns moves with it,
// in cycles it does not. Nothing on architectures other than x86-64.
[[nodiscard]] std::optional<double> measure_cycle_ns();

// How long one instruction of a stream that only the width of the core holds up (NOPs) takes, ns,
// measured in some 1 us. A busy thread on the same core (SMT: on a sibling CPU, in a virtual
// machine a neighbour's that nobody here sees) takes every second turn: then it is about twice as
// long. Nothing on architectures other than x86-64.
[[nodiscard]] std::optional<double> measure_nop_ns();

// The core around and between two windows that are measured one after the other.
class CoreReadings {
  public:
    // Before, between and after the windows: how much of the core is ours now.
    void read_width();
    // Between them.
    void read_clock();

    // A cycle, ns; nothing where it is not measured.
    [[nodiscard]] std::optional<double> cycle_ns() const { return cycle_ns_; }
    // Instructions a cycle that the core gave, the fewest of the readings. Only where there is a
    // cycle.
    [[nodiscard]] double ipc() const { return cycle_ns_.value_or(0) / nop_ns_; }

  private:
    std::optional<double> cycle_ns_;
    double nop_ns_ = 0;
};

}  // namespace xdpbench::traffic
