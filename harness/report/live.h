// What `xdp-bench attach` shows while it runs: lines for a person, or one JSON object a line.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace xdpbench {

// A counter that is looked at again and again.
struct LiveCount {
    std::uint64_t total = 0;  // since the program was attached
    std::uint64_t added = 0;  // since the previous sample

    [[nodiscard]] double rate(double seconds) const {
        return seconds > 0 ? static_cast<double>(added) / seconds : 0;
    }
};

// Of one action.
struct LiveAction {
    LiveCount packets;
    LiveCount bytes;  // without FCS
};
using LiveActions = std::array<LiveAction, 5>;  // by enum xdp_action

struct LiveCpu {
    int cpu = 0;
    LiveActions actions{};
};

struct LiveSample {
    double seconds = 0;  // measured, since the previous sample
    // By the program's own counters; nothing if it has none.
    std::optional<LiveActions> actions;
    std::vector<LiveCpu> cpus;  // those that handled a frame since the program was attached
    // Without them in native mode: the driver's XDP counters by its own names, over all queues.
    std::map<std::string, LiveCount> driver;
};

// What is in force, as the kernel says it.
struct LiveStatus {
    std::string interface;
    std::string driver;
    std::string mode;
    std::uint32_t id = 0;  // of the program
    std::string name;      // its function
    std::string object;
    std::string tag;
    std::uint32_t jited_bytes = 0;  // 0: not jited
    std::uint32_t link = 0;         // id of the bpf_link
    std::string counted_by;         // "the program's map xdp_counters"
};

class LiveReport {
  public:
    // With `json` standard output gets one JSON object a line, and standard error what is said
    // beside it.
    explicit LiveReport(bool json) : json_(json) {}

    void attached(const LiveStatus& status);
    void replaced(const LiveStatus& status);
    void sample(const LiveSample& sample);
    // `reason`: "SIGINT", "quit" ...
    void detached(const LiveStatus& status, const std::string& reason);
    // The answer to a command, lines with their ends.
    void answer(const std::string& lines);

    // False once standard output cannot be written to any more.
    [[nodiscard]] bool flush();

  private:
    bool json_;
};

// The lines of a sample, `clock` in front ("14:03:22").
[[nodiscard]] std::string sample_text(const LiveSample& sample, const std::string& clock);
// One JSON object with its line's end; `time` in UTC.
[[nodiscard]] std::string sample_json(const LiveSample& sample, const std::string& time);

}  // namespace xdpbench
