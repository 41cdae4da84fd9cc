// What sends the frames of a link from several CPUs together: generators of this process, or those
// of the session that has the tester's end.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "net/network.h"
#include "packet/frame.h"
#include "remote/session.h"
#include "traffic/frame_sender.h"
#include "traffic/generator_group.h"

namespace xdpbench::traffic {

class SenderGroup {
  public:
    // As GeneratorGroup::create(). With a session the CPUs are those of its machine, and none means
    // that one generator sends from any.
    static Result<SenderGroup> create(const packet::Frames& frames, Pace pace,
                                      std::vector<int> cpus,
                                      std::shared_ptr<remote::Session> session);

    // As those of GeneratorGroup. A session has both, whatever the pace.
    Result<JointOffer> offer(const net::Network& network, const net::InterfaceInfo& tester,
                             const Schedule& schedule);
    Result<JointOffer> send(const net::Network& network, const net::InterfaceInfo& tester,
                            double seconds);

  private:
    SenderGroup() = default;

    std::optional<GeneratorGroup> here_;
    std::optional<FrameSender> remote_;  // in its place
};

}  // namespace xdpbench::traffic
