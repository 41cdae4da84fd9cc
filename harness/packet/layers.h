// What the headers that dissect() knows look like, and the names of their values. All numbers are
// big-endian.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace xdpbench::packet {

// How a field's value is written for a person.
enum class Show {
    number,
    hex,
    mac,
    ipv4,
    ipv6,
    ether_type,
    protocol,
    fragment,
    ip_flags,
    tcp_flags,
    checksum,
    options
};

struct Part {
    std::string_view name;
    unsigned bits = 0;  // 0: options, as long as the header's length field leaves room for
    Show show = Show::number;
};

struct Layer {
    std::string_view name;
    std::span<const Part> parts;

    // Bytes without options.
    [[nodiscard]] constexpr std::size_t size() const {
        std::size_t bits = 0;
        for (const Part& part : parts) bits += part.bits;
        return bits / 8;
    }
};

// IEEE 802.3
inline constexpr auto kEthernetParts = std::to_array<Part>({
    {"dst", 48, Show::mac},
    {"src", 48, Show::mac},
    {"type", 16, Show::ether_type},
});
// IEEE 802.1Q
inline constexpr auto kVlanParts = std::to_array<Part>({
    {"pcp", 3},
    {"dei", 1},
    {"id", 12},
    {"type", 16, Show::ether_type},
});
// RFC 826: what every ARP packet starts with...
inline constexpr auto kArpParts = std::to_array<Part>({
    {"htype", 16},
    {"ptype", 16, Show::ether_type},
    {"hlen", 8},
    {"plen", 8},
    {"op", 16},
});
// ... and the addresses where they are those of Ethernet and IPv4.
inline constexpr auto kArpAddressParts = std::to_array<Part>({
    {"sha", 48, Show::mac},
    {"spa", 32, Show::ipv4},
    {"tha", 48, Show::mac},
    {"tpa", 32, Show::ipv4},
});
// RFC 791
inline constexpr auto kIpParts = std::to_array<Part>({
    {"version", 4},
    {"ihl", 4},  // in 32-bit words
    {"tos", 8, Show::hex},
    {"len", 16},
    {"id", 16, Show::hex},
    {"flags", 3, Show::ip_flags},
    {"frag", 13, Show::fragment},  // in 8-byte units
    {"ttl", 8},
    {"proto", 8, Show::protocol},
    {"csum", 16, Show::checksum},
    {"src", 32, Show::ipv4},
    {"dst", 32, Show::ipv4},
    {"options", 0, Show::options},
});
// RFC 8200
inline constexpr auto kIp6Parts = std::to_array<Part>({
    {"version", 4},
    {"tclass", 8, Show::hex},
    {"flow", 20, Show::hex},
    {"len", 16},  // of what follows the header
    {"next", 8, Show::protocol},
    {"hops", 8},
    {"src", 128, Show::ipv6},
    {"dst", 128, Show::ipv6},
});
// RFC 792, RFC 4443
inline constexpr auto kIcmpParts = std::to_array<Part>({
    {"type", 8},
    {"code", 8},
    {"csum", 16, Show::checksum},
});
inline constexpr auto kIcmpEchoParts = std::to_array<Part>({
    {"id", 16},
    {"seq", 16},
});
inline constexpr auto kIcmpRestParts = std::to_array<Part>({
    {"rest", 32, Show::hex},  // its meaning depends on the type
});
// RFC 9293
inline constexpr auto kTcpParts = std::to_array<Part>({
    {"sport", 16},
    {"dport", 16},
    {"seq", 32},
    {"ack", 32},
    {"offset", 4},  // in 32-bit words
    {"reserved", 4},
    {"flags", 8, Show::tcp_flags},
    {"window", 16},
    {"csum", 16, Show::checksum},
    {"urgent", 16},
    {"options", 0, Show::options},
});
// RFC 768
inline constexpr auto kUdpParts = std::to_array<Part>({
    {"sport", 16},
    {"dport", 16},
    {"len", 16},  // with this header
    {"csum", 16, Show::checksum},
});

inline constexpr Layer kEthernet{"eth", kEthernetParts};
inline constexpr Layer kVlan{"vlan", kVlanParts};
inline constexpr Layer kArp{"arp", kArpParts};
inline constexpr Layer kArpAddresses{"arp", kArpAddressParts};
inline constexpr Layer kIp{"ip", kIpParts};
inline constexpr Layer kIp6{"ip6", kIp6Parts};
inline constexpr Layer kIcmp{"icmp", kIcmpParts};
inline constexpr Layer kIcmpEcho{"icmp", kIcmpEchoParts};
inline constexpr Layer kIcmpRest{"icmp", kIcmpRestParts};
inline constexpr Layer kIcmp6{"icmp6", kIcmpParts};
inline constexpr Layer kIcmp6Echo{"icmp6", kIcmpEchoParts};
inline constexpr Layer kIcmp6Rest{"icmp6", kIcmpRestParts};
inline constexpr Layer kTcp{"tcp", kTcpParts};
inline constexpr Layer kUdp{"udp", kUdpParts};

inline constexpr std::array kOnceLayers{kEthernet,  kVlan,      kArp,      kArpAddresses, kIp,
                                        kIp6,       kIcmp,      kIcmpEcho, kIcmpRest,     kIcmp6,
                                        kIcmp6Echo, kIcmp6Rest, kTcp,      kUdp};
// Those that a frame can hold twice: two VLAN tags, IPv4 in IPv4.
inline constexpr std::array kTwiceLayers{kVlan, kIp, kIcmp, kIcmpEcho, kIcmpRest, kTcp, kUdp};

inline constexpr std::string_view kSecond =
    "2";  // after the name of a layer that stands in the frame again
inline constexpr std::string_view kPayload = "payload";
inline constexpr std::string_view kPadding = "padding";

inline constexpr std::uint64_t kTypeIpv4 = 0x0800;
inline constexpr std::uint64_t kTypeArp = 0x0806;
inline constexpr std::uint64_t kTypeVlan = 0x8100;
inline constexpr std::uint64_t kTypeIpv6 = 0x86dd;
inline constexpr std::uint64_t kTypeServiceVlan = 0x88a8;

inline constexpr std::uint64_t kProtocolIcmp = 1;
inline constexpr std::uint64_t kProtocolIpip = 4;
inline constexpr std::uint64_t kProtocolTcp = 6;
inline constexpr std::uint64_t kProtocolUdp = 17;
inline constexpr std::uint64_t kProtocolIcmp6 = 58;

struct Named {
    std::uint64_t number;
    std::string_view name;
};
inline constexpr auto kEtherTypes = std::to_array<Named>({
    {kTypeIpv4, "IPv4"},
    {kTypeArp, "ARP"},
    {kTypeVlan, "VLAN"},
    {kTypeIpv6, "IPv6"},
    {kTypeServiceVlan, "service VLAN"},
});
inline constexpr auto kProtocols = std::to_array<Named>({
    {kProtocolIcmp, "ICMP"},
    {2, "IGMP"},
    {kProtocolIpip, "IPv4"},
    {kProtocolTcp, "TCP"},
    {kProtocolUdp, "UDP"},
    {41, "IPv6"},
    {47, "GRE"},
    {50, "ESP"},
    {kProtocolIcmp6, "ICMPv6"},
    {132, "SCTP"},
});

// From the least significant bit up.
inline constexpr auto kIpFlags = std::to_array<std::string_view>({"MF", "DF", "reserved"});
inline constexpr auto kTcpFlags =
    std::to_array<std::string_view>({"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"});

}  // namespace xdpbench::packet
