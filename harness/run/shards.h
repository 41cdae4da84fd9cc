// The part of the cases that one of several machines runs (GTEST_TOTAL_SHARDS, GTEST_SHARD_INDEX).
#pragma once

#include "base/result.h"

namespace xdpbench::run {

// GoogleTest ends the process with exit code 1 where the two variables make no sense, as if a check
// had failed: refused before.
Result<void> require_sound_shards();

}  // namespace xdpbench::run
