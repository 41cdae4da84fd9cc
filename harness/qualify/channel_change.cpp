#include "qualify/channel_change.h"

#include "net/rings.h"
#include "qualify/rig.h"

namespace xdpbench::qualify {

Result<ChannelChange> ChannelChange::set(const Context& context, std::uint32_t combined) {
    const auto before = net::query_channels(context.netns(), context.device().name);
    if (!before) return unavailable_error("the driver does not report its channels");
    ChannelChange change(context, before->combined);
    const Result<void> done =
        net::set_combined_channels(context.netns(), context.device().name, combined);
    if (!done) return unavailable_error(done.error().what);
    XDPBENCH_CHECK(await_carriers(context));
    return change;
}

void ChannelChange::restore() {
    if (context_ == nullptr) return;
    const Context& context = *std::exchange(context_, nullptr);
    static_cast<void>(net::set_combined_channels(context.netns(), context.device().name, before_));
    static_cast<void>(await_carriers(context));
}

}  // namespace xdpbench::qualify
