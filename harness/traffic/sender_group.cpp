#include "traffic/sender_group.h"

#include <utility>

namespace xdpbench::traffic {

Result<SenderGroup> SenderGroup::create(const packet::Frames& frames, Pace pace,
                                        std::vector<int> cpus,
                                        std::shared_ptr<remote::Session> session) {
    SenderGroup group;
    if (session) {
        XDPBENCH_TRY(group.remote_,
                     FrameSender::create(frames, std::move(session), std::move(cpus)));
    } else {
        XDPBENCH_TRY(group.here_, GeneratorGroup::create(frames, pace, std::move(cpus)));
    }
    return group;
}

Result<JointOffer> SenderGroup::offer(const net::Network& network, const net::InterfaceInfo& tester,
                                      const Schedule& schedule) {
    return remote_ ? remote_->offer(tester, schedule)
                   : here_->offer(network.tester, tester.index, schedule);
}

Result<JointOffer> SenderGroup::send(const net::Network& network, const net::InterfaceInfo& tester,
                                     double seconds) {
    return remote_ ? remote_->offer(tester, {kFlatOut, seconds, 0})
                   : here_->send(network.tester, tester.index, seconds);
}

}  // namespace xdpbench::traffic
