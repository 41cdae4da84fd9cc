// What a rate is bound by.
#pragma once

#include <string_view>

namespace xdpbench::model {

enum class Bound {
    none,       // not found out, or no rate was found that could be bound
    generator,  // it offers no more
    program,
    stack,  // of the CPU that a CPUMAP redirects to
    path    // real interfaces are no better with the empty program in its place
};
[[nodiscard]] std::string_view name_of(Bound bound);

}  // namespace xdpbench::model
