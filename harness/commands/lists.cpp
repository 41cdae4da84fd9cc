#include "commands/lists.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"

namespace xdpbench::commands {

Result<std::vector<std::string>> list_items(const std::string& option,
                                            const std::vector<std::string>& values) {
    std::vector<std::string> items = split_all(values, ',');
    if (std::find(items.begin(), items.end(), "") == items.end()) return items;
    return input_error(
        fmt::format("{} {}: one item of the list is empty", option, fmt::join(values, " ")),
        "separate the items by one comma each, without spaces");
}

}  // namespace xdpbench::commands
