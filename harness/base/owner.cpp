#include "base/owner.h"

#include <fcntl.h>
#include <sys/stat.h>
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

bool caller_may(InFolder what, int folder) {
    const std::optional<Owner> caller = sudo_caller();
    if (!caller || caller->user == 0) return true;
    struct stat status = {};
    if (::fstat(folder, &status) != 0) return false;
    constexpr mode_t kSearch = 1;
    constexpr mode_t kWrite = 2;
    const mode_t needed = what == InFolder::write ? kWrite | kSearch : kSearch;
    // Those of the owner, of the group or of others: the first that is meant decides.
    constexpr unsigned kBitsEach = 3;
    const unsigned shift = status.st_uid == caller->user    ? 2 * kBitsEach
                           : status.st_gid == caller->group ? kBitsEach
                                                            : 0;
    return ((status.st_mode >> shift) & needed) == needed;
}

void give_to_caller(int fd, int folder) {
    const std::optional<Owner> caller = sudo_caller();
    if (caller && caller_may(InFolder::write, folder))
        (void)::fchownat(fd, "", caller->user, caller->group, AT_EMPTY_PATH);
}

}  // namespace xdpbench
