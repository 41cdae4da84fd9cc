// Folders opened before anything is made in them, so that nobody can move them away meanwhile.
#pragma once

#include <filesystem>

#include "base/unique_fd.h"

namespace xdpbench {

// Which symbolic links on the way to a folder are followed.
enum class Links {
    all,      // whoever named the folder means them
    trusted,  // those of root and of the user that this process acts for: another user may have
              // planted the rest. One that is not trusted fails with ELOOP. Where one leads to,
              // nothing is made, and nothing opened (EACCES) that the caller of sudo could not
              // write to himself.
};

// The folder (O_PATH); those that are missing are made, and belong to the caller of sudo. Invalid
// with errno set if it cannot be opened. An empty path is the current folder.
[[nodiscard]] UniqueFd open_folder(const std::filesystem::path& path, Links links);

}  // namespace xdpbench
