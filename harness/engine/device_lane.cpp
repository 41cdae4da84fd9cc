#include "engine/device_lane.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <array>
#include <thread>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "engine/device_books.h"
#include "engine/offload_program.h"
#include "kernel/device_topology.h"

namespace xdpbench {
namespace {

struct Patience {
    std::chrono::milliseconds delay;    // frames that do not come within this time are lost
    std::chrono::milliseconds backlog;  // frames that still come after this time are not ours
};
// Interrupts of a device that collects frames come every few milliseconds at most.
constexpr Patience kForInterrupts{std::chrono::milliseconds(100), std::chrono::seconds(1)};
// What a CPUMAP redirects waits for a thread, which waits for its turn on that CPU.
constexpr Patience kForThreads{std::chrono::seconds(1), std::chrono::seconds(5)};
constexpr auto kListening = std::chrono::milliseconds(200);
constexpr auto kBetweenLooks = std::chrono::microseconds(100);

bool by_cpumap(const std::optional<RedirectPath>& target) {
    return target && target->means == RedirectPath::Means::cpumap;
}

bool speaks_of_loss(const std::string& name) {
    constexpr std::array<std::string_view, 7> kWords{"drop",    "err",   "miss",  "discard",
                                                     "overrun", "_full", "no_buf"};
    // What an XDP program drops is no loss.
    if (name.find("xdp_drop") != std::string::npos) return false;
    return std::any_of(kWords.begin(), kWords.end(),
                       [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

// What a native program redirects out of the interface the driver has to send.
Result<void> require_way_out(const Topology& devices, const std::optional<RedirectPath>& target,
                             Mode mode) {
    if (mode != Mode::native || !target || by_cpumap(target)) return {};
    return require_sends_redirected(devices.dut, devices.lanes.front().dut,
                                    "use --mode generic: the stack sends them then");
}

}  // namespace

DeviceLane::DeviceLane(Topology topology, Topology aside, Program program,
                       std::optional<EmptyProgram> empty)
    : topology_(std::move(topology)),
      aside_(std::move(aside)),
      program_(std::move(program)),
      empty_(std::move(empty)) {}

Result<std::unique_ptr<DeviceLane>> DeviceLane::create(const BenchCase& bench,
                                                       std::size_t longest_frame, Action action,
                                                       FloorWish floor, Capture capture) {
    const Mode mode = *bench.mode;
    XDPBENCH_TRY(Topology topology, join_devices(*bench.devices, mode, longest_frame));
    XDPBENCH_TRY(Topology aside, Topology::create(0, 0));
    XDPBENCH_TRY(Program program, load_for_mode(*bench.subject, topology, mode));
    Result<EmptyProgram> loaded = EmptyProgram::load_counting(action, program, topology, mode);
    std::optional<EmptyProgram> empty;
    if (loaded) {
        empty.emplace(std::move(*loaded));
    } else if (floor == FloorWish::needed || loaded.error().kind != ErrorKind::unavailable) {
        return loaded.error();
    }
    std::unique_ptr<DeviceLane> devices(new DeviceLane(std::move(topology), std::move(aside),
                                                       std::move(program), std::move(empty)));
    XDPBENCH_TRY(EquippedLane lane, EquippedLane::create(devices->topology_, 0, &devices->program_,
                                                         devices->program_.fd(), mode, capture));
    devices->lane_.emplace(std::move(lane));
    XDPBENCH_CHECK(require_way_out(devices->topology_, devices->target(), mode));
    XDPBENCH_TRY(devices->seen_, devices->lane_->read());
    std::this_thread::sleep_for(kListening);
    XDPBENCH_CHECK(devices->begin(false));
    XDPBENCH_TRY(devices->at_first_, devices->read_loss_counters());
    return devices;
}

Result<void> DeviceLane::park(Generator& generator) const {
    return generator.park(aside_.tester, aside_.parking);
}

Result<void> DeviceLane::watch_redirects() { return lane_->watch_redirects(); }

Error DeviceLane::not_ours(const std::string& what) const {
    return Error{ErrorKind::invalid, what, device_hint(lane_->dut(), lane_->tester()), {}};
}

Result<void> DeviceLane::begin(bool floor) {
    XDPBENCH_CHECK(lane_->replace(floor ? empty_->program() : program_));
    XDPBENCH_TRY(LaneCounts now, lane_->read());
    const LaneCounts idle = since(seen_, now);
    if (frames_moved(idle) > 0) {
        return not_ours(fmt::format(
            "frames move while none are sent: {} handled by the program, {} came back, {} reached "
            "the stack",
            thousands(idle.handled()), thousands(idle.received), thousands(idle.passed)));
    }
    seen_ = std::move(now);
    return {};
}

Result<DeviceLane::Finished> DeviceLane::finish(std::uint64_t sent) {
    const Patience patience = by_cpumap(target()) ? kForThreads : kForInterrupts;
    const Clock::time_point start = Clock::now();
    Finished finished{{}, start, start};
    std::uint64_t handled = 0;
    std::uint64_t progress = 0;
    for (;;) {
        XDPBENCH_TRY(LaneCounts now, lane_->read());
        const Clock::time_point moment = Clock::now();
        finished.counts = since(seen_, now);
        const Losses seen_lost = finished.counts.losses;
        if (const std::string surplus = name_losses(finished.counts, sent); !surplus.empty())
            return not_ours(surplus);
        if (finished.counts.handled() != handled) {
            handled = finished.counts.handled();
            finished.handled = moment;
        }
        if (const std::uint64_t moved = frames_moved(finished.counts); moved != progress) {
            progress = moved;
            finished.last = moment;
        }
        if (all_known(finished.counts.losses, seen_lost) ||
            moment - finished.last > patience.delay) {
            seen_ = std::move(now);
            break;
        }
        if (interrupted()) return interrupted_error();
        if (moment - start > patience.backlog)
            return not_ours(fmt::format("frames still arrive {} s after the last one was sent",
                                        patience.backlog / std::chrono::seconds(1)));
        std::this_thread::sleep_for(kBetweenLooks);
    }
    if (sent > 0 && handled == 0)
        return not_ours(fmt::format("none of {} reached the program", counted(sent, "frame")));
    XDPBENCH_CHECK(require_some_redirected(finished.counts));
    return finished;
}

// A rate of redirects that all come to nothing would be no figure of theirs.
Result<void> DeviceLane::require_some_redirected(const LaneCounts& counts) const {
    const std::uint64_t redirected = counts.actions[XDP_REDIRECT];
    const auto lost = counts.losses.find("lost_after_redirect");
    if (redirected == 0 || lost == counts.losses.end() || lost->second < redirected) return {};
    return Error{
        ErrorKind::invalid,
        fmt::format("none of {} that the program redirected arrived", counted(redirected, "frame")),
        fmt::format("the driver {} does not send redirected frames, or they were "
                    "redirected to another interface than {}",
                    lane_->dut().driver, lane_->dut().name),
        "ethtool -S and the tracepoints xdp:xdp_redirect_err and xdp:xdp_devmap_xmit tell"};
}

Result<DeviceCounters> DeviceLane::read_loss_counters() const {
    DeviceCounters counters;
    for (const InterfaceInfo* const end : {&lane_->dut(), &lane_->tester()}) {
        XDPBENCH_TRY(const auto driver, driver_counters(topology_.dut, end->name));
        for (const auto& [name, value] : driver) {
            if (speaks_of_loss(name)) counters[end->name + " " + name] = value;
        }
        XDPBENCH_TRY(const InterfaceCounters all, interface_counters(topology_.dut, end->name));
        counters[end->name + " rx_dropped"] = all.rx_dropped;
        counters[end->name + " rx_errors"] = all.rx_errors;
        counters[end->name + " tx_dropped"] = all.tx_dropped;
        counters[end->name + " tx_errors"] = all.tx_errors;
    }
    return counters;
}

Result<DeviceCounters> DeviceLane::loss_counters() const {
    XDPBENCH_TRY(DeviceCounters counters, read_loss_counters());
    for (auto& [name, value] : counters) {
        const auto before = at_first_.find(name);
        value -= before == at_first_.end() ? 0 : std::min(value, before->second);
    }
    std::erase_if(counters, [](const auto& counter) { return counter.second == 0; });
    return counters;
}

Result<Program> load_for_mode(const Subject& subject, const Topology& devices, Mode mode) {
    if (mode != Mode::offload) return load_program(subject, devices);
    XDPBENCH_TRY(Program program, open_for_device(subject));
    XDPBENCH_CHECK(load_into_device(program, devices.lanes[0].dut));
    return program;
}

std::string device_hint(const InterfaceInfo& device, const InterfaceInfo& peer) {
    return fmt::format(
        "{0} and {1} are not joined by a cable, something else sends on it (a daemon, IPv6: "
        "sysctl net.ipv6.conf.{0}.disable_ipv6), or frames were lost: ethtool -S {0} may tell",
        device.name, peer.name);
}

}  // namespace xdpbench
