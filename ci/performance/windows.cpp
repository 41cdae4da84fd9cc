// Measured in this process: generators, the fresh-packet loop, topologies. Windows that are
// compared take turns.
#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "bpf/bpf_options.h"
#include "bpf/program.h"
#include "model/run.h"
#include "net/network.h"
#include "packet/pcap.h"
#include "parts.h"
#include "stats/summary.h"
#include "target/target.h"
#include "testbed/empty_program.h"
#include "testbed/instrumented_link.h"
#include "testbed/settled.h"
#include "traffic/core.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"
#include "traffic/placement.h"
#include "traffic/refresh_loop.h"

namespace xdpbench {
namespace {

constexpr int kTurns = 10;                 // of replay and constant frame in a round
constexpr std::uint64_t kWindow = 50'000;  // frames of a window of the generators

Result<bpf::Program> fixture_drop() {
    XDPBENCH_TRY(const std::filesystem::path data, target::data_folder());
    XDPBENCH_TRY(bpf::Program program, bpf::Program::open(data / "bpf" / "xdp_drop.bpf.o"));
    XDPBENCH_CHECK(program.load());
    return program;
}

// Ratios or differences of windows that took turns, each with what the core gave meanwhile.
class PairedWindows {
  public:
    void add(double value, const traffic::CoreReadings& core) {
        values_.push_back(value);
        ipc_.push_back(core.cycle_ns() ? core.ipc() : 0);
    }
    // The middle of those on a core that no other thread shared.
    [[nodiscard]] double middle() const {
        const double fewest = model::own_core_ipc(ipc_) * model::kOwnCore;
        std::vector<double> own;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            if (ipc_[i] >= fewest) own.push_back(values_[i]);
        }
        return stats::median(own).value_or(0);
    }

  private:
    std::vector<double> values_;
    std::vector<double> ipc_;
};

// Frames a second that the program handled of one generator window.
Result<double> generator_rate(traffic::Generator& generator, const net::Network& network,
                              const testbed::InstrumentedLink& link, std::uint64_t& lost) {
    XDPBENCH_TRY(const testbed::LinkCounts before, link.read());
    const Clock::time_point start = Clock::now();
    XDPBENCH_CHECK(generator.send(network.tester, link.tester().index, kWindow));
    const double seconds = seconds_since(start);
    XDPBENCH_TRY(const testbed::LinkCounts counts, testbed::settled(link, before, kWindow));
    lost += kWindow - counts.handled();
    return static_cast<double>(counts.handled()) / seconds;
}

// The same of tcpreplay, over the time that it itself says it sent.
Result<double> tcpreplay_rate(const net::Network& network, const testbed::InstrumentedLink& link,
                              const std::filesystem::path& pcap) {
    XDPBENCH_TRY(const testbed::LinkCounts before, link.read());
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(network.tester));
    XDPBENCH_TRY(const ChildOutput output,
                 run_child({"tcpreplay", "--topspeed", "--preload-pcap", "--loop=200", "-i",
                            link.tester().name, pcap.string()},
                           {}, {std::chrono::seconds(60), 1 << 20}));
    XDPBENCH_TRY(const testbed::LinkCounts now, link.read());
    const std::size_t at = output.out.find("sent in ");
    if (output.exit_code != 0 || at == std::string::npos)
        return Error{ErrorKind::system, "tcpreplay failed: " + output.err, {}, {}};
    return static_cast<double>(testbed::since(before, now).handled()) /
           std::strtod(output.out.c_str() + at + 8, nullptr);
}

// ns of CPU that a run of an attached program takes in one test run of `runs`.
Result<double> bare_ns(const net::NetNs& netns, int program_fd, std::vector<std::uint8_t> frame,
                       std::uint32_t runs) {
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    auto options = bpf::bpf_options<bpf_test_run_opts>();
    options.data_in = frame.data();
    options.data_size_in = static_cast<std::uint32_t>(frame.size());
    options.repeat = static_cast<int>(runs);
    const auto cpu_ns = [] {
        timespec now = {};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
    };
    const double before = cpu_ns();
    if (::bpf_prog_test_run_opts(program_fd, &options) != 0)
        return system_error("cannot test-run the empty program", errno);
    return (cpu_ns() - before) / static_cast<double>(runs);
}

}  // namespace

Result<std::filesystem::path> fixture_traffic() {
    XDPBENCH_TRY(const std::filesystem::path data, target::data_folder());
    return data / "pcaps" / "udp_64.pcap";
}

Result<Rates> measure_generators() {
    XDPBENCH_TRY(const std::filesystem::path pcap, fixture_traffic());
    XDPBENCH_TRY(const packet::Frames frames, packet::read_frames(pcap));
    XDPBENCH_TRY(const net::Network network, net::Network::create(1, 60));
    XDPBENCH_TRY(const bpf::Program program, fixture_drop());
    XDPBENCH_TRY(const testbed::InstrumentedLink link,
                 testbed::InstrumentedLink::create(network, 0, &program, program.fd(),
                                                   model::Mode::native, {}));
    XDPBENCH_TRY(traffic::Generator replay, traffic::Generator::create(frames));
    XDPBENCH_TRY(traffic::Generator constant, traffic::Generator::create({frames.front()}));
    // Both generators are spared the wait for RCU, each on one end of the idle pair.
    XDPBENCH_CHECK(replay.park(network.tester, network.parking));
    XDPBENCH_TRY(const net::InterfaceInfo other_end,
                 net::query_interface(network.tester, network.parking.name + "_peer"));
    XDPBENCH_CHECK(constant.park(network.tester, other_end));
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(traffic::measuring_cpu()));
    Rates rates;
    PairedWindows to_constant;
    std::uint64_t warm_up_lost = 0;
    XDPBENCH_CHECK(generator_rate(replay, network, link, warm_up_lost));
    for (int round = 0; round < kRounds; ++round) {
        std::vector<double> replayed;
        std::vector<double> sent_constant;
        for (int turn = 0; turn < kTurns; ++turn) {
            traffic::CoreReadings core;
            core.read_width();
            XDPBENCH_TRY(const double first, generator_rate(replay, network, link, rates.lost));
            core.read_clock();
            core.read_width();
            XDPBENCH_TRY(const double second, generator_rate(constant, network, link, rates.lost));
            core.read_width();
            to_constant.add(first / second, core);
            replayed.push_back(first);
            sent_constant.push_back(second);
        }
        rates.replay.push_back(stats::median(replayed).value_or(0));
        rates.constant.push_back(stats::median(sent_constant).value_or(0));
        XDPBENCH_TRY(const double other, tcpreplay_rate(network, link, pcap));
        rates.tcpreplay.push_back(other);
    }
    rates.to_constant = to_constant.middle();
    return rates;
}

Result<double> topology_milliseconds() {
    std::vector<double> samples;
    for (int i = 0; i < 4 * kRounds; ++i) {
        const Clock::time_point start = Clock::now();
        { XDPBENCH_TRY(const net::Network network, net::Network::create(1, 1514)); }
        samples.push_back(seconds_since(start) * 1e3);
    }
    return stats::median(samples).value_or(0);
}

// The empty program in the loop and bare, in windows that take turns.
Result<double> loop_overhead_ns() {
    constexpr std::uint32_t kRuns = 100'000;  // some 2 ms
    constexpr int kWindows = 500;
    XDPBENCH_TRY(const std::filesystem::path pcap, fixture_traffic());
    XDPBENCH_TRY(const packet::Frames frames, packet::read_frames(pcap));
    XDPBENCH_TRY(const net::Network network, net::Network::create(1, 60));
    XDPBENCH_TRY(const bpf::Program program, fixture_drop());
    XDPBENCH_TRY(const testbed::EmptyProgram empty,
                 testbed::EmptyProgram::load(model::Action::drop, program, network, 0, 0));
    XDPBENCH_TRY(traffic::RefreshLoop loop, traffic::RefreshLoop::create(frames, false));
    XDPBENCH_CHECK(loop.place(0, empty.fd()));
    // Both are spared the wait for RCU, each on one end of the idle pair.
    XDPBENCH_CHECK(loop.park(network.tester, network.parking));
    XDPBENCH_TRY(const net::InterfaceInfo other_end,
                 net::query_interface(network.tester, network.parking.name + "_peer"));
    XDPBENCH_TRY(const bpf::XdpLink parked,
                 bpf::XdpLink::attach(network.tester, other_end, empty.fd(), model::Mode::native));
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(traffic::measuring_cpu()));
    PairedWindows added;
    for (int i = 0; i < kWindows; ++i) {
        traffic::CoreReadings core;
        core.read_width();
        XDPBENCH_TRY(const traffic::TimedRuns timed, loop.run(network.tester, 0, kRuns));
        core.read_clock();
        core.read_width();
        XDPBENCH_TRY(const double bare,
                     bare_ns(network.tester, empty.fd(), frames.front().bytes, kRuns));
        core.read_width();
        added.add(timed.ns_per_packet() - bare, core);
    }
    return added.middle();
}

}  // namespace xdpbench
