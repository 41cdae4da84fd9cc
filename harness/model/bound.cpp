#include "model/bound.h"

#include <fmt/format.h>

#include "base/text.h"

namespace xdpbench::model {

std::string_view name_of(Bound bound) {
    switch (bound) {
        case Bound::none:
            return "none";
        case Bound::generator:
            return "generator";
        case Bound::program:
            return "program";
        case Bound::stack:
            return "stack";
        case Bound::path:
            return "path";
    }
    return "";
}

std::string generator_share_text(double rate, double generator_maximum, std::size_t generators) {
    if (generator_maximum <= 0) return {};
    constexpr double kAll = 99.5;  // what rounds to 100 %
    constexpr double kPercent = 100;
    const double share = kPercent * rate / generator_maximum;
    return fmt::format(
        "the program kept up with {} the {} can send ({})",
        share >= kAll ? std::string("all that") : fmt::format("{:.0f} % of what", share),
        generators > 1 ? "generators" : "generator", rate_text(generator_maximum));
}

}  // namespace xdpbench::model
