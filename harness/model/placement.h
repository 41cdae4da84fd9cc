// Where a program runs while it is measured, and where the generator does.
#pragma once

#include <array>
#include <string_view>

namespace xdpbench::model {

enum class Placement {
    shared,      // generator and program on one CPU: nothing is lost, the sum of both is measured
    separate,    // the program in a thread of its own (threaded NAPI), on another CPU
    other_node,  // the same, on CPUs of two NUMA nodes: frames are in the memory of the other one
    test_run,    // the program alone in the fresh-packet loop, without a generator
    device       // over real interfaces: the program runs where their interrupts lead
};
inline constexpr std::array kPlacements{Placement::shared, Placement::separate,
                                        Placement::other_node, Placement::test_run,
                                        Placement::device};
// Of a bench through a veth, as --placement names them.
inline constexpr std::array kVethPlacements{Placement::shared, Placement::separate,
                                            Placement::other_node};
[[nodiscard]] std::string_view name_of(Placement placement);

}  // namespace xdpbench::model
