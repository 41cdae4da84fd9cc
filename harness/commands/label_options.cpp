#include "commands/label_options.h"

#include <fmt/format.h>

#include <string_view>

#include "base/text.h"
#include "commands/lists.h"
#include "commands/options.h"

namespace xdpbench::commands {
namespace {

constexpr std::size_t kLongestValue = 256;

// A name that OpenMetrics takes for a label, too.
bool is_label_name(std::string_view name) {
    constexpr std::string_view kDigits = "0123456789";
    constexpr std::string_view kAll =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return !name.empty() && kDigits.find(name.front()) == std::string_view::npos &&
           name.find_first_not_of(kAll) == std::string_view::npos;
}

}  // namespace

void add_label_option(CLI::App& app, std::vector<std::string>& labels) {
    add_option(app, "--label", labels,
               "labels of the result, for history (default: commit, branch and build of the "
               "program's git checkout and of the CI job)")
        .type_name("NAME=VALUE,...")
        .group(kOutputGroup);
}

Result<model::Labels> parse_labels(const std::vector<std::string>& labels) {
    model::Labels result;
    XDPBENCH_TRY(const std::vector<std::string> items, list_items("--label", labels));
    for (const std::string& item : items) {
        const std::size_t sign = item.find('=');
        const std::string name = item.substr(0, sign);
        const std::string value = sign == std::string::npos ? "" : item.substr(sign + 1);
        if (!is_label_name(name) || value.empty())
            return input_error(fmt::format("--label {} is not NAME=VALUE", item),
                               "a name has letters, digits and _, as in --label commit=1a2b3c4");
        if (find_unprintable(value) || value.size() > kLongestValue)
            return input_error(
                fmt::format("--label {}: the value is longer than {} bytes, or has "
                            "bytes that cannot be printed",
                            name, kLongestValue));
        if (!result.emplace(name, value).second)
            return input_error(fmt::format("--label names {} twice", name));
    }
    return result;
}

}  // namespace xdpbench::commands
