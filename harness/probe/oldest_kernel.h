// The oldest kernel that the harness runs on.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace xdpbench::probe {

// What every program of the harness or every test run builds on, and what it is called.
struct Foundation {
    std::string_view name;  // "atomic operations in BPF programs"
    std::function<Result<std::string>()> attempt;
};

[[nodiscard]] const std::vector<Foundation>& foundations();

// Nothing, or one unavailable error that names this kernel, what it lacks and the oldest kernel
// that has it. Tried, not concluded from the version. Called before anything is created; takes less
// than a millisecond. Needs the privileges of require_privileges().
Result<void> require_kernel();

// The pure part. `release`: `uname -r`.
Result<void> require_foundations(const std::vector<Foundation>& foundations,
                                 std::string_view release);

}  // namespace xdpbench::probe
