// How errors about a scenario are worded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/location.h"

namespace xdpbench::scenario {

// An input error "file:line:column: <what>"; only `what` where the place is in no file.
[[nodiscard]] Error error_at(const model::Location& where, std::string_view what);

// `error`, which knows nothing of files, with its place in one.
[[nodiscard]] Error placed(const model::Location& where, const Error& error);

// Text from a file as it may be shown on a terminal: in quotes, one line, not too long.
[[nodiscard]] std::string in_quotes(std::string_view text);

// "a, b or c".
[[nodiscard]] std::string alternatives(const std::vector<std::string>& names);

// What to say after a name that is none of `known`: " (did you mean 'b'?)", or ": expected a, b or
// c".
[[nodiscard]] std::string correction(std::string_view typed, const std::vector<std::string>& known);

}  // namespace xdpbench::scenario
