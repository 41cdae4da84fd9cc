// What the command line makes of the traffic of a bench: frames of other sizes, in other flows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "packet/frame.h"
#include "target/target.h"

namespace xdpbench::target {

// Bytes of an Ethernet frame's FCS, which sizes have in them (RFC 2544) and frames here have not.
inline constexpr std::size_t kFcs = 4;

struct TrafficShape {
    std::vector<std::size_t> sizes;      // of the frames in turn, with FCS; none: as they are
    bool imix = false;                   // `sizes` are those of the mix
    std::optional<std::uint32_t> flows;  // none: those of the traffic

    // "" as it is, "64", "imix"
    [[nodiscard]] std::string size_name() const;
    // What tells benches of one program and mode apart: "", "/size:64", "/size:imix/flows:1000"
    [[nodiscard]] std::string name() const;
};

// "64" or "imix": 7 frames of 64 bytes, 4 of 594 and 1 of 1,518, which are the 40, 576 and 1,500
// bytes of IP of the simple Internet mix.
Result<TrafficShape> parse_size(const std::string& text);

// The frames of the target's bench in that shape. With flows it is frame number k that makes flow
// number k; all flows, and all sizes of a mix, occur equally often. Names the frame that cannot be
// brought into shape.
Result<packet::Frames> bench_frames(const Target& target, const TrafficShape& shape);

}  // namespace xdpbench::target
