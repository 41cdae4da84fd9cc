// Object files of which the end is missing.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace xdpbench::bpf {

// An input error if `content`, an ELF file's, ends before its table of sections does. libbpf names
// every object that it cannot read alike. `name` is for the error.
Result<void> require_whole(const std::string& name, std::string_view content);

}  // namespace xdpbench::bpf
