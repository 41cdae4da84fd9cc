// Whether a scenario can be run: found out before anything is created.
#pragma once

#include "base/result.h"
#include "target/target.h"

namespace xdpbench::check {

// Everything a scenario names is there and fits the program: configuration, expectations on maps,
// files, frame numbers, and, if it `sends`, traffic that the generator takes. Contacts no kernel,
// so that nothing was created when it fails.
Result<void> validate(const target::Target& target, bool sends);

}  // namespace xdpbench::check
