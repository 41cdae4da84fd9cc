#include "qualify/frames.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "packet/checksum.h"
#include "qualify.h"

namespace xdpbench::qualify {
namespace {

constexpr std::array<std::uint8_t, QUALIFY_MAC_LENGTH> kSource QUALIFY_SOURCE_MAC;
constexpr std::size_t kCopies = 3;  // of the number
constexpr std::size_t kAddresses = 12;
constexpr std::size_t kIp = 20;
constexpr std::size_t kUdp = 8;
constexpr std::size_t kTcp = 20;
constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint8_t kProtocolUdp = 17;
constexpr std::uint16_t kFirstPort = 1000;

using Bytes = std::vector<std::uint8_t>;

void put16(Bytes& bytes, std::size_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

void set16(Bytes& bytes, std::size_t at, std::uint16_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}

void put_ip(Bytes& bytes, const FrameShape& shape, std::size_t payload, std::size_t transport) {
    const std::size_t begin = bytes.size();
    const bool tcp = shape.transport == Transport::tcp;
    put16(bytes, 0x4500);
    put16(bytes, kIp + transport + payload);
    put16(bytes, shape.number & 0xffffU);
    put16(bytes, 0x4000);  // don't fragment
    bytes.push_back(64);
    bytes.push_back(tcp ? kProtocolTcp : kProtocolUdp);
    put16(bytes, 0);
    bytes.insert(bytes.end(), {198, 18, 0, 2, 198, 18, 0, 1});
    set16(bytes, begin + 10, packet::internet_checksum({bytes.data() + begin, kIp}));
}

void put_transport(Bytes& bytes, const FrameShape& shape, std::size_t payload) {
    put16(bytes, kFirstPort + shape.flow);
    put16(bytes, kPort);
    if (shape.transport == Transport::udp) {
        put16(bytes, kUdp + payload);
        put16(bytes, 0);
        return;
    }
    put16(bytes, shape.number >> 16U);
    put16(bytes, shape.number & 0xffffU);
    put16(bytes, 0);
    put16(bytes, 0);
    put16(bytes, 0x5010);  // 20 bytes of header, ACK
    put16(bytes, 1024);
    put16(bytes, 0);
    put16(bytes, 0);
}

void put_payload(Bytes& bytes, std::uint32_t number, std::size_t payload) {
    for (std::size_t i = 0; i < payload; ++i) {
        const std::size_t of_number = i % sizeof(number);
        bytes.push_back(i < kCopies * sizeof(number)
                            ? static_cast<std::uint8_t>(number >> (24 - 8 * of_number))
                            : static_cast<std::uint8_t>(std::size_t{number} * 7 + i));
    }
}

// Of the pseudo-header (RFC 768, 9293).
std::uint32_t pseudo_sum(const Bytes& bytes, std::size_t ip, std::size_t length) {
    std::uint32_t sum = static_cast<std::uint32_t>(length) + bytes[ip + 9];
    for (std::size_t at = ip + 12; at < ip + kIp; at += 2)
        sum += static_cast<std::uint32_t>(bytes[at] << 8U | bytes[at + 1]);
    return sum;
}

std::uint32_t word_at(const Bytes& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < sizeof(value); ++i) value = value << 8U | bytes[at + i];
    return value;
}

std::size_t tags_of(const Bytes& bytes) {
    std::size_t at = kAddresses;
    const auto is_tag = [&] {
        return bytes.size() > at + 1 && ((bytes[at] == 0x81 && bytes[at + 1] == 0) ||
                                         (bytes[at] == 0x88 && bytes[at + 1] == 0xa8));
    };
    while (is_tag() && at < kAddresses + 8) at += 4;
    return at - kAddresses;
}

}  // namespace

packet::Frame make_frame(const net::MacAddress& device, const FrameShape& shape) {
    const std::size_t transport = shape.transport == Transport::tcp ? kTcp : kUdp;
    const std::size_t headers =
        packet::kEthernetHeaderBytes + 4 * shape.tags.size() + kIp + transport;
    const std::size_t payload = std::max(shape.length, headers) - headers;
    Bytes bytes(device.begin(), device.end());
    bytes.insert(bytes.end(), kSource.begin(), kSource.end());
    for (const VlanTag& tag : shape.tags) {
        put16(bytes, tag.protocol);
        put16(bytes, tag.tci);
    }
    put16(bytes, 0x0800);
    const std::size_t ip = bytes.size();
    put_ip(bytes, shape, payload, transport);
    const std::size_t begin = bytes.size();
    put_transport(bytes, shape, payload);
    put_payload(bytes, shape.number, payload);
    std::uint16_t sum = packet::internet_checksum({bytes.data() + begin, transport + payload},
                                                  pseudo_sum(bytes, ip, transport + payload));
    if (sum == 0) sum = 0xffff;  // 0 means none in UDP
    if (shape.wrong_checksum) sum ^= 0x0101;
    set16(bytes, begin + (shape.transport == Transport::tcp ? 16 : 6), sum);
    return {std::move(bytes), 0};
}

packet::Frames make_frames(const net::MacAddress& device, std::size_t count, std::size_t length,
                           std::uint16_t flows) {
    packet::Frames frames;
    for (std::uint32_t number = 0; number < count; ++number) {
        FrameShape shape;
        shape.length = length;
        shape.number = number;
        shape.flow = static_cast<std::uint16_t>(number % flows);
        frames.push_back(make_frame(device, shape));
    }
    return frames;
}

bool is_ours(const packet::Frame& frame) {
    return frame.bytes.size() >= kAddresses &&
           std::equal(kSource.begin(), kSource.end(), frame.bytes.begin() + kSource.size());
}

packet::Frames only_ours(packet::Frames frames) {
    std::erase_if(frames, [](const packet::Frame& frame) { return !is_ours(frame); });
    return frames;
}

std::optional<std::uint32_t> number_of(const packet::Frame& frame) {
    const std::size_t at = kHeaderBytes + tags_of(frame.bytes);
    if (frame.bytes.size() < at + kCopies * sizeof(std::uint32_t)) return std::nullopt;
    std::array<std::uint32_t, kCopies> copies{};
    for (std::size_t i = 0; i < kCopies; ++i) copies[i] = word_at(frame.bytes, at + 4 * i);
    if (copies[0] == copies[1] || copies[0] == copies[2]) return copies[0];
    if (copies[1] == copies[2]) return copies[1];
    return std::nullopt;
}

bool arrived_as(const packet::Frame& sent, const packet::Frame& arrived) {
    const Bytes& one = sent.bytes;
    const Bytes& other = arrived.bytes;
    if (one.size() >= kShortestFrame || other.size() > kShortestFrame) return one == other;
    return other.size() >= one.size() && std::equal(one.begin(), one.end(), other.begin());
}

std::string difference(const packet::Frame& sent, const packet::Frame& arrived) {
    const Bytes& one = sent.bytes;
    const Bytes& other = arrived.bytes;
    const std::size_t common = std::min(one.size(), other.size());
    const auto first = std::mismatch(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(common),
                                     other.begin());
    std::string text;
    if (one.size() != other.size())
        text = fmt::format("sent {} bytes, arrived {} bytes", one.size(), other.size());
    if (first.first == one.begin() + static_cast<std::ptrdiff_t>(common)) return text;
    constexpr std::size_t kShown = 8;
    const auto at = static_cast<std::size_t>(first.first - one.begin());
    const std::size_t end = std::min(at + kShown, common);
    const auto range = [&](const Bytes& bytes) {
        return fmt::format("{:02x}",
                           fmt::join(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                                     bytes.begin() + static_cast<std::ptrdiff_t>(end), " "));
    };
    return fmt::format("{}{}bytes {}-{}: sent {}, arrived {}", text, text.empty() ? "" : "; ", at,
                       end - 1, range(one), range(other));
}

}  // namespace xdpbench::qualify
