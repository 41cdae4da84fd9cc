#include "bpf/value_text.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/bytes.h"
#include "base/number.h"
#include "base/text.h"
#include "packet/hex.h"

namespace xdpbench::bpf {

std::optional<Number> parse_number(std::string_view text) {
    Number number;
    if (text == "true") return Number{false, 1};
    if (text == "false") return Number{false, 0};
    if (text.starts_with('-')) {
        number.negative = true;
        text.remove_prefix(1);
    }
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    }
    const auto magnitude = xdpbench::parse_number<std::uint64_t>(text, base);
    if (!magnitude) return std::nullopt;
    number.magnitude = *magnitude;
    return number;
}

bool fits(const Number& number, std::size_t size, bool with_sign) {
    return fits_bits(number, size * 8, with_sign);
}

bool fits_bits(const Number& number, std::size_t bits, bool with_sign) {
    if (bits > 64) return !number.negative;  // as much as the text can say
    if (with_sign) {
        const std::uint64_t limit = std::uint64_t{1} << (bits - 1);
        return number.negative ? number.magnitude <= limit : number.magnitude < limit;
    }
    if (number.negative) return number.magnitude == 0;
    return bits == 64 || number.magnitude >> bits == 0;
}

std::uint64_t two_complement(const Number& number) {
    return number.negative ? ~number.magnitude + 1 : number.magnitude;
}

Number from_signed(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    return value < 0 ? Number{true, ~bits + 1} : Number{false, bits};
}

std::string number_text(std::uint64_t bits, std::size_t size, bool with_sign) {
    if (!with_sign) return fmt::format("{}", bits);
    const std::size_t shift = 64 - 8 * std::clamp<std::size_t>(size, 1, sizeof(bits));
    return fmt::format("{}", static_cast<std::int64_t>(bits << shift) >> shift);
}

void store(std::uint64_t bits, ByteSpan out, bool big_endian) {
    big_endian = big_endian || std::endian::native == std::endian::big;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t place = big_endian ? out.size() - 1 - i : i;
        out[place] = i < sizeof(bits) ? static_cast<std::uint8_t>(bits >> (8 * i)) : 0;
    }
}

std::uint64_t load(ByteView in, bool big_endian) {
    big_endian = big_endian || std::endian::native == std::endian::big;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const std::size_t place = big_endian ? i : in.size() - 1 - i;
        bits = bits << 8 | in[place];
    }
    return bits;
}

namespace {

constexpr bool kLittle = std::endian::native == std::endian::little;

// Bit number `i` of a bit field, its lowest first: in which byte, as a mask of that byte.
std::pair<std::size_t, std::uint8_t> bit_at(const BitPlace& place, std::size_t i) {
    const std::size_t bit = place.offset + (kLittle ? i : place.bits - 1 - i);
    const std::size_t shift = kLittle ? bit % 8 : 7 - bit % 8;
    return {bit / 8, static_cast<std::uint8_t>(1U << shift)};
}

}  // namespace

void store_bits(std::uint64_t value, const BitPlace& place, ByteSpan out) {
    for (std::size_t i = 0; i < place.bits; ++i) {
        const auto [byte, mask] = bit_at(place, i);
        const bool set = (value >> i & 1U) != 0;
        out[byte] = static_cast<std::uint8_t>(set ? out[byte] | mask : out[byte] & ~mask);
    }
}

std::uint64_t load_bits(ByteView in, const BitPlace& place, bool with_sign) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < place.bits; ++i) {
        const auto [byte, mask] = bit_at(place, i);
        if ((in[byte] & mask) != 0) value |= std::uint64_t{1} << i;
    }
    const bool negative = with_sign && (value >> (place.bits - 1) & 1U) != 0;
    return negative && place.bits < 64 ? value | ~std::uint64_t{0} << place.bits : value;
}

bool store_address(const std::string& text, ByteSpan out) {
    if (out.size() == 4) return ::inet_pton(AF_INET, text.c_str(), out.data()) == 1;
    if (out.size() == 16) return ::inet_pton(AF_INET6, text.c_str(), out.data()) == 1;
    if (out.size() != 6 || text.size() != 17) return false;
    const std::vector<std::string> parts = split(text, ':');
    const Result<std::vector<std::uint8_t>> bytes = packet::parse_hex(text);
    if (parts.size() != 6 || !bytes || bytes->size() != 6) return false;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return true;
}

bool store_hex(const std::string& text, ByteSpan out) {
    const Result<std::vector<std::uint8_t>> bytes =
        packet::parse_hex(std::string_view(text).substr(4));
    if (!bytes || bytes->size() != out.size()) return false;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return true;
}

std::string address_text(ByteView bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (bytes.size() == 4) return ::inet_ntop(AF_INET, bytes.data(), text.data(), text.size());
    if (bytes.size() == 16) return ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
    return fmt::format("{:02x}", fmt::join(bytes, ":"));
}

std::string printable_text(ByteView bytes) {
    const auto end = std::find(bytes.begin(), bytes.end(), 0);
    const bool printable = std::all_of(
        bytes.begin(), end, [](std::uint8_t byte) { return byte >= 0x20 && byte < 0x7f; });
    const bool padded = std::all_of(end, bytes.end(), [](std::uint8_t byte) { return byte == 0; });
    return printable && padded ? fmt::format("\"{}\"", std::string(bytes.begin(), end))
                               : "hex:" + packet::to_hex(bytes);
}

}  // namespace xdpbench::bpf
