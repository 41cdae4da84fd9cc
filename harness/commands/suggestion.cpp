#include "commands/suggestion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"

namespace xdpbench::commands {
Error unknown_value(const std::string& option, const std::string& typed, const std::string& noun,
                    const std::vector<std::string>& choices) {
    return input_error(fmt::format("{} {}: there is no such {}{}", option, typed, noun,
                                   did_you_mean(typed, choices)),
                       fmt::format("choose from {}", fmt::join(choices, ", ")));
}

}  // namespace xdpbench::commands
