// Whether frames arrive as they should, on a port that may lose or damage one now and then: that is
// what the integrity cases are for, and no other case fails because of it.
#pragma once

#include <optional>
#include <string>

#include "qualify/rig.h"

namespace xdpbench::qualify {

enum class Place { in_stack, back };

struct Delivery {
    std::vector<std::size_t> missing;  // frames that did not arrive as expected, however often sent
    std::size_t sent = 0;              // with those that were sent again
    std::size_t resent = 0;
    packet::Frames unexpected;  // of this tool, and like none of the expected ones
};

// Sends `frames` until each has arrived as its counterpart in `expected`, three times at most.
Result<Delivery> deliver(Rig& rig, const packet::Frames& frames, const packet::Frames& expected,
                         Place place);

// Nothing if all arrived; else what was sent and what arrived, for the first of them.
[[nodiscard]] std::optional<std::string> loss_text(const Delivery& delivery,
                                                   const packet::Frames& expected, Place place);

}  // namespace xdpbench::qualify
