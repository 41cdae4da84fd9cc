#include "commands/shape_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "commands/lists.h"
#include "commands/options.h"
#include "commands/suggestion.h"

namespace xdpbench::commands {
namespace {

std::vector<std::string> placement_names() {
    std::vector<std::string> names;
    for (const model::Placement placement : model::kVethPlacements)
        names.emplace_back(model::name_of(placement));
    return names;
}

}  // namespace

void add_shape_options(CLI::App& app, ShapeArguments& arguments,
                       const std::string& default_placement) {
    add_option(app, "--size", arguments.sizes,
               "frame sizes in bytes with FCS, one bench each, or imix (default: as in the "
               "traffic)")
        .type_name("N,...|imix")
        .group(kTrafficGroup);
    add_option(app, "--flows", arguments.flows, "number of flows (default: as in the traffic)")
        .type_name("N")
        .group(kTrafficGroup);
    add_option(app, "--placement", arguments.placement,
               "end to end: generator and program on one CPU (shared), on two (separate) or on two "
               "of different NUMA nodes (other_node); default: " +
                   default_placement)
        .type_name(fmt::format("{}", fmt::join(placement_names(), "|")))
        .group(kMeasurementGroup);
}

Result<std::vector<target::TrafficShape>> parse_shapes(const ShapeArguments& arguments) {
    std::vector<target::TrafficShape> shapes;
    XDPBENCH_TRY(const std::vector<std::string> sizes, list_items("--size", arguments.sizes));
    for (const std::string& size : sizes) {
        XDPBENCH_TRY(const target::TrafficShape shape, target::parse_size(size));
        const auto same = [&shape](const target::TrafficShape& other) {
            return other.name() == shape.name();
        };
        if (std::any_of(shapes.begin(), shapes.end(), same))
            return input_error(fmt::format("--size names {} twice", size));
        shapes.push_back(shape);
    }
    if (shapes.empty()) shapes.emplace_back();
    if (!arguments.flows) return shapes;
    constexpr std::int64_t kMostFlows = 1'000'000;
    if (*arguments.flows < 1 || *arguments.flows > kMostFlows)
        return input_error(fmt::format("--flows {} is not between 1 and {}", *arguments.flows,
                                       thousands(kMostFlows)));
    for (target::TrafficShape& shape : shapes)
        shape.flows = static_cast<std::uint32_t>(*arguments.flows);
    return shapes;
}

Result<std::optional<model::Placement>> parse_placement(const ShapeArguments& arguments) {
    if (arguments.placement.empty()) return std::optional<model::Placement>();
    for (const model::Placement placement : model::kVethPlacements) {
        if (arguments.placement == model::name_of(placement)) return std::optional(placement);
    }
    return unknown_value("--placement", arguments.placement, "placement", placement_names());
}

}  // namespace xdpbench::commands
