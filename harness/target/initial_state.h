// A program that begins with what the maps of another one hold.
#pragma once

#include <string>

#include "base/result.h"
#include "target/target.h"

namespace xdpbench::target {

// From here on each load of `target`, an object, begins with what the maps of `running`, a program
// that others have loaded, hold now. Returns a line for the user: which maps are copied, and which
// are not, with the reason.
Result<std::string> begin_like(Target& target, const Target& running);

}  // namespace xdpbench::target
