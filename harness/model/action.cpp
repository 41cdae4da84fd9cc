#include "model/action.h"

#include <array>

#include "base/enum_names.h"

namespace xdpbench::model {
namespace {

constexpr std::array<std::string_view, kActionCount> kActions{"XDP_ABORTED", "XDP_DROP", "XDP_PASS",
                                                              "XDP_TX", "XDP_REDIRECT"};

}  // namespace

std::string_view action_name(Action action) {
    return kActions.at(static_cast<std::size_t>(action));
}

std::optional<Action> parse_action(std::string_view name) {
    return find_name<Action>(kActions, name);
}

}  // namespace xdpbench::model
