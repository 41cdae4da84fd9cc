// A value that depends on a number: the template of many entries of a map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "bpf/typed_map.h"

namespace xdpbench::bpf {

// The memory of a key or value in which members written "i", "i+5", "i*2+1" or "i%100" (steps from
// left to right) follow a number. Its type is walked once, not for each entry.
class ValuePattern {
  public:
    // `addresses`: "i" is the IPv4 address with that number. The error says what does not fit the
    // type, or, for the numbers from `first` to `last`, which member is too small.
    static Result<ValuePattern> make(const ElementType& type, const model::Value& value,
                                     bool addresses, std::uint64_t first, std::uint64_t last);

    // `out` has as many bytes as the type.
    void write(std::uint64_t number, std::span<std::uint8_t> out) const;

  private:
    struct Step {
        char operation = '+';
        std::uint64_t operand = 0;
    };
    struct Place {
        std::size_t offset = 0;
        std::size_t size = 0;
        bool big_endian = false;
        std::vector<Step> steps;
    };
    static bool read_steps(const std::string& text, std::vector<Step>& steps);
    static std::uint64_t apply(const std::vector<Step>& steps, std::uint64_t number);
    static std::uint64_t largest(const std::vector<Step>& steps, std::uint64_t last);

    MapBytes base_;
    std::vector<Place> places_;
};

}  // namespace xdpbench::bpf
