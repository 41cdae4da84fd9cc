// What the bytes of a frame mean: a flat list of named fields, for differences and masks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "packet/frame.h"

namespace xdpbench::packet {

// `value` of a field longer than this does not spell the bytes out; it says where they are.
inline constexpr std::size_t kLongestValueBytes = 16;

// What is known of a field that is a checksum.
enum class Checksum {
    none,  // the field is no checksum
    right,
    wrong,
    unused,    // UDP over IPv4: 0
    fragment,  // covers more than this fragment
    cut_off,   // what it covers does not end where its lengths say
};

// Bits count from 0 at the most significant bit of the frame's first byte, as RFC drawings count.
struct Field {
    std::string name;  // layer.field, as masks name it: "eth.dst", "ip.id", "icmp.seq", "payload"
    std::size_t bit_offset = 0;  // from the start of the frame
    std::size_t bit_length = 0;
    std::string value;  // for a person: "192.168.1.2", "0x1a2b (right)", "bytes 42-97"
    Checksum checksum = Checksum::none;
    std::uint16_t right_checksum = 0;  // of one that is wrong: what it should be
};

// Fields in frame order that together cover every bit exactly once: Ethernet, up to two VLAN tags
// (vlan, vlan2), ARP, IPv4 with options, IPv6 without extension headers, ICMP, ICMPv6, TCP with
// options, UDP; an IPv4 packet in IPv4 becomes "ip2." and what follows "tcp2." and so on. What is
// not understood, is truncated or belongs to a later fragment is "payload", and what an Ethernet
// frame carries behind the end of its packet is "padding" (one field each). Checksums say whether
// they are right where that can be known (whole header or segment, no fragment); a UDP checksum of
// 0 over IPv4 says "none".
[[nodiscard]] std::vector<Field> dissect(const Frame& frame);

// Every name that dissect() can give a field.
[[nodiscard]] std::vector<std::string> field_names();

}  // namespace xdpbench::packet
