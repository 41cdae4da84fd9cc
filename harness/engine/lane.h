// One lane of a topology with everything on it that counts: the ways out of a program under test
// and the counters that must agree.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "engine/lane_books.h"
#include "engine/redirect_losses.h"
#include "kernel/attach.h"
#include "kernel/counters.h"
#include "kernel/topology.h"
#include "traffic/sink.h"

namespace xdpbench {

// Sinks on all ends of a lane and a program attached to its DUT side.
class EquippedLane {
  public:
    // `own_program` reports the per-action counters if it has them; a program without them is
    // counted by the driver (native) or by where its frames arrive (generic).
    static Result<EquippedLane> create(const Topology& topology, std::size_t index,
                                       const Program* own_program, int program_fd, Mode mode,
                                       Capture capture);

    // All frames are known to take `action`, if one is given: what the counters in use do not tell
    // from it is counted as it, and a frame that arrived nowhere is not taken for a dropped one.
    void expect(std::optional<Action> action) { expected_ = action; }

    // From here on redirects that come to nothing are losses with a name, where the kernel lets
    // them be counted. With a CPUMAP that takes time: not where ns/packet are measured.
    Result<void> watch_redirects();
    // The same of a program that does not count itself, and so is none of the lane's own.
    Result<void> watch_redirects_of(const Program& program);

    // From here on `program` handles the frames, and no frame meets neither. What the programs
    // before it counted stays in the books.
    Result<void> replace(const Program& program);
    // As replace, but the books begin anew with `program`: those before it may be gone. What was
    // read before cannot be compared with what is read afterwards.
    Result<void> start_over(const Program& program);

    Result<LaneCounts> read() const;

    [[nodiscard]] const InterfaceInfo& tester() const { return lane_->tester; }
    [[nodiscard]] const InterfaceInfo& dut() const { return lane_->dut; }
    [[nodiscard]] const Sink& tester_sink() const { return tester_sink_; }
    [[nodiscard]] const Sink& stack_sink() const { return stack_sink_; }
    [[nodiscard]] const Sink* far_sink() const { return far_sink_ ? &*far_sink_ : nullptr; }
    // Whether what was dropped is counted. If not (a generic program without counters), a frame
    // that arrived nowhere may as well still be on its way.
    [[nodiscard]] bool sees_drops() const { return source() != ActionSource::arrivals; }
    // Whether the program counts its actions itself.
    [[nodiscard]] bool counted_by_program() const { return source() == ActionSource::program; }
    [[nodiscard]] ActionSource source() const;
    // "the program's map xdp_counters" and the like, for the report.
    [[nodiscard]] std::string counted_by() const;

  private:
    EquippedLane(const Topology& topology, const Lane& lane, std::vector<const Program*> programs,
                 Mode mode, bool counts, Sink tester_sink, Sink stack_sink, XdpLink link);
    Result<void> read_ends(LaneCounts& counts) const;
    Result<void> read_losses(LaneCounts& counts,
                             const std::map<std::string, std::uint64_t>& driver) const;
    Result<void> read_actions(LaneCounts& counts,
                              const std::map<std::string, std::uint64_t>& driver) const;

    const Topology* topology_;
    const Lane* lane_;
    std::vector<const Program*> programs_;  // that handled frames; none: not counted by a program
    Mode mode_;
    bool counts_;  // they all have the counters' map
    std::optional<Action> expected_;
    Sink tester_sink_;
    Sink stack_sink_;
    std::optional<Sink> far_sink_;  // of a lane with a far end
    XdpLink link_;
    std::vector<RedirectLosses> redirects_;  // of each of programs_, if they are watched
};

// When frames whose books balance are taken to have settled.
enum class Settled {
    balanced,  // at once
    certain,   // where drops are not seen: only when nothing has moved for 100 ms
};

// Reads until all of `sent` frames are accounted for since `before`. Where frames are missing, that
// is so once nothing has moved for 2 s: on a busy machine a thread of the kernel that has them may
// wait long for its turn.
Result<LaneCounts> settled(const EquippedLane& lane, const LaneCounts& before, std::uint64_t sent,
                           Settled when = Settled::certain);

}  // namespace xdpbench
