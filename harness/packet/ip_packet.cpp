#include "packet/ip_packet.h"

#include <netinet/in.h>

#include <algorithm>

#include "packet/frame.h"

namespace xdpbench::packet {
namespace {

constexpr std::size_t kEtherType = 12;
constexpr std::size_t kVlanTag = 4;
constexpr std::size_t kIpv4Header = 20;
constexpr std::uint16_t kTypeIpv4 = 0x0800;
constexpr std::uint16_t kTypeIpv6 = 0x86dd;
constexpr std::uint16_t kTypeVlan = 0x8100;
constexpr std::uint16_t kTypeServiceVlan = 0x88a8;

constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kTcpHeader = 20;
constexpr std::size_t kIcmpHeader = 8;

std::optional<IpPacket> read_ipv4(const Bytes& bytes, std::size_t at) {
    if (bytes.size() < at + kIpv4Header || bytes[at] >> 4 != 4) return std::nullopt;
    IpPacket packet;
    packet.at = at;
    packet.payload = at + std::size_t{4} * (bytes[at] & 0xfU);
    packet.end = at + get16(bytes, at + 2);
    packet.protocol = bytes[at + 9];
    const unsigned fragment = get16(bytes, at + 6) & 0x3fffU;  // more fragments, offset
    packet.fragment = fragment != 0;
    packet.later_fragment = (fragment & 0x1fffU) != 0;
    if (packet.payload < at + kIpv4Header || packet.payload > bytes.size()) return std::nullopt;
    return packet;
}

std::optional<IpPacket> read_ipv6(const Bytes& bytes, std::size_t at) {
    if (bytes.size() < at + kIpv6Header || bytes[at] >> 4 != 6) return std::nullopt;
    IpPacket packet;
    packet.at = at;
    packet.v6 = true;
    packet.payload = at + kIpv6Header;
    packet.end = packet.payload + get16(bytes, at + 4);
    packet.protocol = bytes[at + 6];
    constexpr std::size_t kUnit = 8;  // extension headers are counted in these
    while (packet.protocol == IPPROTO_HOPOPTS || packet.protocol == IPPROTO_ROUTING ||
           packet.protocol == IPPROTO_DSTOPTS || packet.protocol == IPPROTO_FRAGMENT) {
        if (packet.payload + kUnit > bytes.size()) return std::nullopt;
        std::size_t length = kUnit;
        if (packet.protocol == IPPROTO_FRAGMENT) {
            packet.fragment = true;
            packet.later_fragment = get16(bytes, packet.payload + 2) >> 3 != 0;
        } else {
            length = (bytes[packet.payload + 1] + std::size_t{1}) * kUnit;
        }
        packet.protocol = bytes[packet.payload];
        packet.payload += length;
    }
    if (packet.payload > bytes.size()) return std::nullopt;
    return packet;
}

}  // namespace

std::vector<IpPacket> ip_packets(const Bytes& bytes) {
    std::vector<IpPacket> packets;
    std::size_t type_at = kEtherType;
    while (bytes.size() >= type_at + 2 + kVlanTag &&
           (get16(bytes, type_at) == kTypeVlan || get16(bytes, type_at) == kTypeServiceVlan))
        type_at += kVlanTag;
    if (bytes.size() < kEthernetHeaderBytes) return packets;
    const std::uint16_t type = get16(bytes, type_at);
    std::optional<IpPacket> packet = type == kTypeIpv4   ? read_ipv4(bytes, type_at + 2)
                                     : type == kTypeIpv6 ? read_ipv6(bytes, type_at + 2)
                                                         : std::nullopt;
    while (packet) {
        packets.push_back(*packet);
        const bool nested = !packet->later_fragment;
        packet = nested && packet->protocol == IPPROTO_IPIP   ? read_ipv4(bytes, packet->payload)
                 : nested && packet->protocol == IPPROTO_IPV6 ? read_ipv6(bytes, packet->payload)
                                                              : std::nullopt;
    }
    return packets;
}

std::optional<std::size_t> transport_header(const Bytes& bytes, const IpPacket& packet) {
    std::size_t length = 0;
    switch (packet.protocol) {
        case IPPROTO_UDP:
            length = kUdpHeader;
            break;
        case IPPROTO_TCP:
            if (packet.payload + kTcpHeader > bytes.size()) return std::nullopt;
            length = std::max(kTcpHeader, std::size_t{bytes[packet.payload + 12]} / 16 * 4);
            break;
        case IPPROTO_ICMP:
        case IPPROTO_ICMPV6:
            length = kIcmpHeader;
            break;
        default:
            return 0;
    }
    if (packet.payload + length > std::min(bytes.size(), packet.end)) return std::nullopt;
    return length;
}

std::optional<std::size_t> transport_checksum(std::uint8_t protocol) {
    switch (protocol) {
        case IPPROTO_UDP:
            return 6;
        case IPPROTO_TCP:
            return 16;
        case IPPROTO_ICMP:
        case IPPROTO_ICMPV6:
            return 2;
        default:
            return std::nullopt;
    }
}

bool has_ports(const IpPacket& packet) {
    return packet.protocol == IPPROTO_TCP || packet.protocol == IPPROTO_UDP;
}

bool has_identifier(const Bytes& bytes, const IpPacket& packet) {
    if (packet.payload + kIcmpHeader > bytes.size()) return false;
    const std::uint8_t type = bytes[packet.payload];
    return (packet.protocol == IPPROTO_ICMP && (type == 8 || type == 0)) ||
           (packet.protocol == IPPROTO_ICMPV6 && (type == 128 || type == 129));
}

}  // namespace xdpbench::packet
