// What became of numbered frames: pure.
#pragma once

#include <cstdint>
#include <string>

#include "packet/frame.h"

namespace xdpbench::qualify {

struct Fates {
    std::uint64_t lost = 0;
    std::uint64_t damaged = 0;  // of the right length, with other bytes
    std::uint64_t wrong_length = 0;
    std::uint64_t copies = 0;     // more than one of a frame
    std::uint64_t overtaken = 0;  // arrived after a frame that was sent later
    std::uint64_t overtaken_in_flow = 0;
    std::string first_damaged;  // where it differs
    std::string first_wrong_length;
};

// `sent`: frame i has the number i and belongs to flow i modulo `flows`. A frame whose number
// cannot be read is lost.
[[nodiscard]] Fates fates_of(const packet::Frames& sent, const packet::Frames& arrived,
                             std::size_t flows);

}  // namespace xdpbench::qualify
