// Which maps of others a program changes when it runs.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "base/result.h"
#include "bpf/existing_program.h"

namespace xdpbench::bpf {

// Of all these programs and of those that they tail-call or have run behind a redirect.
Result<SharedState> shared_state_of(const std::vector<std::uint32_t>& programs);

}  // namespace xdpbench::bpf
