// Values as scenarios write them, put into memory or compared with it, typed by BTF.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "scenario/scenario.h"

struct btf;

namespace xdpbench::bpf {

// Room for a value of a type that an object file describes, all zero. More than 64 MiB are an input
// error before any memory is taken: broken BTF has types of gigabytes.
Result<std::vector<std::uint8_t>> zeroed_memory(std::size_t bytes);

// Writes `value` into `out`, which is as long as the type. Accepted per type:
// - integers of up to 8 bytes: decimal, 0x hex, negative where signed, range-checked; true/false
// - bool: 0, 1, true, false; enums: an enumerator's name, or a number
// - __be16/__be32/__be64: as integers, stored in network byte order
// - a 4-byte integer: also an IPv4 address, stored in network byte order as in a packet
// - char arrays: text shorter than the array, the rest zero
// - 4, 6 or 16 bytes (arrays of bytes): IPv4 address, MAC address, IPv6 address
// - byte arrays: "hex:.." of all bytes
// - any array: a list, missing elements zero
// - bit fields: as their integers and enums, range-checked by their bits
// - structs and unions: fields by name, those not named zero; the fields of a member without a name
//   are the struct's own, as in C
// `out` is cleared first. Errors name place, path, expected type and the value.
Result<void> encode_value(const btf* types, std::uint32_t type, const model::Value& value,
                          std::span<std::uint8_t> out);

// Whether `text`, a scalar somewhere in `whole`, is the value of a bit field.
[[nodiscard]] bool is_in_bit_field(const btf* types, std::uint32_t type, const model::Value& whole,
                                   const std::string* text, std::size_t size);

// Without BTF: an integer of 1, 2, 4 or 8 bytes in host byte order, an address of the fitting size,
// or "hex:...".
Result<void> encode_untyped(const model::Value& value, std::span<std::uint8_t> out);

struct ValueDifference {
    std::string path;  // "ip", "stats[2].packets"; empty for the value itself
    std::string expected;
    std::string actual;
};

// Compares `memory` with what `expected` names; fields and elements it does not name are not
// compared. An expectation that does not fit the type is an error as in encode_value.
Result<std::vector<ValueDifference>> compare_value(const btf* types, std::uint32_t type,
                                                   const model::Value& expected,
                                                   std::span<const std::uint8_t> memory);

// The same for a map without BTF (type 0 of encode_untyped).
Result<std::vector<ValueDifference>> compare_untyped(const model::Value& expected,
                                                     std::span<const std::uint8_t> memory);

}  // namespace xdpbench::bpf
