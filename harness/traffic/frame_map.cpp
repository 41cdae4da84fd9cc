#include "traffic/frame_map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "replay.h"
#include "traffic/stamped_frames.h"

namespace xdpbench::traffic {

std::size_t longest_of(const packet::Frames& frames) {
    std::size_t longest = REPLAY_MIN_LENGTH;
    for (const packet::Frame& frame : frames) longest = std::max(longest, frame.bytes.size());
    return longest;
}

void size_frame_map(bpf_map* map, const packet::Frames& frames) {
    ::bpf_map__set_max_entries(map, static_cast<std::uint32_t>(frames.size()));
    ::bpf_map__set_value_size(
        map, static_cast<std::uint32_t>(sizeof(replay_frame) + longest_of(frames)));
}

Error frame_program_error(std::string_view program, int number) {
    Error error = system_error(fmt::format("cannot load {}", program), number);
    if (number == -EPERM) {
        error.kind = ErrorKind::unavailable;
        error.advice = "run as root (sudo)";
    } else if (number == -EINVAL) {
        error.kind = ErrorKind::unavailable;
        error.cause = "this kernel lacks bpf_xdp_store_bytes (5.18)";
        error.advice = "checks still work: --only check";
    }
    return error;
}

Result<void> store_frames(const bpf_map* map, const packet::Frames& frames) {
    std::vector<std::uint8_t> slot(::bpf_map__value_size(map));
    for (std::uint32_t index = 0; index < frames.size(); ++index) {
        const std::vector<std::uint8_t>& bytes = frames[index].bytes;
        replay_frame header = {};
        header.length = static_cast<std::uint32_t>(bytes.size());
        header.stamp_sum = stamp_sum(bytes);
        std::fill(slot.begin(), slot.end(), std::uint8_t{0});
        std::memcpy(slot.data(), &header, sizeof(header));
        std::copy(bytes.begin(), bytes.end(), slot.begin() + sizeof(header));
        if (::bpf_map_update_elem(::bpf_map__fd(map), &index, slot.data(), BPF_ANY) != 0)
            return system_error("cannot hand a frame to the kernel", errno);
    }
    return {};
}

}  // namespace xdpbench::traffic
