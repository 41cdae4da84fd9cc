// Which commit a folder has checked out. Reads the few files that say so and never runs git: it
// executes what a repository's configuration names, and this tool runs as root.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace xdpbench::probe {

struct Checkout {
    std::string commit;  // hexadecimal, in full
    std::string branch;  // empty where HEAD is detached
};

// Of the repository that `folder` lies in, also of a linked worktree or a submodule. Nothing if
// there is none, if its `.git` belongs to another user than the folder around it (somebody may have
// planted it in /tmp), or if its references are kept in another form than files.
[[nodiscard]] std::optional<Checkout> find_checkout(const std::filesystem::path& folder);

}  // namespace xdpbench::probe
