// What tells results of one case apart: the commit, the branch, the build.
#pragma once

#include <map>
#include <string>

namespace xdpbench::model {

// By name: a letter or _, then letters, digits and _. "commit", "branch", "build" and "base_commit"
// have the meaning that results/README.md gives them, all others are the user's own.
using Labels = std::map<std::string, std::string>;

}  // namespace xdpbench::model
