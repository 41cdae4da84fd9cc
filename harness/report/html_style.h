// How the HTML report looks: light and dark, on narrow screens and on paper.
#pragma once

#include <string_view>

namespace xdpbench::report {

[[nodiscard]] std::string_view html_style();

}  // namespace xdpbench::report
