#pragma once

#include <string>

#include "model/load.h"

namespace xdpbench::report {

// "rate 500 kpps", "search", "latency 50 %".
[[nodiscard]] std::string load_title(const model::LoadRecord& load);

// What every search has to say: it is not RFC 2544, which tests a device from outside.
[[nodiscard]] std::string search_note(const model::BenchSetup& setup);

}  // namespace xdpbench::report
