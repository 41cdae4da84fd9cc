#include "bench/external.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/attach.h"
#include "bpf/counters.h"
#include "net/interface.h"
#include "net/port_network.h"
#include "testbed/far_end.h"
#include "testbed/instrumented_link.h"
#include "testbed/port_link.h"
#include "testbed/port_losses.h"
#include "traffic/quiet_cpu.h"
#include "traffic/sink.h"

namespace xdpbench::bench {
namespace {

using Progress = std::function<void(const std::string&)>;
using Counters = std::map<std::string, std::uint64_t>;

constexpr auto kLookAgain = std::chrono::milliseconds(10);
constexpr double kIntervals = 10;
constexpr double kShortestInterval = 0.1;

// How much each rose; those that did not are left out.
Counters risen(const Counters& before, const Counters& now) {
    Counters rose;
    for (const auto& [name, value] : now) {
        const auto found = before.find(name);
        const std::uint64_t old = found == before.end() ? 0 : found->second;
        if (value > old) rose[name] = value - old;
    }
    return rose;
}

// Everything that is read at one moment.
struct Moment {
    Clock::time_point time;
    std::uint64_t handled = 0;
    model::ActionTally actions{};
    std::vector<model::CpuTally> cpus;
    std::uint64_t passed = 0;
    std::uint64_t forwarded = 0;
    Counters device;
    Counters driver;
    Counters losses;
    std::map<int, double> busy;
    std::map<int, double> softirq;
};

// The program on the port, and all that counts.
class ExternalRig {
  public:
    static Result<std::unique_ptr<ExternalRig>> create(const BenchCase& bench);

    // Only what tells whether frames arrive.
    Result<std::uint64_t> handled() const;
    Result<Moment> read() const;
    [[nodiscard]] std::string counted_by() const;

  private:
    ExternalRig(net::Network network, bpf::Program program)
        : network_(std::move(network)), program_(std::move(program)) {}
    Result<void> equip(const BenchCase& bench);
    Result<void> add_actions(Moment& moment) const;
    [[nodiscard]] const net::Link& link() const { return network_.links.front(); }

    net::Network network_;
    bpf::Program program_;
    bool counts_ = false;  // the program has the counters' map
    std::optional<traffic::Sink> stack_;
    std::optional<traffic::Sink> far_;
    std::optional<bpf::XdpLink> out_;
    std::optional<bpf::XdpLink> xdp_;
};

Result<std::unique_ptr<ExternalRig>> ExternalRig::create(const BenchCase& bench) {
    XDPBENCH_TRY(net::Network network, net::join_ports(*bench.devices, *bench.mode, 0));
    XDPBENCH_TRY(bpf::Program program, testbed::load_for_mode(*bench.target, network, *bench.mode));
    std::unique_ptr<ExternalRig> rig(new ExternalRig(std::move(network), std::move(program)));
    XDPBENCH_CHECK(rig->equip(bench));
    return rig;
}

Result<void> ExternalRig::equip(const BenchCase& bench) {
    XDPBENCH_TRY(const auto counters, bpf::read_counters(program_));
    counts_ = counters.has_value();
    XDPBENCH_TRY(stack_,
                 traffic::Sink::attach(network_.dut, link().dut, traffic::SinkPlace::socket));
    if (link().far && link().far->readable) {
        XDPBENCH_TRY(far_, testbed::sink_at_far_end(network_, *link().far, {}));
    }
    if (link().far && *bench.mode == model::Mode::native) {
        XDPBENCH_TRY(out_, testbed::open_way_out(network_, link().far->out, program_));
    }
    XDPBENCH_TRY(xdp_, bpf::XdpLink::attach(network_.dut, link().dut, program_.fd(), *bench.mode));
    XDPBENCH_CHECK(net::await_carrier(network_.dut, link().dut));
    return {};
}

std::string ExternalRig::counted_by() const {
    if (counts_) return "the program's map " XDP_COUNTERS_MAP;
    return fmt::format("rx_packets of {}: the program has no map " XDP_COUNTERS_MAP,
                       link().dut.name);
}

Result<void> ExternalRig::add_actions(Moment& moment) const {
    XDPBENCH_TRY(const auto counters, bpf::read_counters(program_));
    if (!counters) return {};
    for (std::size_t cpu = 0; cpu < counters->size(); ++cpu) {
        model::CpuTally tally{static_cast<int>(cpu), {}};
        for (std::size_t action = 0; action < moment.actions.size(); ++action) {
            tally.actions[action] = (*counters)[cpu][action].packets;
            moment.actions[action] += tally.actions[action];
            moment.handled += tally.actions[action];
        }
        moment.cpus.push_back(tally);
    }
    return {};
}

Result<std::uint64_t> ExternalRig::handled() const {
    if (!counts_) {
        XDPBENCH_TRY(const auto counters, net::interface_counters(network_.dut, link().dut.name));
        return counters.rx_packets;
    }
    Moment moment;
    XDPBENCH_CHECK(add_actions(moment));
    return moment.handled;
}

Result<Moment> ExternalRig::read() const {
    Moment moment;
    const std::string& name = link().dut.name;
    XDPBENCH_CHECK(add_actions(moment));
    moment.time = Clock::now();
    XDPBENCH_TRY(const auto all, net::interface_counters(network_.dut, name));
    if (!counts_) moment.handled = all.rx_packets;
    moment.device = {{"rx_packets", all.rx_packets}, {"tx_packets", all.tx_packets}};
    XDPBENCH_TRY(moment.driver, net::driver_counters(network_.dut, name));
    XDPBENCH_TRY(moment.losses, testbed::read_port_losses(network_.dut, name));
    XDPBENCH_TRY(moment.passed, stack_->arrived());
    if (far_) {
        XDPBENCH_TRY(moment.forwarded, far_->arrived());
    } else if (link().far) {
        XDPBENCH_TRY(const auto out, net::interface_counters(network_.dut, link().far->out.name));
        moment.forwarded = out.tx_packets;
    }
    const std::string stat = read_entry("/proc/stat");
    moment.busy = traffic::parse_busy_ticks(stat);
    moment.softirq = traffic::parse_softirq_ticks(stat);
    return moment;
}

// Nothing was sent, or nothing got here: never a result.
Error nothing_arrived(const BenchCase& bench, double seconds, const ExternalRig& rig) {
    const std::string& device = bench.devices->device;
    return Error{
        ErrorKind::system,
        fmt::format("no frame arrived at {} within {:g} s ({})", device, seconds, rig.counted_by()),
        "the generator does not send yet, or not to this port: wrong cable, VLAN, or a "
        "MAC address that a switch does not know",
        fmt::format("start the generator first; see: ethtool -S {}, ip -s link show {}", device,
                    device)};
}

// Until the first frame is there; returns how long that took.
Result<double> await_first(const BenchCase& bench, const ExternalRig& rig, double seconds,
                           const Progress& progress) {
    progress(fmt::format("{}: waiting for frames at {}", bench.name(), bench.devices->device));
    const auto start = Clock::now();
    XDPBENCH_TRY(const std::uint64_t before, rig.handled());
    while (seconds_since(start) < seconds) {
        if (interrupted()) return interrupted_error();
        XDPBENCH_TRY(const std::uint64_t now, rig.handled());
        if (now > before) return seconds_since(start);
        std::this_thread::sleep_for(kLookAgain);
    }
    return nothing_arrived(bench, seconds, rig);
}

std::map<int, double> shares(const std::map<int, double>& before, const std::map<int, double>& now,
                             double seconds) {
    constexpr double kTicks = 100;  // a second, USER_HZ
    std::map<int, double> result;
    for (const auto& [cpu, ticks] : now) {
        const auto found = before.find(cpu);
        if (found != before.end())
            result[cpu] = std::clamp((ticks - found->second) / kTicks / seconds, 0.0, 1.0);
    }
    return result;
}

std::uint64_t missing(std::uint64_t of, std::uint64_t there) { return of - std::min(of, there); }

void conclude(const Moment& first, const Moment& last, model::ExternalRecord& record) {
    record.seconds = std::chrono::duration<double>(last.time - first.time).count();
    record.handled = last.handled - first.handled;
    for (std::size_t i = 0; i < record.actions.size(); ++i)
        record.actions[i] = last.actions[i] - first.actions[i];
    for (std::size_t cpu = 0; cpu < last.cpus.size(); ++cpu) {
        model::CpuTally tally = last.cpus[cpu];
        for (std::size_t i = 0; i < tally.actions.size(); ++i)
            tally.actions[i] -= first.cpus[cpu].actions[i];
        if (tally.actions != model::ActionTally{}) record.cpus.push_back(tally);
    }
    record.passed = last.passed - first.passed;
    record.forwarded = last.forwarded - first.forwarded;
    record.device = risen(first.device, last.device);
    record.queues = risen(first.driver, last.driver);
    std::erase_if(record.queues, [](const auto& one) { return !counts_queue(one.first); });
    for (auto& [name, value] : risen(first.losses, last.losses)) record.losses[name] = value;
    record.cpu_busy = shares(first.busy, last.busy, record.seconds);
    record.cpu_softirq = shares(first.softirq, last.softirq, record.seconds);
}

// What left the program and arrived nowhere. Frames are on their way when counters are read: only
// more than a thousandth is a loss.
void name_losses_after(const BenchCase& bench, model::ExternalRecord& record) {
    constexpr std::uint64_t kOnTheWay = 1000;
    const auto name = [&](const char* loss, model::Action action, std::uint64_t arrived) {
        const std::uint64_t left = record.actions.at(static_cast<std::size_t>(action));
        const std::uint64_t lost = missing(left, arrived);
        if (lost > left / kOnTheWay + 64) record.losses[loss] = lost;
    };
    name("lost_after_pass", model::Action::pass, record.passed);
    if (!bench.devices->out.empty())
        name("lost_after_redirect", model::Action::redirect, record.forwarded);
}

Result<void> count(const BenchCase& bench, double seconds, const Progress& progress,
                   model::ExternalRecord& record) {
    XDPBENCH_TRY(const std::unique_ptr<ExternalRig> rig, ExternalRig::create(bench));
    record.setup.counted_by = rig->counted_by();
    XDPBENCH_TRY(record.first_frame_seconds, await_first(bench, *rig, seconds, progress));
    XDPBENCH_TRY(const Moment first, rig->read());
    const double interval = std::max(seconds / kIntervals, kShortestInterval);
    Moment last = first;
    while (seconds_since(first.time) < seconds) {
        const double left = seconds - seconds_since(first.time);
        const auto end = Clock::now() + std::chrono::duration<double>(std::min(interval, left));
        while (Clock::now() < end && !interrupted()) std::this_thread::sleep_for(kLookAgain);
        if (interrupted()) return interrupted_error();
        XDPBENCH_TRY(Moment now, rig->read());
        const double each = std::chrono::duration<double>(now.time - last.time).count();
        record.rates.push_back(static_cast<double>(now.handled - last.handled) / each);
        progress(fmt::format("{}: {} ({:.0f} of {:g} s)", bench.name(),
                             rate_text(record.rates.back()), seconds_since(first.time), seconds));
        last = std::move(now);
    }
    conclude(first, last, record);
    name_losses_after(bench, record);
    if (record.handled == 0) return nothing_arrived(bench, seconds, *rig);
    return {};
}

}  // namespace

bool counts_queue(std::string_view name) {
    const bool numbered = std::any_of(
        name.begin(), name.end(), [](unsigned char letter) { return std::isdigit(letter) != 0; });
    const bool sizes = name.find("byte") != std::string_view::npos;  // "rx_65_to_127_byte_packets"
    return numbered && !sizes && name.starts_with("rx") && name.ends_with("packets");
}

model::ExternalRecord count_external(const BenchCase& bench, double seconds,
                                     const Progress& progress) {
    model::ExternalRecord record;
    record.setup = begin_setup(bench);
    record.setup.traffic = "external";
    record.setup.generator_cpus.clear();
    const Result<void> counted_all = count(bench, seconds, progress, record);
    if (!counted_all) model::end_with(record, counted_all.error());
    return record;
}

}  // namespace xdpbench::bench
