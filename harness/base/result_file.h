// Files that a run leaves beside its result.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace xdpbench {

// "results/<target>-<UTC time>-<process>.<extension>", below the current folder; for a file with an
// invented name (Naming::invented), because several processes may come to the same one.
[[nodiscard]] std::string result_file_name(std::string_view target, std::string_view extension);

// Writes the error's log, if it has one, to a file and says in the error where it is, or why it
// could not be written. The error has none any more.
[[nodiscard]] Error save_log(Error error);

}  // namespace xdpbench
