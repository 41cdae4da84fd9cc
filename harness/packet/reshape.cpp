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
#include "packet/ip_packet.h"

namespace xdpbench::packet {
namespace {

void put16(Bytes& bytes, std::size_t at, std::size_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}

std::uint32_t pseudo_header_sum(const Bytes& bytes, const IpPacket& packet, std::size_t length) {
    const std::size_t addresses = packet.at + (packet.v6 ? kIpv6Source : kIpv4Source);
    std::uint32_t sum = packet.protocol;
    sum += static_cast<std::uint32_t>(length >> 16) + static_cast<std::uint32_t>(length & 0xffff);
    for (std::size_t i = 0; i < (packet.v6 ? 32U : 8U); i += 2) sum += get16(bytes, addresses + i);
    return sum;
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
