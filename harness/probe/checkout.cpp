#include "probe/checkout.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <string_view>
#include <system_error>

#include "base/file.h"
#include "base/text.h"
#include "base/unique_fd.h"

namespace xdpbench::probe {
namespace {

namespace fs = std::filesystem;

// References of the largest repositories take some megabytes.
constexpr off_t kLargest = 64 << 20;

// A regular file's text, or "". Nothing else is even opened: to open some devices does something.
std::string regular_file(const fs::path& path) {
    const UniqueFd fd(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status = {};
    if (!fd.valid() || ::fstat(fd.get(), &status) != 0) return "";
    if (!S_ISREG(status.st_mode) || status.st_size > kLargest) return "";
    return read_entry("/proc/self/fd/" + std::to_string(fd.get()));
}

// SHA-1 or SHA-256.
bool is_commit(std::string_view text) {
    return (text.size() == 40 || text.size() == 64) &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// As git wants them, as far as it matters here: below refs/, without a component that begins with a
// dot, and fit to be printed.
bool is_reference(std::string_view name) {
    return name.starts_with("refs/") && name.find("/.") == std::string_view::npos &&
           name.find_first_of(" \t\r\n") == std::string_view::npos && !find_unprintable(name);
}

std::string commit_in_packed(const std::string& packed, const std::string& reference) {
    for (const std::string& line : split(packed, '\n')) {
        const std::size_t space = line.find(' ');
        if (space != std::string::npos && line.substr(space + 1) == reference)
            return line.substr(0, space);
    }
    return "";
}

// The folder with the repository's files: `.git` itself, or the one that a file of this name leads
// to.
fs::path repository_of(const fs::path& git) {
    constexpr std::string_view kLink = "gitdir: ";
    if (fs::is_directory(fs::symlink_status(git))) return git;
    const std::string link = regular_file(git);
    if (!link.starts_with(kLink)) return {};
    return git.parent_path() / link.substr(kLink.size());
}

bool same_owner(const fs::path& git) {
    struct stat inner = {};
    struct stat outer = {};
    return ::lstat(git.c_str(), &inner) == 0 && ::stat(git.parent_path().c_str(), &outer) == 0 &&
           inner.st_uid == outer.st_uid;
}

std::optional<Checkout> read_checkout(const fs::path& repository) {
    constexpr std::string_view kReference = "ref: ";
    constexpr std::string_view kBranch = "refs/heads/";
    const std::string head = regular_file(repository / "HEAD");
    if (is_commit(head)) return Checkout{head, ""};
    if (!head.starts_with(kReference)) return std::nullopt;
    const std::string reference(trim(std::string_view(head).substr(kReference.size())));
    if (!is_reference(reference)) return std::nullopt;
    // A linked worktree has a HEAD of its own and shares the rest.
    const std::string common = regular_file(repository / "commondir");
    const fs::path shared = common.empty() ? repository : repository / common;
    std::string commit = regular_file(shared / reference);
    if (!is_commit(commit))
        commit = commit_in_packed(regular_file(shared / "packed-refs"), reference);
    if (!is_commit(commit)) return std::nullopt;
    return Checkout{commit, reference.starts_with(kBranch) ? reference.substr(kBranch.size()) : ""};
}

}  // namespace

std::optional<Checkout> find_checkout(const fs::path& folder) {
    std::error_code error;
    fs::path place = fs::canonical(folder, error);
    while (!error && !place.empty()) {
        const fs::path git = place / ".git";
        if (fs::exists(fs::symlink_status(git, error))) {
            const fs::path repository = same_owner(git) ? repository_of(git) : fs::path();
            return repository.empty() ? std::nullopt : read_checkout(repository);
        }
        if (place == place.root_path()) break;
        place = place.parent_path();
        error.clear();
    }
    return std::nullopt;
}

}  // namespace xdpbench::probe
