#include "qualify/mtu_change.h"

#include <utility>

#include "net/interface.h"
#include "net/port_network.h"
#include "qualify/rig.h"

namespace xdpbench::qualify {

Result<MtuChange> MtuChange::set(const Context& context, int mtu) {
    MtuChange change(context);
    Result<void> done = net::set_mtu(context.netns(), context.device().name, mtu);
    if (done && context.has_peer()) done = context.set_peer_mtu(mtu);
    if (!done) return unavailable_error(done.error().what);
    XDPBENCH_CHECK(await_carriers(context));
    return change;
}

void MtuChange::restore() {
    if (context_ == nullptr) return;
    const Context& context = *std::exchange(context_, nullptr);
    static_cast<void>(net::set_mtu(context.netns(), context.device().name, context.device().mtu));
    if (context.has_peer()) static_cast<void>(context.set_peer_mtu(context.peer().mtu));
    static_cast<void>(await_carriers(context));
}

}  // namespace xdpbench::qualify
