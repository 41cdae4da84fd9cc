// Memory read by its BTF: as values that a scenario could hold, and added up over CPUs.
#pragma once

#include <cstdint>
#include <span>

#include "scenario/scenario.h"

struct btf;

namespace xdpbench::bpf {

// What is in `memory`, as encode_value takes it back: integers in decimal, __be32 as an IPv4
// address, 6 bytes as a MAC address, enumerators by name, text, other bytes as "hex:..", lists,
// fields by name. What has no value (pointers, padding) is left out; of a union its
// largest member stands for all.
[[nodiscard]] model::Value decode_value(const btf* types, std::uint32_t type,
                                        std::span<const std::uint8_t> memory);

// The same for a map without BTF.
[[nodiscard]] model::Value decode_untyped(std::span<const std::uint8_t> memory);

// Adds the integers of `from` to those of `into`, leaf by leaf; other leaves are left alone.
void add_values(const btf* types, std::uint32_t type, std::span<const std::uint8_t> from,
                std::span<std::uint8_t> into);

// The same without BTF: values of up to 8 bytes are integers, longer ones are left alone.
void add_untyped(std::span<const std::uint8_t> from, std::span<std::uint8_t> into);

}  // namespace xdpbench::bpf
