// What sends the frames of a link: the generator of this process, or that of the session that has
// the tester's end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "net/network.h"
#include "packet/frame.h"
#include "remote/session.h"
#include "traffic/generator.h"
#include "traffic/generator_group.h"

namespace xdpbench::traffic {

// In place of a rate: as fast as possible, by generators that look at no clock.
inline constexpr double kFlatOut = 0;

class FrameSender {
  public:
    // As Generator::create(), which also says what is refused. No session: this process sends.
    // offer() sends from each of `cpus` of the session's machine; none: one generator from any.
    static Result<FrameSender> create(const packet::Frames& frames,
                                      std::shared_ptr<remote::Session> session,
                                      std::vector<int> cpus = {});

    // This process sends by a generator that is there already.
    static FrameSender of(Generator generator);

    // As those of Generator.
    Result<void> park(const net::NetNs& netns, const net::InterfaceInfo& idle);
    Result<void> send(const net::Network& network, const net::InterfaceInfo& tester,
                      std::uint64_t count);
    // At the rate of the schedule (or kFlatOut), over the session: there is one.
    Result<JointOffer> offer(const net::InterfaceInfo& tester, const Schedule& schedule);
    [[nodiscard]] std::uint64_t next_frame() const;

  private:
    FrameSender() = default;

    std::optional<Generator> generator_;
    std::shared_ptr<remote::Session> session_;
    std::vector<int> cpus_;
    std::uint64_t sent_ = 0;  // over the session
    std::uint64_t frames_ = 0;
};

}  // namespace xdpbench::traffic
