// Interfaces, and what their drivers do with programs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/mode.h"

namespace xdpbench::model {

// One step of what offload mode does with a device.
struct OffloadStep {
    std::string name;
    bool held = false;
    std::string detail;  // what was seen, or what refused it
};

// Whether a device took a program.
enum class Acceptance {
    accepted,
    refused,
    failed  // a step after it was accepted did not hold
};
[[nodiscard]] std::string_view name_of(Acceptance acceptance);

// Whether it was seen to execute it.
enum class Execution { executed, not_executed, unknown };
[[nodiscard]] std::string_view name_of(Execution execution);

// What a device did with a program that it was given (`--mode offload --dev`).
struct OffloadRecord {
    std::string program;
    std::string object;
    std::string device;
    std::string driver;
    std::string firmware;
    Acceptance acceptance = Acceptance::refused;
    Execution execution = Execution::unknown;
    std::string evidence;  // of the execution, or why it is unknown
    std::vector<OffloadStep> steps;
    std::uint64_t sent = 0;  // frames towards the device while the program was attached
    std::uint64_t reached_stack = 0;
    std::uint64_t counted_by_program = 0;                  // by its map in the device
    std::map<std::string, std::uint64_t> device_counters;  // of the driver, that went up meanwhile
};

// What an attach mode does on a device.
struct AttachModeRecord {
    Mode mode = Mode::native;
    bool works = false;
    std::string answer;  // one line: what was seen, or the refusal
};

// An interface as `doctor --dev` finds it. A number is 0 where nobody says.
struct DeviceRecord {
    std::string name;
    std::string driver;    // empty: the device has none
    std::string firmware;  // the same
    bool up = false;
    bool carrier = false;
    std::vector<std::pair<std::string, std::uint32_t>> queues;  // "rx in use" ...
    std::uint32_t mtu = 0;                                      // bytes
    std::uint32_t min_mtu = 0;
    std::uint32_t max_mtu = 0;
    std::vector<std::string> features;  // switched on, by the kernel's names
    bool declares = false;              // the kernel has the netlink family netdev
    std::uint64_t declared_features = 0;
    std::string declared_names;
    std::vector<std::pair<Mode, std::uint32_t>> attached;  // mode and program id
    std::vector<AttachModeRecord> modes;                   // empty: not tried
    std::string modes_untried;                             // why not
    std::uint32_t max_mtu_with_xdp = 0;   // of a native program without xdp.frags; 0: not tried
    std::string max_mtu_with_xdp_source;  // how it was found, or why it was not
};

}  // namespace xdpbench::model
