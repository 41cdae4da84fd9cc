// The kernel map of frames that the replay generator and the fresh-packet loop take theirs from
// (struct replay_frame in bpf/include/replay.h).
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "packet/frame.h"

struct bpf_map;

namespace xdpbench::traffic {

// Bytes of the longest frame, at least an Ethernet header.
[[nodiscard]] std::size_t longest_of(const packet::Frames& frames);

// Gives a map that is not loaded yet room for `frames`.
void size_frame_map(bpf_map* map, const packet::Frames& frames);

// Why a program with such a map ("the replay generator") could not be loaded, by libbpf's errno:
// unavailable where privileges or kernel features are missing.
[[nodiscard]] Error frame_program_error(std::string_view program, int number);

// Writes `frames` into the loaded map.
Result<void> store_frames(const bpf_map* map, const packet::Frames& frames);

}  // namespace xdpbench::traffic
