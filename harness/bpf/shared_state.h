// Which maps of others a program changes when it runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/device_maps.h"

namespace xdpbench::bpf {

// What a program may change, and so what others may notice.
struct SharedState {
    std::vector<std::string> writes;   // "counters (percpu_array): stores to its values"
    std::vector<std::string> unknown;  // why there may be more
    // Where it may send frames to: what it redirects into. Of a program of which the instructions
    // do not tell, all that it has.
    std::vector<DeviceMap> device_maps = {};
    std::vector<std::uint32_t> programs = {};  // ids of all that were looked at
};

// Of all these programs and of those that they tail-call or have run behind a redirect.
Result<SharedState> shared_state_of(const std::vector<std::uint32_t>& programs);

}  // namespace xdpbench::bpf
