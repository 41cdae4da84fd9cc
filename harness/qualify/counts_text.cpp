#include "qualify/counts_text.h"

#include <fmt/format.h>

namespace xdpbench::qualify {

std::string counts_text(const ProgramCounts& counts) {
    std::string text;
    for (std::size_t i = 0; i < counts.actions.size(); ++i) {
        if (counts.actions.at(i) == 0) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counts.actions.at(i),
                            model::action_name(static_cast<model::Action>(i)));
    }
    return text.empty() ? "the program saw none" : "the program counted " + text;
}

}  // namespace xdpbench::qualify
