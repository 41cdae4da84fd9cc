#include "engine/device_lane.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <thread>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "engine/device_books.h"
#include "engine/offload_program.h"
#include "kernel/device_topology.h"

namespace xdpbench {
namespace {

// Frames that do not come within this time are lost. Interrupts of a device that collects frames
// come every few milliseconds at most.
constexpr auto kLongestDelay = std::chrono::milliseconds(100);
// Frames that still come after this time are not ours.
constexpr auto kLongestBacklog = std::chrono::seconds(1);
constexpr auto kListening = std::chrono::milliseconds(200);
constexpr auto kBetweenLooks = std::chrono::microseconds(100);

// The reference program that does nothing with a frame but this.
Result<Program> load_empty(Action action, const Program& beside, const InterfaceInfo& device,
                           Mode mode) {
    if (action == Action::redirect) {
        return unavailable_error(
            "there is no floor to time a redirect against over real interfaces",
            "the empty program of a redirect does not count its frames, and no driver does so "
            "dependably",
            "offer it rates: --rate, or --only search");
    }
    std::string name(action_name(action));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    XDPBENCH_TRY(Program program, open_reference(name, mode == Mode::offload));
    if (beside.has_frags()) {
        // As the program under test: a driver may treat the two kinds differently.
        bpf_program* const empty =
            ::bpf_object__find_program_by_name(program.handle(), name.c_str());
        ::bpf_program__set_flags(empty, ::bpf_program__flags(empty) | BPF_F_XDP_HAS_FRAGS);
    }
    XDPBENCH_CHECK(mode == Mode::offload ? load_into_device(program, device) : program.load());
    return program;
}

bool speaks_of_loss(const std::string& name) {
    constexpr std::array<std::string_view, 7> kWords{"drop",    "err",   "miss",  "discard",
                                                     "overrun", "_full", "no_buf"};
    // What an XDP program drops is no loss.
    if (name.find("xdp_drop") != std::string::npos) return false;
    return std::any_of(kWords.begin(), kWords.end(),
                       [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

// Nothing equal is beside a device whose scenario leads to a third interface.
Result<Topology> pair_of_devices(const BenchCase& bench, std::size_t longest_frame) {
    if (topology_of(*bench.subject) != TopologyKind::pair)
        return unavailable_error(
            "the scenario redirects to a third interface: --dev and --peer are a pair");
    return join_devices(*bench.devices, *bench.mode, longest_frame);
}

}  // namespace

DeviceLane::DeviceLane(Topology topology, Topology aside, Program program,
                       std::optional<Program> empty)
    : topology_(std::move(topology)),
      aside_(std::move(aside)),
      program_(std::move(program)),
      empty_(std::move(empty)) {}

Result<std::unique_ptr<DeviceLane>> DeviceLane::create(const BenchCase& bench,
                                                       std::size_t longest_frame,
                                                       std::optional<Action> floor,
                                                       Capture capture) {
    XDPBENCH_TRY(Topology topology, pair_of_devices(bench, longest_frame));
    XDPBENCH_TRY(Topology aside, Topology::create(0, 0));
    XDPBENCH_TRY(Program program, load_for_mode(*bench.subject, topology, *bench.mode));
    std::optional<Program> empty;
    if (floor) {
        XDPBENCH_TRY(empty, load_empty(*floor, program, topology.lanes[0].dut, *bench.mode));
    }
    std::unique_ptr<DeviceLane> devices(new DeviceLane(std::move(topology), std::move(aside),
                                                       std::move(program), std::move(empty)));
    XDPBENCH_TRY(EquippedLane lane,
                 EquippedLane::create(devices->topology_, 0, &devices->program_,
                                      devices->program_.fd(), *bench.mode, capture));
    devices->lane_.emplace(std::move(lane));
    XDPBENCH_TRY(devices->seen_, devices->lane_->read());
    std::this_thread::sleep_for(kListening);
    XDPBENCH_CHECK(devices->begin(false));
    XDPBENCH_TRY(devices->at_first_, devices->read_loss_counters());
    return devices;
}

Result<void> DeviceLane::park(Generator& generator) const {
    return generator.park(aside_.tester, aside_.parking);
}

Error DeviceLane::not_ours(const std::string& what) const {
    return Error{ErrorKind::invalid, what, device_hint(lane_->dut(), lane_->tester()), {}};
}

Result<void> DeviceLane::begin(bool floor) {
    XDPBENCH_CHECK(lane_->replace(floor ? *empty_ : program_));
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
    const Clock::time_point start = Clock::now();
    Finished finished{{}, start};
    std::uint64_t progress = 0;
    for (;;) {
        XDPBENCH_TRY(LaneCounts now, lane_->read());
        const Clock::time_point moment = Clock::now();
        finished.counts = since(seen_, now);
        if (const std::string surplus = name_losses(finished.counts, sent); !surplus.empty())
            return not_ours(surplus);
        if (const std::uint64_t moved = frames_moved(finished.counts); moved != progress) {
            progress = moved;
            finished.last = moment;
        }
        if (finished.counts.losses.empty() || moment - finished.last > kLongestDelay) {
            seen_ = std::move(now);
            break;
        }
        if (interrupted()) return interrupted_error();
        if (moment - start > kLongestBacklog)
            return not_ours("frames still arrive a second after the last one was sent");
        std::this_thread::sleep_for(kBetweenLooks);
    }
    if (sent > 0 && finished.counts.handled() == 0)
        return not_ours(fmt::format("none of {} reached the program", counted(sent, "frame")));
    return finished;
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
