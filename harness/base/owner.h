// Whose the files are that this process makes.
#pragma once

#include <sys/types.h>

#include <optional>

namespace xdpbench {

struct Owner {
    uid_t user;
    gid_t group;
};

// Who called this process through sudo (SUDO_UID, SUDO_GID); nothing if nobody did. Without a group
// it is the number for which chown(2) leaves the group as it is.
[[nodiscard]] std::optional<Owner> sudo_caller();

// Whether the caller of sudo could do that in the open folder himself, as far as its owner, group
// and mode tell; whoever is not called through sudo may do what the kernel lets him.
enum class InFolder { search, write };
[[nodiscard]] bool caller_may(InFolder what, int folder);

// Gives a file or folder that this process has just made in `folder` to the caller of sudo, if
// there is one who could have made it there. What fails is no error: it stays root's.
void give_to_caller(int fd, int folder);

}  // namespace xdpbench
