// Frames in several buffers, as the test run of a program in xdp.frags has them.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "packet/frame.h"

namespace xdpbench::bench {

// How many fragments a frame has beside its linear part.
[[nodiscard]] std::size_t fragments_of(std::size_t frame_bytes, std::size_t page_bytes);

// Unavailable if the frames differ in the number of their fragments. One test run is for all of
// them: the loop gives its packet the length of each frame (bpf_xdp_adjust_tail), and the kernel
// frees the fragments that a shorter frame does not need, but adds none for a longer one.
Result<void> require_same_fragments(const packet::Frames& frames, std::size_t page_bytes);

}  // namespace xdpbench::bench
