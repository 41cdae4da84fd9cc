// Real interfaces to measure over: one link, on which the program under test and an empty one take
// turns. There is no second link of the same kind, so the baseline is measured in the program's
// own place.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "bpf/program.h"
#include "net/network.h"
#include "net/port_network.h"
#include "target/target.h"
#include "testbed/empty_program.h"
#include "testbed/instrumented_link.h"
#include "traffic/frame_sender.h"

namespace xdpbench::testbed {

// Counters that went up, by "INTERFACE NAME".
using DeviceCounters = std::map<std::string, std::uint64_t>;

// Of some redirects there is no empty program to time them against.
enum class BaselineWish { needed, if_there_is_one };

class PortLink {
  public:
    // The target on its port, and the empty program that takes this action. Both ends
    // are listened to first: what moves before anything is sent is invalid.
    static Result<std::unique_ptr<PortLink>> create(const target::Target& target,
                                                    const net::Ports& ends, model::Mode mode,
                                                    std::size_t longest_frame, model::Action action,
                                                    BaselineWish baseline,
                                                    traffic::Capture capture);

    Result<void> park(traffic::FrameSender& sender) const;

    // As InstrumentedLink::watch_tracepoints(): frames that are seen to be lost are not waited for.
    Result<void> watch_tracepoints();
    // As that of the link.
    Result<void> receive_beside(const std::vector<int>& busy) {
        return link_->receive_beside(busy);
    }

    // From here on the program under test or the empty one handles the frames, put into its place
    // through the link: the driver sets nothing up anew. Invalid if frames moved since the last
    // ones were accounted for: somebody else sent them.
    Result<void> begin(bool baseline);
    // The same with any program of this mode. It lives as long as this, or until start_over().
    Result<void> begin(const bpf::Program& program);
    // As begin(), but the accounting begins again: the programs given to begin() before may be
    // gone afterwards.
    Result<void> start_over(const bpf::Program& program);
    // The same with an empty program that drops the frames: what is sent then is limited by nothing
    // behind the device.
    Result<void> begin_dropping();

    struct Finished {
        LinkCounts counts;                              // losses by name_losses()
        std::chrono::steady_clock::time_point handled;  // when the program was seen to be done
        std::chrono::steady_clock::time_point last;     // when the last frame was seen to arrive
    };
    // What became of the `sent` frames: read until all arrived, or were seen to be lost, or nothing
    // has moved for 100 ms, of a CPUMAP for 1 s. Invalid if there are more frames than were sent,
    // none at all, or none of those redirected.
    Result<Finished> finish(std::uint64_t sent);

    [[nodiscard]] const net::Network& network() const { return network_; }
    [[nodiscard]] const InstrumentedLink& link() const { return *link_; }
    [[nodiscard]] bool has_baseline() const { return empty_.has_value(); }
    // By what means frames are redirected; nothing if they are not, or without a baseline.
    [[nodiscard]] std::optional<RedirectPath> redirect_path() const {
        return empty_ ? empty_->redirect_path() : std::nullopt;
    }

    // When the last frame left, as far as it was seen: a port's own counters may rise late, and do
    // not tell.
    [[nodiscard]] std::chrono::steady_clock::time_point last_of(const Finished& finished) const;

    // The counters of both interfaces whose names speak of frames that were lost, by how much they
    // went up since create(): evidence only.
    [[nodiscard]] Result<DeviceCounters> loss_counters() const;

  private:
    PortLink(net::Network network, net::Network aside, bpf::Program program, model::Mode mode,
             std::optional<EmptyProgram> empty);
    Result<DeviceCounters> read_loss_counters() const;
    [[nodiscard]] Result<void> require_some_redirected(const LinkCounts& counts) const;
    [[nodiscard]] Error not_ours(const std::string& what) const;

    net::Network network_;
    net::Network aside_;  // of real interfaces none is idle
    bpf::Program program_;
    model::Mode mode_;
    std::optional<EmptyProgram> empty_;
    std::unique_ptr<EmptyProgram> drops_;  // from the first begin_dropping() on
    std::optional<InstrumentedLink> link_;
    LinkCounts seen_;  // when everything was accounted for last
    DeviceCounters at_first_;
};

// The program for real interfaces: in offload mode built for the device and bound to it.
Result<bpf::Program> load_for_mode(const target::Target& target, const net::Network& devices,
                                   model::Mode mode);

// Frames that do not come from the harness, as far as that can be known: what may send them.
[[nodiscard]] std::string device_hint(const net::InterfaceInfo& device,
                                      const net::InterfaceInfo& peer);

}  // namespace xdpbench::testbed
