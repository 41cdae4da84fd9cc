// Standard output and standard error, which may be closed, full or gone at any moment.
#pragma once

#include <string_view>

#include "base/result.h"

namespace xdpbench {

// Once, before anything is opened or printed. A standard descriptor that is closed is held, so that
// no file of ours takes its number and is written to by accident. `stdout` and `stderr` become
// streams whose prints never fail: {fmt} would throw. What could not be written is remembered for
// flush_output().
void hold_standard_streams();

// Writes what standard output has buffered. An error names the errno of the first write to it that
// failed.
Result<void> flush_output();

}  // namespace xdpbench
