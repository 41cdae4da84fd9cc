// --size, --flows and --placement, which several commands have.
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

// `placement` is the help of --placement: the commands differ in what they choose unasked.
void add_shape_options(CLI::App& app, ShapeArguments& arguments, const std::string& placement);

// One shape a size; without sizes one.
Result<std::vector<target::TrafficShape>> parse_shapes(const ShapeArguments& arguments);
// Nothing if none is asked for.
Result<std::optional<model::Placement>> parse_placement(const ShapeArguments& arguments);

}  // namespace xdpbench::commands
