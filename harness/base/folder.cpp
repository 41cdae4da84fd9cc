#include "base/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "base/owner.h"

namespace xdpbench {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // as many as the kernel follows
constexpr mode_t kFolderMode = 0755;

using Names = std::deque<std::string>;

UniqueFd open_entry(int folder, const std::string& name, int flags) {
    return UniqueFd(::openat(folder, name.c_str(), O_PATH | O_CLOEXEC | flags));
}

// The start of the way along `path`: the root or the current folder.
UniqueFd start_of(const fs::path& path) {
    return open_entry(AT_FDCWD, path.is_absolute() ? "/" : ".", O_DIRECTORY);
}

Names names_of(const fs::path& path) {
    Names names;
    for (const fs::path& part : path.relative_path()) {
        if (!part.empty()) names.push_back(part.string());
    }
    return names;
}

UniqueFd make_folder(int parent, const std::string& name) {
    if (::mkdirat(parent, name.c_str(), kFolderMode) != 0) {
        if (errno != EEXIST) return {};
        return open_entry(parent, name, O_DIRECTORY | O_NOFOLLOW);
    }
    UniqueFd made = open_entry(parent, name, O_DIRECTORY | O_NOFOLLOW);
    if (made.valid()) give_to_caller(made.get(), parent);
    return made;
}

// Root's, and of the user that this process acts for.
bool is_trusted(uid_t owner) {
    const std::optional<Owner> caller = sudo_caller();
    return owner == 0 || owner == (caller ? caller->user : ::geteuid());
}

// Where an open symbolic link leads; nothing with errno set if it is not to be followed.
std::optional<fs::path> target_of(const UniqueFd& link, const struct stat& status, Links links) {
    if (links == Links::trusted && !is_trusted(status.st_uid)) {
        errno = ELOOP;
        return std::nullopt;
    }
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlinkat(link.get(), "", target.data(), target.size());
    if (length <= 0) return std::nullopt;
    return std::string(target.data(), static_cast<std::size_t>(length));
}

}  // namespace

UniqueFd open_folder(const fs::path& path, Links links) {
    UniqueFd folder = start_of(path);
    Names names = names_of(path);
    int followed = 0;
    // A link may lead to where only root may write.
    const auto may = [&](InFolder what) {
        if (links == Links::all || followed == 0 || caller_may(what, folder.get())) return true;
        errno = EACCES;
        return false;
    };
    while (folder.valid() && !names.empty()) {
        if (!may(InFolder::search)) return {};
        const std::string name = std::move(names.front());
        names.pop_front();
        UniqueFd next = open_entry(folder.get(), name, O_NOFOLLOW);
        const bool makes = links == Links::all || followed == 0;
        if (!next.valid() && errno == ENOENT && makes) next = make_folder(folder.get(), name);
        struct stat status = {};
        if (!next.valid() || ::fstat(next.get(), &status) != 0) return {};
        if (!S_ISLNK(status.st_mode)) {
            folder = std::move(next);
            continue;
        }
        const std::optional<fs::path> target = target_of(next, status, links);
        if (!target) return {};
        if (++followed > kMostLinks) {
            errno = ELOOP;
            return {};
        }
        const Names on_the_way = names_of(*target);
        names.insert(names.begin(), on_the_way.begin(), on_the_way.end());
        if (target->is_absolute()) folder = start_of(*target);
    }
    if (folder.valid() && !may(InFolder::write)) return {};
    // Also a file is open now, if one is in place of the folder.
    return folder.valid() ? open_entry(folder.get(), ".", O_DIRECTORY) : UniqueFd();
}

}  // namespace xdpbench
