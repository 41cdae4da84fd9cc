// The loop of `xdp-bench generate`.
#pragma once

#include "base/result.h"

namespace xdpbench::generate {

// Greets on `out`, then reads requests from `in` and writes a reply to each, until `in` ends, the
// reader of `out` is gone, or the process is interrupted (an error, as with all commands). A
// request that cannot be carried out is an error in its reply and ends nothing. Nothing is left:
// programs, sockets and settings are those of before. Returns whether all requests succeeded.
Result<bool> serve(int in, int out);

}  // namespace xdpbench::generate
