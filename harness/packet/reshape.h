// Frames of another size and of other flows, as valid as they were: lengths and checksums of IPv4,
// IPv6, TCP, UDP, ICMP and ICMPv6 are those of the new frame, also of IP in IP.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "packet/frame.h"

namespace xdpbench::packet {

// The frame brought to `length` bytes (without FCS), its IP packet filling it: the payload is cut,
// or lengthened with the bytes 0, 1, 2 ... A frame that has this length stays as it is; what a
// capture has cut off is made up for. A frame without IP can only be padded. Errors: the headers
// alone are longer; or not whole, or a fragment, which no other length changes and the advice says.
Result<Frame> resized(const Frame& frame, std::size_t length);

// Flows that in_flow() can tell apart where it has only the address to change.
inline constexpr std::uint32_t kFlowsByAddress = 131'072;  // 198.18.0.0/15

// The frame as one of flow number `flow`: another source port (TCP, UDP) or identifier (ICMP echo);
// beyond 64,512 of these, and for what has none, another source address too, of those for
// benchmarks (198.18.0.0/15, RFC 2544; 2001:2::/48, RFC 5180). All else stays. Errors: a frame
// without IP, a fragment, a flow number that the addresses do not suffice for.
Result<Frame> in_flow(const Frame& frame, std::uint32_t flow);

// Distinct combinations of addresses, protocol and ports (or ICMP identifier): the flows of RFC
// 2544 tests. What has no IP header is one flow.
[[nodiscard]] std::size_t count_flows(const Frames& frames);

}  // namespace xdpbench::packet
