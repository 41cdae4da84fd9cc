#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <optional>
#include <system_error>

#include "base/folder.h"
#include "base/interrupt.h"
#include "base/number.h"
#include "base/owner.h"
#include "base/text.h"

namespace xdpbench {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFileMode = 0644;
constexpr int kTemporaryNames = 100;
constexpr int kMostNumbers = 1000;  // of results with one name

// Calls `try_name` with one name after the other until one is free; 0 or errno. A killed run may
// have left a file behind, and in containers process ids come round soon. Not made from the
// target's name, which may be as long as a name can be.
template <class TryName>
int with_free_name(const TryName& try_name) {
    for (int i = 0; i < kTemporaryNames; ++i) {
        const int error = try_name(fmt::format(".xdp-bench.{}.{}.tmp", ::getpid(), i)) ? 0 : errno;
        if (error != EEXIST) return error;
    }
    return EEXIST;
}

// "out-3.json": number 1 is the name itself.
std::string numbered(const fs::path& name, int number) {
    if (number == 1) return name.string();
    return fmt::format("{}-{}{}", name.stem().string(), number, name.extension().string());
}

// The descriptor of this process that `path` stands for: 1 for "/dev/stdout". Opening such a path
// again would start at the beginning of a file that output was redirected to, and fails on sockets.
std::optional<int> own_descriptor(const fs::path& path) {
    const std::string text = path.string();
    if (text == "/dev/stdout") return 1;
    if (text == "/dev/stderr") return 2;
    for (const std::string_view prefix : {"/dev/fd/", "/proc/self/fd/"}) {
        if (!text.starts_with(prefix)) continue;
        const auto number = parse_number<int>(std::string_view(text).substr(prefix.size()));
        if (number && *number >= 0) return number;
    }
    return std::nullopt;
}

// write() again, once a descriptor that somebody made non-blocking takes more.
ssize_t write_some(int fd, std::string_view content) {
    for (;;) {
        const ssize_t count = ::write(fd, content.data(), content.size());
        if (count >= 0 || (errno != EINTR && errno != EAGAIN)) return count;
        if (errno != EAGAIN) continue;
        pollfd ready = {fd, POLLOUT, 0};
        ::poll(&ready, 1, -1);
    }
}

// 0 or errno.
int write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const ssize_t count = write_some(fd, content);
        if (count < 0) return errno;
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    return 0;
}

}  // namespace

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
    // What this one had opened goes with `other`, whose destructor cleans it up.
    path_.swap(other.path_);
    std::swap(naming_, other.naming_);
    std::swap(direct_, other.direct_);
    std::swap(folder_, other.folder_);
    name_.swap(other.name_);
    std::swap(fd_, other.fd_);
    temporary_.swap(other.temporary_);
    return *this;
}

OutputFile::~OutputFile() {
    if (!temporary_.empty() && fd_.valid()) ::unlinkat(folder_.get(), temporary_.c_str(), 0);
}

Error OutputFile::refused(int number) const {
    return system_error(fmt::format("cannot write {}", path_.string()), number, {},
                        "name another file or folder, change its permissions or free some space");
}

Result<OutputFile> OutputFile::create(const fs::path& path, Naming naming) {
    OutputFile file(path, naming);
    struct stat status = {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    if (naming == Naming::replace &&
        (own_descriptor(path) || (exists && !S_ISREG(status.st_mode)))) {
        if (exists && S_ISDIR(status.st_mode)) return file.refused(EISDIR);
        XDPBENCH_CHECK(file.open_direct());
        return file;
    }
    XDPBENCH_CHECK(file.open_target());
    XDPBENCH_CHECK(file.open_unnamed());
    return file;
}

Result<void> OutputFile::open_direct() {
    direct_ = true;
    const std::optional<int> own = own_descriptor(path_);
    for (;;) {
        // Waits for the reader of a named pipe.
        fd_ = UniqueFd(own ? ::fcntl(*own, F_DUPFD_CLOEXEC, 0)
                           : ::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
        if (fd_.valid()) return {};
        if (errno != EINTR) return refused(errno);
        if (interrupted()) return interrupted_error();
    }
}

Result<void> OutputFile::open_target() {
    fs::path target = path_;
    std::error_code error;
    // The link stays, and the file behind it is replaced.
    if (naming_ == Naming::replace && fs::exists(path_, error))
        target = fs::canonical(path_, error);
    if (error) return refused(error.value());
    name_ = target.filename().string();
    if (name_.empty()) return refused(EISDIR);  // "new/"
    if (name_.size() > NAME_MAX) return refused(ENAMETOOLONG);
    const bool own_name = naming_ == Naming::invented || naming_ == Naming::again;
    folder_ = open_folder(target.parent_path(), own_name ? Links::trusted : Links::all);
    if (!folder_.valid() && errno == ELOOP && own_name) {
        return input_error(fmt::format("cannot write {}: a symbolic link of another user leads to "
                                       "its folder",
                                       path_.string()),
                           "another user may have planted it: remove it, or name a file yourself");
    }
    if (!folder_.valid() && errno == EACCES && own_name && sudo_caller()) {
        return input_error(fmt::format("cannot write {}: a symbolic link leads to a folder that "
                                       "user {}, who called sudo, may not write to",
                                       path_.string(), sudo_caller()->user),
                           "remove the link, or name a file yourself: --json FILE");
    }
    if (!folder_.valid() && errno == ENOENT && own_name) {
        return input_error(
            fmt::format("cannot write {}: a symbolic link leads to a folder that "
                        "does not exist",
                        path_.string()),
            "make that folder, remove the link, or name a file yourself: --json FILE");
    }
    if (!folder_.valid()) return refused(errno);
    // What may not be replaced is found out now, not after the work.
    const bool there = ::faccessat(folder_.get(), name_.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    if (there && naming_ == Naming::fresh) return refused(EEXIST);
    if (there && naming_ == Naming::replace &&
        ::faccessat(folder_.get(), name_.c_str(), W_OK, AT_EACCESS) != 0)
        return refused(errno);
    return {};
}

Result<void> OutputFile::open_unnamed() {
    fd_ = UniqueFd(::openat(folder_.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, kFileMode));
    if (fd_.valid()) return {};
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT) return refused(errno);
    const int number = with_free_name([this](const std::string& name) {
        fd_ = UniqueFd(::openat(folder_.get(), name.c_str(),
                                O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, kFileMode));
        if (fd_.valid()) temporary_ = name;
        return fd_.valid();
    });
    if (number != 0) return refused(number);
    return {};
}

// From the file that is replaced, if there is one.
Result<void> OutputFile::inherit() {
    struct stat old = {};
    const bool replaces = naming_ == Naming::replace &&
                          ::fstatat(folder_.get(), name_.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0 &&
                          S_ISREG(old.st_mode);
    if (!replaces) {
        give_to_caller(fd_.get(), folder_.get());
        return {};
    }
    // Only root may keep another owner; to others it is no error that the file becomes theirs.
    constexpr mode_t kPermissions = 0777;
    (void)::fchown(fd_.get(), old.st_uid, old.st_gid);
    if (::fchmod(fd_.get(), old.st_mode & kPermissions) != 0) return refused(errno);
    return {};
}

// Gives the open file another name in the folder; 0 or errno. Never replaces anything.
int OutputFile::link_as(const std::string& name) const {
    if (!temporary_.empty()) {
        return ::renameat2(folder_.get(), temporary_.c_str(), folder_.get(), name.c_str(),
                           RENAME_NOREPLACE) == 0
                   ? 0
                   : errno;
    }
    const std::string self = fmt::format("/proc/self/fd/{}", fd_.get());
    return ::linkat(AT_FDCWD, self.c_str(), folder_.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0
               ? 0
               : errno;
}

// linkat() does not replace a file: the whole content gets a passing name first.
Result<void> OutputFile::replace() {
    if (temporary_.empty()) {
        const int number = with_free_name([this](const std::string& name) {
            errno = link_as(name);
            if (errno == 0) temporary_ = name;
            return errno == 0;
        });
        if (number != 0) return refused(number);
    }
    if (::renameat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str()) != 0)
        return refused(errno);
    return {};
}

Result<void> OutputFile::name_anew() {
    const int most = naming_ == Naming::invented ? kMostNumbers : 1;
    int number = EEXIST;
    for (int i = 1; i <= most && number == EEXIST; ++i) {
        const std::string name = numbered(name_, i);
        number = link_as(name);
        if (number == 0) path_.replace_filename(name);
    }
    if (number != 0) return refused(number);
    return {};
}

Result<void> OutputFile::commit(std::string_view content) {
    if (const int number = write_all(fd_.get(), content); number != 0) return refused(number);
    if (direct_) {
        fd_.reset();
        return {};
    }
    XDPBENCH_CHECK(inherit());
    if (::fsync(fd_.get()) != 0) return refused(errno);
    const bool replaces = naming_ == Naming::replace || naming_ == Naming::again;
    XDPBENCH_CHECK(replaces ? replace() : name_anew());
    temporary_.clear();
    fd_.reset();
    return {};
}

Result<std::string> read_file(const fs::path& path) {
    const std::string operation = fmt::format("cannot read {}", path.string());
    const auto unreadable = [&] { return access_error(operation, errno); };
    // A device or a pipe may never end, and a pipe nobody writes to may not even open.
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) return unreadable();
    struct stat status = {};
    if (::fstat(fd.get(), &status) != 0) return unreadable();
    if (S_ISDIR(status.st_mode)) return input_error(operation + ": it is a folder");
    if (!S_ISREG(status.st_mode)) return input_error(operation + ": it is not a regular file");
    std::string content;
    std::array<char, 65536> part{};
    for (;;) {
        const ssize_t count = ::read(fd.get(), part.data(), part.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unreadable();
        if (count == 0) return content;
        content.append(part.data(), static_cast<std::size_t>(count));
    }
}

std::string read_entry(const fs::path& path) {
    const Result<std::string> content = read_file(path);
    return content ? std::string(trim(*content)) : std::string();
}

}  // namespace xdpbench
