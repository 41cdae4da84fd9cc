// Measured of xdp-bench itself, run as a user does.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/child.h"
#include "base/clock.h"
#include "packet/pcap.h"
#include "parts.h"
#include "stats/summary.h"
#include "traffic/placement.h"

namespace xdpbench {
namespace {

constexpr std::uint64_t kLargePcapFrames = 500'000;
constexpr std::uint64_t kGibibyte = 1ULL << 30;

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
                 run_child(arguments, {}, {std::chrono::seconds(900), 1 << 24}));
    ToolRun run{seconds_since(start), nlohmann::json::parse(output.out, nullptr, false)};
    // 3: a measurement is invalid, which a busy machine may make it.
    if (output.exit_code != 0 && output.exit_code != 3)
        return Error{ErrorKind::system, "xdp-bench failed: " + output.err, {}, {}};
    return run;
}

// A pcap of `count` copies of the fixture's frames, padded to `length` bytes, below `folder`.
// Written as a stream: the memory of this process would be counted as that of the children it
// forks.
Result<std::filesystem::path> large_pcap(const std::filesystem::path& folder, std::uint64_t count,
                                         std::size_t length) {
    XDPBENCH_TRY(const std::filesystem::path small, fixture_traffic());
    XDPBENCH_TRY(const packet::Frames some, packet::read_frames(small));
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

Repeatability repeatability_of(const nlohmann::json& bench) {
    constexpr std::size_t kEnough = 20;
    std::vector<double> at_clock;
    std::vector<double> timed;
    Repeatability repeatability;
    for (const nlohmann::json& round : bench["rounds"]) {
        if (round.value("excluded", false)) {
            ++repeatability.left_out;
            continue;
        }
        at_clock.push_back(round["ns_per_packet"].get<double>());
        timed.push_back(round.value("timed_ns_per_packet", at_clock.back()));
        if (at_clock.size() < kEnough) continue;
        repeatability.at_clock = *stats::relative_range(at_clock) * 100;
        repeatability.timed = *stats::relative_range(timed) * 100;
        break;
    }
    return repeatability;
}

}  // namespace

Result<double> check_replay_seconds() {
    std::vector<double> samples;
    for (int i = 0; i < kRounds; ++i) {
        XDPBENCH_TRY(const ToolRun run,
                     run_tool({"--mode", "native", "--prog", "icmp_lb", "--only", "check,replay"}));
        samples.push_back(run.seconds);
    }
    return stats::median(samples).value_or(0);
}

Result<MainJob> measure_main_job() {
    XDPBENCH_TRY(const ToolRun run, run_tool({"--mode", "native", "--prog", "icmp_lb"}));
    MainJob job;
    job.seconds = run.seconds;
    std::vector<double> reached;
    std::vector<double> first;
    for (const nlohmann::json& bench : run.result["benches"]) {
        if (bench.contains("precision"))
            reached.push_back(bench["precision"]["reached"].get<double>() * 100);
        if (bench.contains("first_figure_seconds"))
            first.push_back(bench["first_figure_seconds"].get<double>());
    }
    if (reached.size() == run.result["benches"].size() && !reached.empty())
        job.precision = *stats::max(reached);
    if (!first.empty()) job.first_figure = *stats::min(first);
    rusage usage = {};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    job.peak_mebibytes = static_cast<double>(usage.ru_maxrss) / 1024;
    return job;
}

Result<double> all_checks_seconds() {
    XDPBENCH_TRY(const ToolRun run,
                 run_tool({"--prog", "all", "--mode", "generic,native", "--only", "check,replay"}));
    return run.seconds;
}

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

Result<Benches> measure_benches() {
    std::vector<std::string> arguments{"--prog", "xdp_drop", "--only", "bench"};
    std::vector<int> cpus = traffic::allowed_cpus();
    const bool several = cpus.size() > 1;
    if (several) {
        cpus.erase(cpus.begin(), cpus.end() - 2);
        arguments.insert(arguments.end(), {"--cpus", fmt::format("{}", fmt::join(cpus, ","))});
    }
    XDPBENCH_TRY(const ToolRun run, run_tool(arguments));
    Benches benches;
    for (const nlohmann::json& bench : run.result["benches"])
        benches.user_share = std::max(benches.user_share, bench["harness_cpu_share"].get<double>());
    if (!several) return benches;
    const nlohmann::json& both = run.result["scalings"][0]["steps"][1];
    benches.efficiency = both["efficiency"].get<double>();
    benches.speedup = both["speedup"].get<double>();
    return benches;
}

Result<std::vector<Repeatability>> measure_repeatability() {
    XDPBENCH_TRY(const ToolRun run, run_tool({"--prog", "icmp_lb", "--only", "bench", "--rounds",
                                              "40", "--duration", "1s"}));
    std::vector<Repeatability> each;
    for (const nlohmann::json& bench : run.result["benches"])
        each.push_back(repeatability_of(bench));
    return each;
}

}  // namespace xdpbench
