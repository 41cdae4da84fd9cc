// --label NAME=VALUE,...
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/labels.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

void add_label_option(CLI::App& app, std::vector<std::string>& labels);

// An input error names the label that is wrong.
Result<model::Labels> parse_labels(const std::vector<std::string>& labels);

}  // namespace xdpbench::commands
