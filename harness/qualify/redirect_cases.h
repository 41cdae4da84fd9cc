// The cases of the group redirect that are not in its own file.
#pragma once

#include "base/result.h"
#include "qualify/context.h"
#include "qualify/ruling.h"

namespace xdpbench::qualify {

// A DEVMAP sends frames out of the peer. They come through the cable into the device a second time
// and go into its stack.
Result<Ruling> devmap_to_other(Context& context);
// Frames are redirected out of the device from every CPU, while it has fewer queues than that.
Result<Ruling> from_every_cpu(Context& context);

}  // namespace xdpbench::qualify
