// Values of two runs: what of them a scenario can expect.
#pragma once

#include <optional>

#include "model/value.h"

namespace xdpbench::check {

// What both hold; nothing if that is nothing.
[[nodiscard]] std::optional<model::Value> common_part(const model::Value& a, const model::Value& b);

// What `actual` is of the part that `expected` names.
[[nodiscard]] model::Value restricted(const model::Value& actual, const model::Value& expected);

}  // namespace xdpbench::check
