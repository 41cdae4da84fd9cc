// --size, --flows and --placement, which several commands share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "target/traffic_shape.h"
#include "traffic/placement.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

// As typed.
struct ShapeArguments {
    std::vector<std::string> sizes;
    std::optional<std::int64_t> flows;
    std::string placement;
};

// The commands have different defaults of --placement.
void add_shape_options(CLI::App& app, ShapeArguments& arguments,
                       const std::string& default_placement);

// One shape for each size; one shape if no size is given.
Result<std::vector<target::TrafficShape>> parse_shapes(const ShapeArguments& arguments);
// Nothing if --placement is not given.
Result<std::optional<model::Placement>> parse_placement(const ShapeArguments& arguments);

}  // namespace xdpbench::commands
