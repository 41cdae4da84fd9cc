#include "base/owner.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "base/number.h"

namespace xdpbench {
namespace {

std::optional<unsigned> number_in_environment(const char* name) {
    const char* const value = ::getenv(name);
    if (value == nullptr) return std::nullopt;
    return parse_number<unsigned>(value);
}

}  // namespace

std::optional<Owner> sudo_caller() {
    if (::geteuid() != 0) return std::nullopt;
    const std::optional<unsigned> user = number_in_environment("SUDO_UID");
    const std::optional<unsigned> group = number_in_environment("SUDO_GID");
    if (!user) return std::nullopt;
    constexpr auto kUnchanged = static_cast<gid_t>(-1);
    return Owner{*user, group.value_or(kUnchanged)};
}

void give_to_caller(int fd) {
    const std::optional<Owner> caller = sudo_caller();
    if (caller) (void)::fchownat(fd, "", caller->user, caller->group, AT_EMPTY_PATH);
}

}  // namespace xdpbench
