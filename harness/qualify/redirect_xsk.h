// AF_XDP sockets on every queue of the device: bound as asked, and every frame arrives there.
#pragma once

#include "qualify/context.h"
#include "qualify/ruling.h"

namespace xdpbench::qualify {

[[nodiscard]] Result<Ruling> xsk_copy(Context& context);
// Judged by what the driver declares.
[[nodiscard]] Result<Ruling> xsk_zero_copy(Context& context);

}  // namespace xdpbench::qualify
