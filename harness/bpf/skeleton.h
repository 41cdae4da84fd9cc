// The global variables of the tool's own BPF programs.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "base/result.h"

namespace xdpbench::bpf {

// libbpf maps the variables of a loaded skeleton into memory; without a word it goes on where that
// failed. `variables` is the skeleton's `bss`.
[[nodiscard]] inline Result<void> require_variables(const void* variables,
                                                    std::string_view program) {
    if (variables != nullptr) return {};
    return Error{ErrorKind::system,
                 fmt::format("cannot reach the variables of {}: no array could be made that is "
                             "mapped into memory (bpf(2), mmap(2))",
                             program),
                 "a kernel before 5.5, or memory or file descriptors are used up",
                 "free some and run again"};
}

}  // namespace xdpbench::bpf
