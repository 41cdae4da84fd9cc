// The performance that the README promises, measured again by anybody: xdp-bench-performance.
// Every throughput is a ratio of windows that took turns within this one run. Exit 1 if a demand is
// missed.
#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <sys/resource.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "engine/empty_program.h"
#include "engine/lane.h"
#include "engine/subject.h"
#include "kernel/bpf_options.h"
#include "kernel/program.h"
#include "kernel/topology.h"
#include "packet/pcap.h"
#include "report/model.h"
#include "stats/summary.h"
#include "traffic/core.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"
#include "traffic/placement.h"
#include "traffic/refresh_loop.h"

namespace xdpbench {
namespace {

constexpr int kRounds = 7;
constexpr int kTurns = 10;                 // of replay and constant frame in a round
constexpr std::uint64_t kWindow = 50'000;  // frames of a window of the generators
constexpr std::uint64_t kLargePcapFrames = 500'000;
constexpr std::uint64_t kGibibyte = 1ULL << 30;

// One line of the table, and whether the demand is met.
struct Demand {
    std::string what;
    double measured = 0;
    const char* unit = "";
    bool at_least = true;  // else at most
    double limit = 0;

    [[nodiscard]] bool met() const { return at_least ? measured >= limit : measured <= limit; }
    void print() const {
        fmt::print("{:<66} {:>12.2f} {:<6} {} {:<9.6g} {}\n", what, measured, unit,
                   at_least ? ">=" : "<=", limit, met() ? "met" : "MISSED");
    }
};

class Fixture {
  public:
    static Result<std::filesystem::path> traffic() {
        XDPBENCH_TRY(const std::filesystem::path data, data_folder());
        return data / "pcaps" / "udp_64.pcap";
    }
    static Result<Program> drop() {
        XDPBENCH_TRY(const std::filesystem::path data, data_folder());
        XDPBENCH_TRY(Program program, Program::open(data / "bpf" / "xdp_drop.bpf.o"));
        XDPBENCH_CHECK(program.load());
        return program;
    }
};

// Ratios or differences of windows that took turns, each with what the core gave meanwhile.
class PairedWindows {
  public:
    void add(double value, const CoreReadings& core) {
        values_.push_back(value);
        ipc_.push_back(core.cycle_ns() ? core.ipc() : 0);
    }
    // The middle of those on a core that no other thread shared.
    [[nodiscard]] double middle() const {
        const double fewest = own_core_ipc(ipc_) * kOwnCore;
        std::vector<double> own;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            if (ipc_[i] >= fewest) own.push_back(values_[i]);
        }
        return median(own).value_or(0);
    }

  private:
    std::vector<double> values_;
    std::vector<double> ipc_;
};

struct Rates {
    PairedWindows to_constant;  // replay's rate over the constant frame's
    std::vector<double> replay;
    std::vector<double> constant;
    std::vector<double> tcpreplay;
    std::uint64_t lost = 0;
};

// Frames a second that the program handled of one generator window.
Result<double> generator_rate(Generator& generator, const Topology& topology,
                              const EquippedLane& lane, std::uint64_t& lost) {
    XDPBENCH_TRY(const LaneCounts before, lane.read());
    const Clock::time_point start = Clock::now();
    XDPBENCH_CHECK(generator.send(topology.tester, lane.tester().index, kWindow));
    const double seconds = seconds_since(start);
    XDPBENCH_TRY(const LaneCounts counts, settled(lane, before, kWindow));
    lost += kWindow - counts.handled();
    return static_cast<double>(counts.handled()) / seconds;
}

// The same of tcpreplay, over the time that it itself says it sent.
Result<double> tcpreplay_rate(const Topology& topology, const EquippedLane& lane,
                              const std::filesystem::path& pcap) {
    XDPBENCH_TRY(const LaneCounts before, lane.read());
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(topology.tester));
    XDPBENCH_TRY(const ChildOutput output,
                 run_child({"tcpreplay", "--topspeed", "--preload-pcap", "--loop=200", "-i",
                            lane.tester().name, pcap.string()},
                           {}, {std::chrono::seconds(60), 1 << 20}));
    XDPBENCH_TRY(const LaneCounts now, lane.read());
    const std::size_t at = output.out.find("sent in ");
    if (output.exit_code != 0 || at == std::string::npos)
        return Error{ErrorKind::system, "tcpreplay failed: " + output.err, {}, {}};
    return static_cast<double>(since(before, now).handled()) /
           std::strtod(output.out.c_str() + at + 8, nullptr);
}

Result<Rates> measure_generators() {
    XDPBENCH_TRY(const std::filesystem::path pcap, Fixture::traffic());
    XDPBENCH_TRY(const Frames frames, read_frames(pcap));
    XDPBENCH_TRY(const Topology topology, Topology::create(1, 60));
    XDPBENCH_TRY(const Program program, Fixture::drop());
    XDPBENCH_TRY(const EquippedLane lane,
                 EquippedLane::create(topology, 0, &program, program.fd(), Mode::native, {}));
    XDPBENCH_TRY(Generator replay, Generator::create(frames));
    XDPBENCH_TRY(Generator constant, Generator::create({frames.front()}));
    // Both generators are spared the wait for RCU, each on one end of the idle pair.
    XDPBENCH_CHECK(replay.park(topology.tester, topology.parking));
    XDPBENCH_TRY(const InterfaceInfo other_end,
                 query_interface(topology.tester, topology.parking.name + "_peer"));
    XDPBENCH_CHECK(constant.park(topology.tester, other_end));
    XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(measuring_cpu()));
    Rates rates;
    std::uint64_t warm_up_lost = 0;
    XDPBENCH_CHECK(generator_rate(replay, topology, lane, warm_up_lost));
    for (int round = 0; round < kRounds; ++round) {
        std::vector<double> replayed;
        std::vector<double> sent_constant;
        for (int turn = 0; turn < kTurns; ++turn) {
            CoreReadings core;
            core.read_width();
            XDPBENCH_TRY(const double first, generator_rate(replay, topology, lane, rates.lost));
            core.read_clock();
            core.read_width();
            XDPBENCH_TRY(const double second, generator_rate(constant, topology, lane, rates.lost));
            core.read_width();
            rates.to_constant.add(first / second, core);
            replayed.push_back(first);
            sent_constant.push_back(second);
        }
        rates.replay.push_back(median(replayed).value_or(0));
        rates.constant.push_back(median(sent_constant).value_or(0));
        XDPBENCH_TRY(const double other, tcpreplay_rate(topology, lane, pcap));
        rates.tcpreplay.push_back(other);
    }
    return rates;
}

Result<double> topology_milliseconds() {
    std::vector<double> samples;
    for (int i = 0; i < 4 * kRounds; ++i) {
        const Clock::time_point start = Clock::now();
        { XDPBENCH_TRY(const Topology topology, Topology::create(1, 1514)); }
        samples.push_back(seconds_since(start) * 1e3);
    }
    return median(samples).value_or(0);
}

struct ToolRun {
    double seconds = 0;
    nlohmann::json result;
};

Result<ToolRun> run_tool(std::vector<std::string> arguments) {
    arguments.insert(
        arguments.begin(),
        (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "xdp-bench").string());
    arguments.insert(arguments.end(), {"--json", "-"});
    const Clock::time_point start = Clock::now();
    XDPBENCH_TRY(const ChildOutput output,
                 run_child(arguments, {}, {std::chrono::seconds(300), 1 << 22}));
    ToolRun run{seconds_since(start), nlohmann::json::parse(output.out, nullptr, false)};
    if (output.exit_code != 0)
        return Error{ErrorKind::system, "xdp-bench failed: " + output.err, {}, {}};
    return run;
}

Result<double> check_replay_seconds() {
    std::vector<double> samples;
    for (int i = 0; i < kRounds; ++i) {
        XDPBENCH_TRY(const ToolRun run,
                     run_tool({"--mode", "native", "--prog", "icmp_lb", "--only", "check,replay"}));
        samples.push_back(run.seconds);
    }
    return median(samples).value_or(0);
}

// A pcap of `count` copies of the fixture's frames, padded to `length` bytes, below `folder`.
// Written as a stream: the memory of this process would be counted as that of the children it
// forks.
Result<std::filesystem::path> large_pcap(const std::filesystem::path& folder, std::uint64_t count,
                                         std::size_t length) {
    XDPBENCH_TRY(const std::filesystem::path small, Fixture::traffic());
    XDPBENCH_TRY(const Frames some, read_frames(small));
    const std::filesystem::path path = folder / fmt::format("{}x{}.pcap", count, length);
    const std::array<std::uint32_t, 6> header{0xa1b2c3d4, 0x00040002, 0, 0,
                                              65535,      1};  // libpcap's file format, host order
    const std::array<std::uint32_t, 4> record{0, 0, static_cast<std::uint32_t>(length),
                                              static_cast<std::uint32_t>(length)};
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(header.data()), sizeof(header));
    for (std::uint64_t i = 0; i < count; ++i) {
        std::vector<std::uint8_t> bytes = some[i % some.size()].bytes;
        bytes.resize(length);
        file.write(reinterpret_cast<const char*>(record.data()), sizeof(record));
        file.write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(length));
    }
    file.close();
    if (!file) return system_error("cannot write " + path.string(), errno);
    return path;
}

struct Checks {
    double runs_per_second = 0;
    double peak_mebibytes = 0;  // resident, of the process that read a pcap of 1 GiB
};

Result<Checks> measure_checks() {
    const std::filesystem::path folder = std::filesystem::temp_directory_path() /
                                         fmt::format("xdp-bench-performance-{}", ::getpid());
    std::filesystem::create_directories(folder);
    const auto work = [&]() -> Result<Checks> {
        XDPBENCH_TRY(const std::filesystem::path large, large_pcap(folder, kLargePcapFrames, 60));
        XDPBENCH_TRY(const ToolRun run,
                     run_tool({"--prog", "xdp_pass", "--pcap", large.string(), "--only", "check"}));
        const nlohmann::json& verdict = run.result["verdicts"][0];
        Checks checks;
        checks.runs_per_second = verdict["frames"].get<double>() / verdict["seconds"].get<double>();
        const std::uint64_t long_frames = kGibibyte / (1514 + 16) + 1;
        XDPBENCH_TRY(const std::filesystem::path gibibyte, large_pcap(folder, long_frames, 1514));
        // Children's peak is the largest of all that were waited for: the small ones do not hide
        // it.
        XDPBENCH_CHECK(
            run_tool({"--prog", "xdp_pass", "--pcap", gibibyte.string(), "--only", "check"}));
        rusage usage = {};
        ::getrusage(RUSAGE_CHILDREN, &usage);
        checks.peak_mebibytes = static_cast<double>(usage.ru_maxrss) / 1024;
        return checks;
    };
    Result<Checks> checks = work();
    std::filesystem::remove_all(folder);
    return checks;
}

// What a run of benches says of itself.
struct Benches {
    double user_share = 0;  // the largest of its benches: CPU time in the tool's own code
    double efficiency = 1;  // of two CPUs on one device; 1 where there is one CPU
    double speedup = 1;
};

Result<Benches> measure_benches() {
    std::vector<std::string> arguments{"--prog", "xdp_drop", "--only", "bench"};
    std::vector<int> cpus = allowed_cpus();
    const bool several = cpus.size() > 1;
    if (several) {
        cpus.erase(cpus.begin(), cpus.end() - 2);
        arguments.insert(arguments.end(), {"--cpus", fmt::format("{}", fmt::join(cpus, ","))});
    }
    XDPBENCH_TRY(const ToolRun run, run_tool(arguments));
    Benches benches;
    for (const nlohmann::json& bench : run.result["benches"])
        benches.user_share = std::max(benches.user_share, bench["user_cpu_share"].get<double>());
    if (!several) return benches;
    const nlohmann::json& both = run.result["scalings"][0]["steps"][1];
    benches.efficiency = both["efficiency"].get<double>();
    benches.speedup = both["speedup"].get<double>();
    return benches;
}

// Range over median of the whole path's ns/packet in rounds of a second, per cent.
struct Repeatability {
    double at_clock = std::numeric_limits<double>::quiet_NaN();  // at the run's clock
    double timed = 0;                                            // as timed
    std::size_t shared = 0;  // rounds whose core another thread had part of: not of an idle machine
};

Repeatability repeatability_of(const nlohmann::json& bench) {
    std::vector<double> at_clock;
    std::vector<double> timed;
    Repeatability repeatability;
    for (const nlohmann::json& round : bench["rounds"]) {
        at_clock.push_back(round["ns_per_packet"].get<double>());
        timed.push_back(round.value("timed_ns_per_packet", at_clock.back()));
        if (round.value("core_shared", false)) ++repeatability.shared;
    }
    repeatability.timed = *relative_range(timed) * 100;
    // With some left out they would not be rounds in a row, and the demand is missed.
    if (repeatability.shared == 0) repeatability.at_clock = *relative_range(at_clock) * 100;
    return repeatability;
}

// Of 20 rounds of icmp_lb in a row: alone, and in native mode.
Result<std::vector<Repeatability>> measure_repeatability() {
    XDPBENCH_TRY(const ToolRun run, run_tool({"--prog", "icmp_lb", "--only", "bench", "--rounds",
                                              "20", "--duration", "1s"}));
    std::vector<Repeatability> each;
    for (const nlohmann::json& bench : run.result["benches"])
        each.push_back(repeatability_of(bench));
    return each;
}

// ns of CPU that a run of an attached program takes in one test run of `runs`.
Result<double> bare_ns(const NetNs& netns, int program_fd, std::vector<std::uint8_t> frame,
                       std::uint32_t runs) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    auto options = bpf_options<bpf_test_run_opts>();
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

// What the fresh-packet loop adds to the kernel's own repetition, ns a packet: the empty program in
// the loop and bare, in windows that take turns.
Result<double> loop_overhead_ns() {
    constexpr std::uint32_t kRuns = 100'000;  // some 2 ms
    constexpr int kWindows = 500;
    XDPBENCH_TRY(const std::filesystem::path pcap, Fixture::traffic());
    XDPBENCH_TRY(const Frames frames, read_frames(pcap));
    XDPBENCH_TRY(const Topology topology, Topology::create(1, 60));
    XDPBENCH_TRY(const Program program, Fixture::drop());
    XDPBENCH_TRY(const EmptyProgram empty,
                 EmptyProgram::load(Action::drop, program, topology, 0, 0));
    XDPBENCH_TRY(RefreshLoop loop, RefreshLoop::create(frames, false));
    XDPBENCH_CHECK(loop.place(0, empty.fd()));
    // Both are spared the wait for RCU, each on one end of the idle pair.
    XDPBENCH_CHECK(loop.park(topology.tester, topology.parking));
    XDPBENCH_TRY(const InterfaceInfo other_end,
                 query_interface(topology.tester, topology.parking.name + "_peer"));
    XDPBENCH_TRY(const XdpLink parked,
                 XdpLink::attach(topology.tester, other_end, empty.fd(), Mode::native));
    XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(measuring_cpu()));
    PairedWindows added;
    for (int i = 0; i < kWindows; ++i) {
        CoreReadings core;
        core.read_width();
        XDPBENCH_TRY(const TimedRuns timed, loop.run(topology.tester, 0, kRuns));
        core.read_clock();
        core.read_width();
        XDPBENCH_TRY(const double bare,
                     bare_ns(topology.tester, empty.fd(), frames.front().bytes, kRuns));
        core.read_width();
        added.add(timed.ns_per_packet() - bare, core);
    }
    return added.middle();
}

double ratio(const std::vector<double>& above, const std::vector<double>& below) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < above.size(); ++i) ratios.push_back(above[i] / below[i]);
    return median(ratios).value_or(0);
}

Result<bool> measure_all() {
    std::vector<Demand> demands;
    const auto add = [&](Demand demand) {
        demand.print();
        std::fflush(stdout);
        demands.push_back(std::move(demand));
    };
    XDPBENCH_TRY(const Checks checks, measure_checks());
    XDPBENCH_TRY(const Rates rates, measure_generators());
    fmt::print(
        "medians of {} rounds on CPU {}: replay {:.2f} Mpps, constant frame {:.2f} Mpps, tcpreplay "
        "{:.2f} Mpps\n\n",
        kRounds, measuring_cpu(), median(rates.replay).value_or(0) / 1e6,
        median(rates.constant).value_or(0) / 1e6, median(rates.tcpreplay).value_or(0) / 1e6);
    add({"replay of 1,000 64-byte frames into a native drop, against tcpreplay",
         ratio(rates.replay, rates.tcpreplay), "times", true, 1.8});
    add({"the same, against the same generator sending one constant frame",
         rates.to_constant.middle(), "times", true, 0.95});
    add({"frames lost by both", static_cast<double>(rates.lost), "frames", false, 0});
    XDPBENCH_TRY(const double topology, topology_milliseconds());
    add({"topology up and down", topology, "ms", false, 50});
    XDPBENCH_TRY(const double wall, check_replay_seconds());
    add({"xdp-bench --mode native --prog icmp_lb --only check,replay, warm", wall, "s", false, 1});
    add({"test runs a second over a pcap of 500,000 frames", checks.runs_per_second, "/s", true,
         100'000});
    add({"peak memory of checks over a pcap of 1 GiB", checks.peak_mebibytes, "MiB", false, 64});
    XDPBENCH_TRY(const Benches benches, measure_benches());
    add({"the tool's own code while benching", benches.user_share * 100, "% CPU", false, 1});
    add({"two CPUs with a queue each, against two independent devices", benches.efficiency, "times",
         true, 0.95});
    add({"the same, against one CPU", benches.speedup, "times", true, 1});
    XDPBENCH_TRY(const double overhead, loop_overhead_ns());
    add({"the fresh-packet loop, beside the kernel's own repetition", overhead, "ns", false, 10});
    XDPBENCH_TRY(const std::vector<Repeatability> ranges, measure_repeatability());
    const Repeatability& alone = ranges.at(0);
    const Repeatability& native = ranges.at(1);
    add({"range of ns/packet of 20 rounds of 1 s in a row, icmp_lb alone", alone.at_clock, "%",
         false, 1});
    add({"the same in native mode", native.at_clock, "%", false, 1});
    fmt::print(
        "ns/packet is given at one clock; as timed, while the CPU's moved, {:.1f} % and {:.1f} %; "
        "another thread shared "
        "the core most of the time in {} and {} rounds\n",
        alone.timed, native.timed, alone.shared, native.shared);
    return std::all_of(demands.begin(), demands.end(),
                       [](const Demand& demand) { return demand.met(); });
}

}  // namespace
}  // namespace xdpbench

int main() {
    xdpbench::catch_interrupts();
    xdpbench::set_up_libbpf(false);
    const xdpbench::Result<bool> met = xdpbench::measure_all();
    if (!met) {
        fmt::print(stderr, "xdp-bench-performance: {}\n", met.error().text());
        return 2;
    }
    return *met ? 0 : 1;
}
