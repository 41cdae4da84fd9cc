#include "testbed/port_link.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <thread>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "net/port_network.h"
#include "target/offload_program.h"
#include "testbed/port_accounting.h"
#include "testbed/port_losses.h"

namespace xdpbench::testbed {
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

bool by_cpumap(const std::optional<RedirectPath>& redirect_path) {
    return redirect_path && redirect_path->means == RedirectPath::Means::cpumap;
}

// What a native program redirects out of the interface the driver has to send.
Result<void> require_way_out(const net::Network& devices,
                             const std::optional<RedirectPath>& redirect_path, model::Mode mode) {
    if (mode != model::Mode::native || !redirect_path || by_cpumap(redirect_path)) return {};
    if (devices.links.front().far && !redirect_path->back)
        return {};  // looked at when it was opened
    return net::require_sends_redirected(devices.dut, devices.links.front().dut,
                                         "use --mode generic: the stack sends them then");
}

}  // namespace

PortLink::PortLink(net::Network network, net::Network aside, bpf::Program program, model::Mode mode,
                   std::optional<EmptyProgram> empty)
    : network_(std::move(network)),
      aside_(std::move(aside)),
      program_(std::move(program)),
      mode_(mode),
      empty_(std::move(empty)) {}

Result<std::unique_ptr<PortLink>> PortLink::create(const target::Target& target,
                                                   const net::Ports& ends, model::Mode mode,
                                                   std::size_t longest_frame, model::Action action,
                                                   BaselineWish baseline,
                                                   traffic::Capture capture) {
    XDPBENCH_TRY(net::Network network, net::join_ports(ends, mode, longest_frame));
    XDPBENCH_TRY(net::Network aside, net::Network::create(0, 0));
    XDPBENCH_TRY(bpf::Program program, load_for_mode(target, network, mode));
    Result<EmptyProgram> loaded = EmptyProgram::load_counting(action, program, network, mode);
    std::optional<EmptyProgram> empty;
    if (loaded) {
        empty.emplace(std::move(*loaded));
    } else if (baseline == BaselineWish::needed || loaded.error().kind != ErrorKind::unavailable) {
        return loaded.error();
    }
    std::unique_ptr<PortLink> devices(new PortLink(std::move(network), std::move(aside),
                                                   std::move(program), mode, std::move(empty)));
    XDPBENCH_TRY(InstrumentedLink link,
                 InstrumentedLink::create(devices->network_, 0, &devices->program_,
                                          devices->program_.fd(), mode, capture, target.xsk));
    devices->link_.emplace(std::move(link));
    XDPBENCH_CHECK(require_way_out(devices->network_, devices->redirect_path(), mode));
    XDPBENCH_TRY(devices->seen_, devices->link_->read());
    std::this_thread::sleep_for(kListening);
    XDPBENCH_CHECK(devices->begin(false));
    XDPBENCH_TRY(devices->at_first_, devices->read_loss_counters());
    return devices;
}

Result<void> PortLink::park(traffic::FrameSender& sender) const {
    return sender.park(aside_.tester, aside_.parking);
}

Result<void> PortLink::watch_tracepoints() { return link_->watch_tracepoints(); }

Error PortLink::not_ours(const std::string& what) const {
    return Error{ErrorKind::invalid, what, device_hint(link_->dut(), link_->tester()), {}};
}

Result<void> PortLink::begin(bool baseline) {
    return begin(baseline ? empty_->program() : program_);
}

Result<void> PortLink::begin_dropping() {
    if (!drops_) {
        XDPBENCH_TRY(EmptyProgram drops,
                     EmptyProgram::load_counting(model::Action::drop, program_, network_, mode_));
        drops_ = std::make_unique<EmptyProgram>(std::move(drops));
    }
    return begin(drops_->program());
}

Result<void> PortLink::begin(const bpf::Program& program) {
    XDPBENCH_CHECK(link_->replace(program));
    XDPBENCH_TRY(LinkCounts now, link_->read());
    const LinkCounts idle = since(seen_, now);
    if (frames_moved(idle) > 0) {
        return not_ours(fmt::format(
            "frames move while none are sent: {} handled by the program, {} came back, {} reached "
            "the stack{}",
            thousands(idle.handled()), thousands(idle.received), thousands(idle.passed),
            idle.forwarded > 0
                ? fmt::format(", {} left by the third port", thousands(idle.forwarded))
                : ""));
    }
    seen_ = std::move(now);
    return {};
}

Result<void> PortLink::start_over(const bpf::Program& program) {
    XDPBENCH_CHECK(link_->start_over(program));
    XDPBENCH_TRY(seen_, link_->read());
    return {};
}

std::chrono::steady_clock::time_point PortLink::last_of(const Finished& finished) const {
    const std::optional<net::FarEnd>& far = network_.links.front().far;
    return far && !far->readable ? finished.handled : finished.last;
}

Result<PortLink::Finished> PortLink::finish(std::uint64_t sent) {
    const net::Link& link = network_.links.front();
    const bool counted_by_port = link.far && !link.far->readable;  // some count late
    const Patience patience =
        by_cpumap(redirect_path()) || counted_by_port ? kForThreads : kForInterrupts;
    const Clock::time_point start = Clock::now();
    Finished finished{{}, start, start};
    std::uint64_t handled = 0;
    std::uint64_t progress = 0;
    for (;;) {
        XDPBENCH_TRY(LinkCounts now, link_->read());
        const Clock::time_point moment = Clock::now();
        finished.counts = since(seen_, now);
        const model::Losses seen_lost = finished.counts.losses;
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

// If all redirects fail, their rate means nothing.
Result<void> PortLink::require_some_redirected(const LinkCounts& counts) const {
    const std::uint64_t redirected = counts.actions[XDP_REDIRECT];
    const auto lost = counts.losses.find("lost_after_redirect");
    if (redirected == 0 || lost == counts.losses.end() || lost->second < redirected) return {};
    const net::Link& link = network_.links.front();
    const net::InterfaceInfo& out = link.far ? link.far->out : link.dut;
    return Error{
        ErrorKind::invalid,
        fmt::format("none of {} that the program redirected arrived", counted(redirected, "frame")),
        fmt::format("the driver {} does not send redirected frames, or they were "
                    "redirected to another interface than {}",
                    out.driver, out.name),
        "ethtool -S and the tracepoints xdp:xdp_redirect_err and xdp:xdp_devmap_xmit tell"};
}

Result<DeviceCounters> PortLink::read_loss_counters() const {
    DeviceCounters counters;
    for (const net::InterfaceInfo* const end : {&link_->dut(), &link_->tester()}) {
        if (end == &link_->tester() && !network_.tester_is_here()) continue;
        XDPBENCH_TRY(const auto of_port, read_port_losses(network_.dut, end->name));
        for (const auto& [name, value] : of_port) counters[end->name + " " + name] = value;
    }
    return counters;
}

Result<DeviceCounters> PortLink::loss_counters() const {
    XDPBENCH_TRY(DeviceCounters counters, read_loss_counters());
    for (auto& [name, value] : counters) {
        const auto before = at_first_.find(name);
        value -= before == at_first_.end() ? 0 : std::min(value, before->second);
    }
    std::erase_if(counters, [](const auto& counter) { return counter.second == 0; });
    return counters;
}

Result<bpf::Program> load_for_mode(const target::Target& target, const net::Network& devices,
                                   model::Mode mode) {
    if (target.scenario.network)
        return unavailable_error(
            fmt::format("the scenario of {} sets up a network for its program (addresses, routes, "
                        "neighbours), and that of real ports is not changed",
                        target.scenario.name),
            {}, "leave --dev and --peer out: the tool makes the network then");
    if (mode != model::Mode::offload) return target::load_program(target, devices);
    XDPBENCH_TRY(bpf::Program program, target::open_for_device(target));
    XDPBENCH_CHECK(target::load_into_device(program, devices.links[0].dut));
    return program;
}

std::string device_hint(const net::InterfaceInfo& device, const net::InterfaceInfo& peer) {
    return fmt::format(
        "{0} and {1} are not joined by a cable, something else sends on it (a daemon, IPv6: "
        "sysctl net.ipv6.conf.{0}.disable_ipv6), or frames were lost: ethtool -S {0} may tell",
        device.name, peer.name);
}

}  // namespace xdpbench::testbed
