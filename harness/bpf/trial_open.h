// Object files that libbpf does not survive.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace xdpbench::bpf {

// libbpf follows offsets and sizes of an object file without checking all of them: a damaged one
// can end the process that opens it. So a child process opens it first. An input error if the child
// did not survive that, or took more than some seconds. `content` is the file's: what was tried
// once is not tried again.
Result<void> require_harmless(const std::filesystem::path& object, const std::string& content);

}  // namespace xdpbench::bpf
