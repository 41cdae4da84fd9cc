// "KIND:NAME" in a configuration stands for a number that is known only later: the index of an
// interface once the network exists, the file descriptor of a program once it is loaded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scenario/scenario.h"

namespace xdpbench::scenario {

// The number that NAME, written at `where`, stands for; or an error that says what there is.
using NumberOf =
    std::function<Result<std::int64_t>(const model::Location& where, const std::string& name)>;

// Puts the number in the place of every "KIND:NAME" of this kind, in keys and members too.
Result<void> replace_references(model::Value& value, std::string_view kind,
                                const NumberOf& number_of);
Result<void> replace_references(Configuration& configuration, std::string_view kind,
                                const NumberOf& number_of);

}  // namespace xdpbench::scenario
