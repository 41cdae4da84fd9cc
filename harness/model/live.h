// What `xdp-bench attach` sees while a program is attached, and who is told.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/action.h"
#include "model/mode.h"
#include "model/value.h"

namespace xdpbench::model {

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

// Of one of the program's event maps.
struct LiveEvents {
    std::string map;
    LiveCount received;
    std::optional<LiveCount> lost;  // found the buffer full; nothing: nobody counts them
    std::uint64_t not_shown = 0;    // received, but there was no time to show them at the end
};

struct LiveSample {
    double seconds = 0;  // measured, since the previous sample
    // By the program's own counters; nothing if it has none.
    std::optional<LiveActions> actions;
    std::vector<LiveCpu> cpus;  // those that handled a frame since the program was attached
    // Without them in native mode: the driver's XDP counters by its own names, over all queues.
    std::map<std::string, LiveCount> driver;
    std::vector<LiveEvents> events;
};

// What is in force, as the kernel says it.
struct LiveStatus {
    std::string interface;
    std::string driver;
    Mode mode = Mode::native;
    std::uint32_t id = 0;  // of the program
    std::string name;      // its function
    std::string object;
    std::string tag;
    std::uint32_t jited_bytes = 0;  // 0: not jited
    std::uint32_t link = 0;         // id of the bpf_link
    std::string counted_by;         // "the program's map xdp_counters"
};

// A record that the program wrote for user space.
struct LiveEvent {
    std::string map;
    std::uint64_t number = 0;  // of this map's, from 0
    int cpu = -1;              // that wrote it; -1: a ring buffer does not say
    std::string text;          // "source=198.18.0.1 destination=198.18.0.2"
    Value record;              // typed by BTF, or "hex:..."
};

// Is told what happens; reports implement it.
class LiveListener {
  public:
    LiveListener() = default;
    virtual ~LiveListener() = default;
    LiveListener(const LiveListener&) = delete;
    LiveListener& operator=(const LiveListener&) = delete;
    LiveListener(LiveListener&&) = delete;
    LiveListener& operator=(LiveListener&&) = delete;

    virtual void attached(const LiveStatus& status) = 0;
    virtual void replaced(const LiveStatus& status) = 0;
    virtual void sample(const LiveSample& sample) = 0;
    virtual void event(const LiveEvent& event) = 0;
    // `reason`: "SIGINT", "quit" ...
    virtual void detached(const LiveStatus& status, const std::string& reason) = 0;
    // The answer to a command, lines with their ends.
    virtual void answer(const std::string& lines) = 0;
    // Writes what was reported. A signal ends it, and the rest is written the next time. False once
    // standard output cannot be written to any more.
    [[nodiscard]] virtual bool flush() = 0;
};

}  // namespace xdpbench::model
