#include "commands/modes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace xdpbench::commands {

Result<std::vector<model::Mode>> parse_modes(const std::vector<std::string>& names) {
    const std::vector<model::Mode> all{model::Mode::generic, model::Mode::native,
                                       model::Mode::offload};
    std::vector<model::Mode> modes;
    for (const std::string& name : names) {
        if (name == "all") return all;
        const std::optional<model::Mode> mode = model::parse_mode(name);
        if (!mode) {
            const std::optional<std::string> near =
                nearest(name, {"generic", "native", "offload", "all"});
            return input_error(fmt::format("--mode {}: there is no such mode{}", name,
                                           near ? fmt::format("; did you mean {}?", *near) : ""),
                               "choose from generic, native, offload, all");
        }
        if (std::find(modes.begin(), modes.end(), *mode) == modes.end()) modes.push_back(*mode);
    }
    return modes;
}

}  // namespace xdpbench::commands
