// The same work on several CPUs at once.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "base/result.h"

namespace xdpbench::traffic {

// Runs work(0), work(1), ... at the same time, each pinned to its one of `cpus` (at least one): the
// first in the calling thread, the others in threads of their own. None begins before all are on
// their CPUs, and none at all if one cannot get there. Returns when all are done; of several errors
// the first in the order of the CPUs.
Result<void> side_by_side(const std::vector<int>& cpus,
                          const std::function<Result<void>(std::size_t)>& work);

}  // namespace xdpbench::traffic
