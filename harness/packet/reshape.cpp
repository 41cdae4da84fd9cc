#include "packet/reshape.h"

#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/text.h"
#include "packet/checksum.h"
#include "packet/frame.h"

namespace xdpbench::packet {
namespace {

constexpr std::size_t kEtherType = 12;
constexpr std::size_t kVlanTag = 4;
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kIpv4Source = 12;
constexpr std::size_t kIpv6Source = 8;
constexpr std::uint16_t kTypeIpv4 = 0x0800;
constexpr std::uint16_t kTypeIpv6 = 0x86dd;
constexpr std::uint16_t kTypeVlan = 0x8100;
constexpr std::uint16_t kTypeServiceVlan = 0x88a8;

std::uint16_t get16(const Bytes& bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

void put16(Bytes& bytes, std::size_t at, std::size_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
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

// The IP headers of a frame, the outermost first; none if it has no whole one.
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

constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kTcpHeader = 20;
constexpr std::size_t kIcmpHeader = 8;

// Of the protocols whose lengths and checksums are known here; 0 for another one. Nothing if the
// header is not whole.
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

std::uint32_t pseudo_header_sum(const Bytes& bytes, const IpPacket& packet, std::size_t length) {
    const std::size_t addresses = packet.at + (packet.v6 ? kIpv6Source : kIpv4Source);
    std::uint32_t sum = packet.protocol;
    sum += static_cast<std::uint32_t>(length >> 16) + static_cast<std::uint32_t>(length & 0xffff);
    for (std::size_t i = 0; i < (packet.v6 ? 32U : 8U); i += 2) sum += get16(bytes, addresses + i);
    return sum;
}

constexpr std::size_t kIpv4Checksum = 10;

// Where in its header a protocol has its checksum.
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

// The length and the checksum of what an IP packet carries.
void finish_transport(Bytes& bytes, const IpPacket& packet) {
    const std::optional<std::size_t> offset = transport_checksum(packet.protocol);
    if (!offset) return;
    const std::size_t checksum = packet.payload + *offset;
    const std::size_t length = packet.end - packet.payload;
    const bool udp = packet.protocol == IPPROTO_UDP;
    if (udp) put16(bytes, packet.payload + 4, length);
    // 0 over IPv4 means that there is none, and so it is to stay.
    if (udp && !packet.v6 && get16(bytes, checksum) == 0) return;
    put16(bytes, checksum, 0);
    const std::uint32_t initial =
        packet.protocol == IPPROTO_ICMP ? 0 : pseudo_header_sum(bytes, packet, length);
    const std::uint16_t sum =
        internet_checksum(std::span(bytes).subspan(packet.payload, length), initial);
    put16(bytes, checksum, udp && sum == 0 ? 0xffff : sum);
}

// The length and the checksum of an IP header.
void finish_header(Bytes& bytes, const IpPacket& packet) {
    if (packet.v6) {
        put16(bytes, packet.at + 4, packet.end - packet.at - kIpv6Header);
        return;
    }
    put16(bytes, packet.at + 2, packet.end - packet.at);
    put16(bytes, packet.at + kIpv4Checksum, 0);
    put16(bytes, packet.at + kIpv4Checksum,
          internet_checksum(std::span(bytes).subspan(packet.at, packet.payload - packet.at)));
}

// Why checksums of the frame cannot be made right; nothing if they can.
std::optional<std::string> obstacle(const Bytes& bytes, const std::vector<IpPacket>& packets) {
    for (const IpPacket& packet : packets) {
        if (packet.fragment) return "it is a fragment of an IP packet";
        if (packet.end < packet.payload) return "its IP length is not true";
        if (!transport_header(bytes, packet)) return "its transport header is not whole";
    }
    return std::nullopt;
}

bool has_ports(const IpPacket& packet) {
    return packet.protocol == IPPROTO_TCP || packet.protocol == IPPROTO_UDP;
}

// Echo requests and replies have an identifier.
bool has_identifier(const Bytes& bytes, const IpPacket& packet) {
    if (packet.payload + kIcmpHeader > bytes.size()) return false;
    const std::uint8_t type = bytes[packet.payload];
    return (packet.protocol == IPPROTO_ICMP && (type == 8 || type == 0)) ||
           (packet.protocol == IPPROTO_ICMPV6 && (type == 128 || type == 129));
}

// Where the checksums are that a packet's addresses, and that its ports are part of.
struct Checksums {
    std::vector<std::size_t> of_addresses;
    std::vector<std::size_t> of_ports;
};

Checksums checksums(const Bytes& bytes, const IpPacket& packet) {
    Checksums at;
    if (!packet.v6) at.of_addresses.push_back(packet.at + kIpv4Checksum);
    const std::optional<std::size_t> offset = transport_checksum(packet.protocol);
    if (!offset) return at;
    const std::size_t checksum = packet.payload + *offset;
    const bool none = packet.protocol == IPPROTO_UDP && !packet.v6 && get16(bytes, checksum) == 0;
    if (none) return at;
    at.of_ports.push_back(checksum);
    if (packet.protocol != IPPROTO_ICMP) at.of_addresses.push_back(checksum);
    return at;
}

// Changes 16 bits and with them the checksums that they are part of (RFC 1624), so that what was
// right stays right, also of a packet that is cut off.
void replace16(Bytes& bytes, std::size_t at, std::uint16_t value,
               const std::vector<std::size_t>& checksums) {
    const std::uint16_t before = get16(bytes, at);
    put16(bytes, at, value);
    for (const std::size_t checksum : checksums) {
        std::uint32_t sum = static_cast<std::uint16_t>(~get16(bytes, checksum));
        sum += static_cast<std::uint16_t>(~before) + std::uint32_t{value};
        while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
        put16(bytes, checksum, static_cast<std::uint16_t>(~sum));
    }
}

void set_source(Bytes& bytes, const IpPacket& packet, std::uint32_t number,
                const std::vector<std::size_t>& checksums) {
    const auto words = [&](std::size_t at, std::uint32_t value) {
        replace16(bytes, at, static_cast<std::uint16_t>(value >> 16), checksums);
        replace16(bytes, at + 2, static_cast<std::uint16_t>(value), checksums);
    };
    if (!packet.v6) {
        constexpr std::uint32_t kBenchmarkNet = 0xc6120000;  // 198.18.0.0
        words(packet.at + kIpv4Source, kBenchmarkNet + number);
        return;
    }
    const std::size_t at = packet.at + kIpv6Source;
    words(at, 0x20010002);  // 2001:2::
    words(at + 4, 0);
    words(at + 8, 0);
    words(at + 12, number);
}

std::string flow_of(const Bytes& bytes) {
    const std::vector<IpPacket> packets = ip_packets(bytes);
    if (packets.empty()) return {};
    const IpPacket& packet = packets.front();
    const auto part = [&](std::size_t at, std::size_t length) {
        const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        return std::string(first, first + static_cast<std::ptrdiff_t>(length));
    };
    std::string flow =
        packet.v6 ? part(packet.at + kIpv6Source, 32) : part(packet.at + kIpv4Source, 8);
    flow += static_cast<char>(packet.protocol);
    if (packet.later_fragment) return flow;
    if (has_ports(packet) && packet.payload + 4 <= bytes.size()) flow += part(packet.payload, 4);
    if (has_identifier(bytes, packet)) flow += part(packet.payload + 4, 2);
    return flow;
}

}  // namespace

Result<Frame> resized(const Frame& frame, std::size_t length) {
    if (frame.bytes.size() == length) return frame;
    const auto impossible = [&](const std::string& why, std::string advice = {}) {
        return input_error(fmt::format("a frame of {} cannot be brought to {}: {}",
                                       counted(frame.bytes.size(), "byte"), length, why),
                           std::move(advice));
    };
    std::vector<IpPacket> packets = ip_packets(frame.bytes);
    Frame result = frame;
    if (packets.empty()) {
        if (length < frame.bytes.size()) return impossible("it has no IP packet to be shortened");
        result.bytes.resize(length);
        return result;
    }
    if (const auto why = obstacle(frame.bytes, packets)) {
        return impossible(*why,
                          "such a frame cannot be resized to any length: leave --size out, or "
                          "give other traffic: --pcap FILE");
    }
    const std::size_t headers =
        packets.back().payload + *transport_header(frame.bytes, packets.back());
    if (length < headers) return impossible(fmt::format("its headers alone have {}", headers));
    // Padding goes, and what a capture has cut off is made up for.
    result.bytes.resize(std::min({length, packets.front().end, result.bytes.size()}));
    for (std::uint8_t fill = 0; result.bytes.size() < length; ++fill) result.bytes.push_back(fill);
    for (IpPacket& packet : packets) packet.end = length;
    finish_transport(result.bytes, packets.back());
    for (const IpPacket& packet : packets) finish_header(result.bytes, packet);
    return result;
}

Result<Frame> in_flow(const Frame& frame, std::uint32_t flow) {
    const std::vector<IpPacket> packets = ip_packets(frame.bytes);
    const auto impossible = [&](const std::string& why) {
        return input_error(fmt::format("a frame of {} cannot be put into another flow: {}",
                                       counted(frame.bytes.size(), "byte"), why));
    };
    if (packets.empty()) return impossible("it has no IP header");
    if (const auto why = obstacle(frame.bytes, packets)) return impossible(*why);
    Frame result = frame;
    Bytes& bytes = result.bytes;
    const IpPacket& packet = packets.front();
    constexpr std::uint32_t kFirstPort = 1024;
    constexpr std::uint32_t kPorts = 65536 - kFirstPort;
    const Checksums at = checksums(bytes, packet);
    if (has_ports(packet) || has_identifier(bytes, packet)) {
        const std::size_t port = packet.payload + (has_ports(packet) ? 0 : 4);
        replace16(bytes, port, static_cast<std::uint16_t>(kFirstPort + flow % kPorts), at.of_ports);
        if (flow >= kPorts) set_source(bytes, packet, flow / kPorts, at.of_addresses);
    } else {
        if (flow >= kFlowsByAddress)
            return impossible(fmt::format("it has no ports, and there are {} addresses",
                                          thousands(kFlowsByAddress)));
        set_source(bytes, packet, flow, at.of_addresses);
    }
    // Of UDP, 0 would say that there is none (RFC 768).
    if (packet.protocol == IPPROTO_UDP && !at.of_ports.empty() &&
        get16(bytes, at.of_ports.front()) == 0)
        put16(bytes, at.of_ports.front(), 0xffff);
    return result;
}

std::size_t count_flows(const Frames& frames) {
    std::unordered_set<std::string> flows;
    for (const Frame& frame : frames) flows.insert(flow_of(frame.bytes));
    return flows.size();
}

}  // namespace xdpbench::packet
