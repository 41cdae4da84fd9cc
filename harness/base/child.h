// Child processes without a shell, bounded in time and output.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/confinement.h"
#include "base/result.h"

namespace xdpbench {

struct ChildOutput {
    int exit_code = -1;  // of the program; 128 + signal if a signal ended it
    std::string out;     // standard output
    std::string err;     // standard error
};

struct ChildLimits {
    std::chrono::milliseconds time{10'000};
    std::size_t output_bytes = 1 << 20;  // of each stream; more is an error
    std::optional<Confinement> confinement = {};
};

// Runs `arguments[0]` (looked up in the system's folders, never in PATH or in ".") with `input` on
// standard input and waits for it. The child is killed when the calling thread or this process
// dies, and with its own children when `limits` are passed or when the run is interrupted. A
// program that is not there or cannot be run is an Error; a non-zero exit code is not: the caller
// knows what it means. Call from a thread inside a network namespace and the child is in it too.
Result<ChildOutput> run_child(const std::vector<std::string>& arguments,
                              const std::string& input = {}, ChildLimits limits = {});

}  // namespace xdpbench
