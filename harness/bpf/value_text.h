// Single values between text and bytes, whatever their type may be called.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace xdpbench::bpf {

// An integer of up to 64 bits, signed or not.
struct Number {
    bool negative = false;
    std::uint64_t magnitude = 0;
};

// Decimal, "0x" hex, with "-" in front, "true", "false".
[[nodiscard]] std::optional<Number> parse_number(std::string_view text);
[[nodiscard]] Number from_signed(std::int64_t value);
// Whether it can be stored in `size` bytes; in more than 8 if it is not negative.
[[nodiscard]] bool fits(const Number& number, std::size_t size, bool with_sign);
[[nodiscard]] bool fits_bits(const Number& number, std::size_t bits, bool with_sign);
[[nodiscard]] std::uint64_t two_complement(const Number& number);
// The lowest `size` bytes of `bits` in decimal; all of them if there are not so many.
[[nodiscard]] std::string number_text(std::uint64_t bits, std::size_t size, bool with_sign);

// Up to 8 bytes as an integer, in network or in host byte order; bytes beyond them are 0.
void store(std::uint64_t bits, std::span<std::uint8_t> out, bool big_endian);
[[nodiscard]] std::uint64_t load(std::span<const std::uint8_t> in, bool big_endian);

// A bit field of up to 64 bits: where it is, counted from the start of the memory as BTF does (on a
// little-endian machine from the lowest bit of the first byte on).
struct BitPlace {
    std::size_t offset = 0;
    std::size_t bits = 0;  // 0: it is none

    [[nodiscard]] std::size_t end_byte() const { return (offset + bits + 7) / 8; }
};
void store_bits(std::uint64_t value, const BitPlace& place, std::span<std::uint8_t> out);
// With its sign, if it has one.
[[nodiscard]] std::uint64_t load_bits(std::span<const std::uint8_t> in, const BitPlace& place,
                                      bool with_sign);

// An address of exactly out.size() bytes (4 IPv4, 6 MAC, 16 IPv6), in network byte order; false
// leaves `out` alone.
bool store_address(const std::string& text, std::span<std::uint8_t> out);
[[nodiscard]] std::string address_text(std::span<const std::uint8_t> bytes);

// "hex:..." of exactly out.size() bytes; false leaves `out` alone.
bool store_hex(const std::string& text, std::span<std::uint8_t> out);

// A zero-terminated text in quotes, or "hex:..." if it is none.
[[nodiscard]] std::string printable_text(std::span<const std::uint8_t> bytes);

}  // namespace xdpbench::bpf
