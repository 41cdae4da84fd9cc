// The IP headers of a frame, and where what they carry has its lengths and checksums.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace xdpbench::packet {

inline constexpr std::size_t kIpv6Header = 40;
inline constexpr std::size_t kIpv4Source = 12;
inline constexpr std::size_t kIpv6Source = 8;
inline constexpr std::size_t kIpv4Checksum = 10;

// A number in network byte order.
[[nodiscard]] inline std::uint16_t get16(const Bytes& bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

// An IP header in a frame and what it carries.
struct IpPacket {
    std::size_t at = 0;
    bool v6 = false;
    std::size_t payload = 0;  // where it begins, behind options or extension headers
    std::size_t end = 0;      // by the header's length field
    std::uint8_t protocol = 0;
    bool fragment = false;
    bool later_fragment = false;  // has no transport header
};

// The IP headers of a frame, the outermost first; none if it has no whole one.
[[nodiscard]] std::vector<IpPacket> ip_packets(const Bytes& bytes);

// Of the protocols whose lengths and checksums are known here; 0 for another one. Nothing if the
// header is not whole.
[[nodiscard]] std::optional<std::size_t> transport_header(const Bytes& bytes,
                                                          const IpPacket& packet);

// Where in its header a protocol has its checksum.
[[nodiscard]] std::optional<std::size_t> transport_checksum(std::uint8_t protocol);

[[nodiscard]] bool has_ports(const IpPacket& packet);
// Echo requests and replies have an identifier.
[[nodiscard]] bool has_identifier(const Bytes& bytes, const IpPacket& packet);

}  // namespace xdpbench::packet
