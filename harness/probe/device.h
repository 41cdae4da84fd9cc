// `xdp-bench doctor --dev`: what one interface is and what it does with XDP.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/run.h"

namespace xdpbench::probe {

struct DeviceTrial {
    bool modes = false;  // attach and detach a program in every mode: may reset the link
    bool mtu = false;    // also change the MTU, to find the largest one with XDP, and put it back
};

// Reads what the interface `name` of the caller's namespace reports, and tries what `trial`
// allows. What is tried is undone; a device on which XDP is in use is not touched (said in the
// record).
Result<model::DeviceRecord> describe_device(const std::string& name, DeviceTrial trial);

// What a result over real interfaces depends on besides the machine: device and peer with their
// drivers, firmware and queues, as "device", "device_driver" and so on; "unknown" where they do not
// say.
Result<std::vector<std::pair<std::string, std::string>>> device_environment(
    const std::string& device, const std::optional<std::string>& peer);

}  // namespace xdpbench::probe
