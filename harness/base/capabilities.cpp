#include "base/capabilities.h"

#include <cap-ng.h>
#include <linux/capability.h>

#include <algorithm>

namespace xdpbench {
namespace {

Error cannot_give_up(const char* step) {
    return unavailable_error(std::string("cannot give up privileges: ") + step + " failed",
                             "/proc is missing, or a security module forbids it",
                             "run where /proc is mounted");
}

}  // namespace

Result<void> keep_capabilities(std::span<const int> needed) {
    if (::capng_get_caps_process() != 0) return cannot_give_up("reading the capabilities");
    const bool bounded = ::capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 1;
    constexpr auto kAll = static_cast<capng_type_t>(
        CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE | CAPNG_BOUNDING_SET | CAPNG_AMBIENT);
    for (unsigned capability = 0; capability <= CAP_LAST_CAP; ++capability) {
        const bool keep =
            std::find(needed.begin(), needed.end(), static_cast<int>(capability)) != needed.end();
        if (!keep) (void)::capng_update(CAPNG_DROP, kAll, capability);
    }
    // The bounding set first: to change it takes a capability that goes, too.
    if (bounded && ::capng_apply(CAPNG_SELECT_BOUNDS) != 0)
        return cannot_give_up("changing the bounding set");
    if (::capng_apply(CAPNG_SELECT_CAPS) != 0) return cannot_give_up("changing the capabilities");
    return {};
}

}  // namespace xdpbench
