// A program that is loaded as another one was, and begins with what its maps hold.
#pragma once

#include <string>

#include "base/result.h"
#include "target/target.h"

namespace xdpbench::target {

// From here on each load of `target`, an object, has the attach type of `running`, a program that
// others have loaded: the kernel lets only such programs stand in one program array.
void load_like(Target& target, const Target& running);

// load_like(); and each load of `target`, an object, begins with what the maps of `running` hold
// now. Returns a line for the user: which maps are copied, and which are not, with the reason.
Result<std::string> begin_like(Target& target, const Target& running);

}  // namespace xdpbench::target
