// Where frames arrive.
#pragma once

#include <string_view>

namespace xdpbench::model {

// The ends of a network: back at the tester, in the DUT's stack, at the far end of a chain, in
// AF_XDP sockets.
enum class End { nowhere, tester, stack, far, sockets };
[[nodiscard]] std::string_view name_of(End end);

}  // namespace xdpbench::model
