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

// Gives an open file or folder that this process has just made to the caller of sudo, if there is
// one. What fails is no error: the file stays root's.
void give_to_caller(int fd);

}  // namespace xdpbench
