#include "packet/dissect.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "packet/bits.h"
#include "packet/checksum.h"
#include "packet/hex.h"
#include "packet/layers.h"

namespace xdpbench::packet {
namespace {

std::string with_name(std::string number_text, std::uint64_t number, std::span<const Named> names) {
    const auto* const end = names.data() + names.size();
    const auto* const found =
        std::find_if(names.data(), end, [&](const Named& named) { return named.number == number; });
    return found == end ? std::move(number_text) : fmt::format("{} ({})", number_text, found->name);
}

std::string flags_text(std::uint64_t number, std::span<const std::string_view> names) {
    std::vector<std::string_view> set;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (((number >> i) & 1) != 0) set.push_back(names[i]);
    }
    return set.empty() ? "none" : fmt::format("{}", fmt::join(set, "|"));
}

std::string hex_text(std::uint64_t number, std::size_t bits) {
    return fmt::format("0x{:0{}x}", number, (bits + 3) / 4);
}

// RFC 5952 for IPv6.
std::string address_text(int family, const std::uint8_t* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(family, address, text.data(), text.size());
    return text.data();
}

// Bytes without inner structure: short ones in full, long ones by their place in the frame.
std::string run_text(ByteView frame, std::size_t offset, std::size_t length) {
    if (length <= kLongestValueBytes) return to_hex(frame.subspan(offset, length));
    return fmt::format("bytes {}-{}", offset, offset + length - 1);
}

std::string value_text(ByteView frame, const Part& part, std::size_t bit_offset) {
    const std::uint8_t* const address = frame.data() + bit_offset / 8;
    const std::uint64_t number = part.bits <= 64 ? bits_at(frame, bit_offset, part.bits) : 0;
    switch (part.show) {
        case Show::number:
            return fmt::format("{}", number);
        case Show::hex:
        case Show::checksum:
            return hex_text(number, part.bits);
        case Show::mac:
            return fmt::format("{:02x}", fmt::join(ByteView(address, 6), ":"));
        case Show::ipv4:
            return address_text(AF_INET, address);
        case Show::ipv6:
            return address_text(AF_INET6, address);
        case Show::ether_type:
            return with_name(hex_text(number, part.bits), number, kEtherTypes);
        case Show::protocol:
            return with_name(fmt::format("{}", number), number, kProtocols);
        case Show::fragment:
            return number == 0 ? "0" : fmt::format("{} (byte {})", number, number * 8);
        case Show::ip_flags:
            return flags_text(number, kIpFlags);
        case Show::tcp_flags:
            return flags_text(number, kTcpFlags);
        case Show::options:
            break;  // a run of bytes
    }
    return {};
}

// ---- Walking through a frame ----

// What an IP header says about the segment behind it.
struct Segment {
    std::uint64_t protocol = 0;
    std::uint32_t addresses = 0;  // their part of the pseudo-header's sum
    // Why its checksum cannot be judged; none: all of it is here.
    Checksum obstacle = Checksum::none;
    bool over_ipv4 = false;
    std::string_view suffix = {};  // of its layer's name

    // RFC 9293 3.1, RFC 8200 8.1; `length` in bytes with the segment's own header.
    [[nodiscard]] std::uint32_t pseudo_header(std::size_t length) const {
        return addresses + static_cast<std::uint32_t>(protocol) +
               static_cast<std::uint32_t>(length);
    }
};

struct ChecksumVerdict {
    Checksum state = Checksum::none;
    std::uint16_t right = 0;  // of a wrong one
};

// What a person is told behind the checksum.
std::string verdict_text(const ChecksumVerdict& verdict) {
    switch (verdict.state) {
        case Checksum::right:
            return " (right)";
        case Checksum::wrong:
            return fmt::format(" (wrong, should be 0x{:04x})", verdict.right);
        case Checksum::unused:
            return " (none)";
        default:
            return {};
    }
}

// Each layer's function takes what it understands; what nobody took is payload in the end.
class Dissection {
  public:
    explicit Dissection(ByteView frame) : frame_(frame), end_(frame.size()) {}

    std::vector<Field> run() {
        ethernet();
        take_run(kPayload, end_ - at_);
        take_run(kPadding, frame_.size() - at_);
        return std::move(fields_);
    }

  private:
    void ethernet();
    void network(std::uint64_t type);
    void arp();
    void ipv4(std::string_view suffix);
    void ipv6();
    void transport(const Segment& segment);
    void icmp(const Segment& segment);
    void icmp6(const Segment& segment);
    void tcp(const Segment& segment);
    void udp(const Segment& segment);

    [[nodiscard]] std::size_t left() const { return end_ - at_; }
    [[nodiscard]] bool fits(const Layer& layer) const { return left() >= layer.size(); }
    // Number of `bits` bits, `bytes` bytes from here on.
    [[nodiscard]] std::uint64_t peek(std::size_t bytes, std::size_t bits) const {
        return bits_at(frame_, (at_ + bytes) * 8, bits);
    }
    [[nodiscard]] std::uint32_t sum_of(std::size_t bytes, std::size_t length) const {
        return static_cast<std::uint16_t>(~internet_checksum(frame_.subspan(at_ + bytes, length)));
    }
    [[nodiscard]] ChecksumVerdict verdict(std::size_t length, std::size_t field,
                                          std::uint32_t initial,
                                          bool zero_means_none = false) const;
    [[nodiscard]] ChecksumVerdict segment_verdict(const Segment& segment, std::size_t field,
                                                  std::uint32_t initial) const {
        if (segment.obstacle != Checksum::none) return {segment.obstacle};
        return verdict(left(), field, initial);
    }

    void take(const Layer& layer, std::string_view suffix = {},
              const ChecksumVerdict& checksum = {}, std::size_t options = 0);
    void take_run(std::string_view name, std::size_t length);

    ByteView frame_;
    std::size_t at_ = 0;   // byte the next layer starts at
    std::size_t end_ = 0;  // byte where the innermost packet so far ends: behind it is padding
    std::vector<Field> fields_;
};

// Whether the checksum `field` bytes from here on is right for the `length` bytes from here on.
// `zero_means_none`: UDP, which for the same reason writes a sum of 0 as 0xffff (RFC 768).
ChecksumVerdict Dissection::verdict(std::size_t length, std::size_t field, std::uint32_t initial,
                                    bool zero_means_none) const {
    const ByteView covered = frame_.subspan(at_, length);
    if (internet_checksum(covered, initial) == 0) return {Checksum::right};
    std::vector<std::uint8_t> zeroed(covered.begin(), covered.end());
    zeroed[field] = zeroed[field + 1] = 0;
    std::uint16_t right = internet_checksum(zeroed, initial);
    if (zero_means_none && right == 0) right = 0xffff;
    return {Checksum::wrong, right};
}

void Dissection::take(const Layer& layer, std::string_view suffix, const ChecksumVerdict& checksum,
                      std::size_t options) {
    std::size_t bit = at_ * 8;
    for (const Part& part : layer.parts) {
        std::string name = fmt::format("{}{}.{}", layer.name, suffix, part.name);
        if (part.show == Show::options) {
            at_ = bit / 8;
            take_run(name, options);
            return;
        }
        Field field{std::move(name), bit, part.bits, value_text(frame_, part, bit)};
        if (part.show == Show::checksum) {
            field.value += verdict_text(checksum);
            field.checksum = checksum.state;
            field.right_checksum = checksum.right;
        }
        fields_.push_back(std::move(field));
        bit += part.bits;
    }
    at_ = bit / 8;
}

void Dissection::take_run(std::string_view name, std::size_t length) {
    if (length == 0) return;
    fields_.push_back({std::string(name), at_ * 8, length * 8, run_text(frame_, at_, length)});
    at_ += length;
}

void Dissection::ethernet() {
    if (!fits(kEthernet)) return;
    std::uint64_t type = peek(12, 16);
    take(kEthernet);
    for (const std::string_view suffix : {std::string_view(), kSecond}) {
        if ((type != kTypeVlan && type != kTypeServiceVlan) || !fits(kVlan)) break;
        type = peek(2, 16);
        take(kVlan, suffix);
    }
    network(type);
}

void Dissection::network(std::uint64_t type) {
    if (type == kTypeArp) return arp();
    if (type == kTypeIpv4) return ipv4({});
    if (type == kTypeIpv6) return ipv6();
}

void Dissection::arp() {
    if (!fits(kArp)) return;
    const bool ethernet_and_ipv4 = peek(0, 64) >> 16 == 0x0001'0800'0604;
    take(kArp);
    if (!ethernet_and_ipv4 || !fits(kArpAddresses)) return;
    take(kArpAddresses);
    end_ = at_;
}

void Dissection::ipv4(std::string_view suffix) {
    if (!fits(kIp)) return;
    const std::size_t header = (peek(0, 8) & 0xf) * 4;
    if (peek(0, 8) >> 4 != 4 || header < kIp.size()) return;
    if (left() < header) return take(kIp, suffix, {Checksum::cut_off});  // in its options

    const std::size_t length = peek(2, 16);
    const std::uint64_t fragment = peek(6, 16);
    const bool more_fragments = (fragment & 0x2000) != 0;
    const bool first = (fragment & 0x1fff) == 0;
    // An impossible length does not show where the packet ends.
    const bool all_here = length >= header && length <= left();
    if (all_here) end_ = at_ + length;
    Checksum obstacle = more_fragments ? Checksum::fragment : Checksum::none;
    if (!all_here) obstacle = Checksum::cut_off;
    const Segment segment{.protocol = peek(9, 8),
                          .addresses = sum_of(12, 8),
                          .obstacle = obstacle,
                          .over_ipv4 = true,
                          .suffix = suffix};
    take(kIp, suffix, verdict(header, 10, 0), header - kIp.size());
    if (first) transport(segment);
}

void Dissection::ipv6() {
    if (!fits(kIp6) || peek(0, 4) != 6) return;
    const std::size_t length = kIp6.size() + peek(4, 16);
    const bool all_here = length <= left();
    if (all_here) end_ = at_ + length;
    const Segment segment{.protocol = peek(6, 8),
                          .addresses = sum_of(8, 32),
                          .obstacle = all_here ? Checksum::none : Checksum::cut_off};
    take(kIp6);
    transport(segment);
}

void Dissection::transport(const Segment& segment) {
    switch (segment.protocol) {
        case kProtocolTcp:
            return tcp(segment);
        case kProtocolUdp:
            return udp(segment);
        case kProtocolIcmp:
            return segment.over_ipv4 ? icmp(segment) : void();
        case kProtocolIcmp6:
            return segment.over_ipv4 ? void() : icmp6(segment);
        // One level of IPv4 in IPv4 (RFC 2003); more than that is payload.
        case kProtocolIpip:
            return segment.over_ipv4 && segment.suffix.empty() ? ipv4(kSecond) : void();
        default:
            return;
    }
}

void Dissection::icmp(const Segment& segment) {
    if (!fits(kIcmp)) return;
    const std::uint64_t type = peek(0, 8);
    // Echo, timestamp, information and address mask: requests and replies.
    const bool has_id = type == 0 || type == 8 || (type >= 13 && type <= 18);
    take(kIcmp, segment.suffix, segment_verdict(segment, 2, 0));
    const Layer& rest = has_id ? kIcmpEcho : kIcmpRest;
    if (fits(rest)) take(rest, segment.suffix);
}

void Dissection::icmp6(const Segment& segment) {
    if (!fits(kIcmp6)) return;
    const std::uint64_t type = peek(0, 8);
    take(kIcmp6, {}, segment_verdict(segment, 2, segment.pseudo_header(left())));
    const Layer& rest = type == 128 || type == 129 ? kIcmp6Echo : kIcmp6Rest;
    if (fits(rest)) take(rest);
}

void Dissection::tcp(const Segment& segment) {
    if (!fits(kTcp)) return;
    const std::size_t header = peek(12, 4) * 4;
    const bool has_options = header > kTcp.size() && header <= left();
    take(kTcp, segment.suffix, segment_verdict(segment, 16, segment.pseudo_header(left())),
         has_options ? header - kTcp.size() : 0);
}

void Dissection::udp(const Segment& segment) {
    if (!fits(kUdp)) return;
    const std::size_t length = peek(4, 16);
    ChecksumVerdict judged{segment.obstacle};
    if (segment.over_ipv4 && peek(6, 16) == 0) {
        judged = {Checksum::unused};
    } else if (segment.obstacle == Checksum::none) {
        const bool fits_its_length = length >= kUdp.size() && length <= left();
        judged = fits_its_length ? verdict(length, 6, segment.pseudo_header(length), true)
                                 : ChecksumVerdict{Checksum::cut_off};
    }
    take(kUdp, segment.suffix, judged);
}

void add_names(std::vector<std::string>& names, std::span<const Layer> layers,
               std::string_view suffix) {
    for (const Layer& layer : layers) {
        for (const Part& part : layer.parts) {
            names.push_back(fmt::format("{}{}.{}", layer.name, suffix, part.name));
        }
    }
}

}  // namespace

std::vector<Field> dissect(const Frame& frame) { return Dissection(frame.bytes).run(); }

std::vector<std::string> field_names() {
    std::vector<std::string> names;
    add_names(names, kOnceLayers, {});
    add_names(names, kTwiceLayers, kSecond);
    names.emplace_back(kPayload);
    names.emplace_back(kPadding);
    return names;
}

}  // namespace xdpbench::packet
