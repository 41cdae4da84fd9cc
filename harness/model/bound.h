// What a rate is bound by.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace xdpbench::model {

enum class Bound {
    none,       // not found out, or no rate was found that could be bound
    generator,  // it offers no more
    program,
    stack,  // of the CPU that a CPUMAP redirects to
    path    // real interfaces are no better with the empty program in its place
};
inline constexpr std::array kBounds{Bound::none, Bound::generator, Bound::program, Bound::stack,
                                    Bound::path};
[[nodiscard]] std::string_view name_of(Bound bound);

// A rate of a program, against the most that its generators sent over the same port: "the program
// kept up with 98 % of what the generator can send (2.5 Mpps)". Empty if that is not known.
[[nodiscard]] std::string generator_share_text(double rate, double generator_maximum,
                                               std::size_t generators = 1);

}  // namespace xdpbench::model
