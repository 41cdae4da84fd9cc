#include "commands/modes.h"

#include <algorithm>
#include <optional>

#include "commands/choices.h"
#include "commands/suggestion.h"

namespace xdpbench::commands {

Result<model::Mode> parse_mode(const std::string& name) {
    if (const std::optional<model::Mode> mode = model::parse_mode(name)) return *mode;
    return unknown_value("--mode", name, "mode", kModes);
}

Result<std::vector<model::Mode>> parse_modes(const std::vector<std::string>& names) {
    const std::vector<model::Mode> all{model::Mode::generic, model::Mode::native,
                                       model::Mode::offload};
    std::vector<model::Mode> modes;
    for (const std::string& name : names) {
        if (name == "all") return all;
        const std::optional<model::Mode> mode = model::parse_mode(name);
        if (!mode) return unknown_value("--mode", name, "mode", kModesAndAll);
        if (std::find(modes.begin(), modes.end(), *mode) == modes.end()) modes.push_back(*mode);
    }
    return modes;
}

}  // namespace xdpbench::commands
