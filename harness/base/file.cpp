#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <fstream>
#include <optional>
#include <system_error>

#include "base/text.h"

namespace xdpbench {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFileMode = 0644;
constexpr int kTemporaryNames = 100;

fs::path folder_of(const fs::path& path) {
    const fs::path folder = path.parent_path();
    return folder.empty() ? "." : folder;
}

// Calls `try_name` with one name in `folder` after the other until one is free; 0 or errno. A
// killed run may have left a file behind, and in containers process ids come round soon. Not made
// from the target's name, which may be as long as a name can be.
template <class TryName>
int with_free_name(const fs::path& folder, const TryName& try_name) {
    for (int i = 0; i < kTemporaryNames; ++i) {
        const int error =
            try_name(folder / fmt::format(".xdp-bench.{}.{}.tmp", ::getpid(), i)) ? 0 : errno;
        if (error != EEXIST) return error;
    }
    return EEXIST;
}

// The descriptor of this process that `path` stands for: 1 for "/dev/stdout". Opening such a path
// again would start at the beginning of a file that output was redirected to, and fails on sockets.
std::optional<int> own_descriptor(const fs::path& path) {
    const std::string text = path.string();
    if (text == "/dev/stdout") return 1;
    if (text == "/dev/stderr") return 2;
    for (const std::string_view prefix : {"/dev/fd/", "/proc/self/fd/"}) {
        if (!text.starts_with(prefix)) continue;
        int number = 0;
        const char* const last = text.data() + text.size();
        const auto [end, code] = std::from_chars(text.data() + prefix.size(), last, number);
        if (code == std::errc{} && end == last && number >= 0) return number;
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

OutputFile::OutputFile(fs::path path, fs::path target, bool direct)
    : path_(std::move(path)), target_(std::move(target)), direct_(direct) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
    // What this one had opened goes with `other`, whose destructor cleans it up.
    path_.swap(other.path_);
    target_.swap(other.target_);
    std::swap(fd_, other.fd_);
    temporary_.swap(other.temporary_);
    std::swap(direct_, other.direct_);
    return *this;
}

OutputFile::~OutputFile() {
    if (!temporary_.empty() && fd_.valid()) ::unlink(temporary_.c_str());
}

Error OutputFile::refused(int number) const {
    return system_error(fmt::format("cannot write {}", path_.string()), number, {},
                        "name another file or folder, change its permissions or free some space");
}

Result<OutputFile> OutputFile::create(const fs::path& path) {
    struct stat status = {};
    const bool exists = ::stat(path.c_str(), &status) == 0;
    if (own_descriptor(path) || (exists && !S_ISREG(status.st_mode))) {
        OutputFile file(path, path, true);
        if (exists && S_ISDIR(status.st_mode)) return file.refused(EISDIR);
        XDPBENCH_CHECK(file.open_direct());
        return file;
    }
    std::error_code error;
    const fs::path target = exists ? fs::canonical(path, error) : path;
    OutputFile file(path, target, false);
    if (error) return file.refused(error.value());
    XDPBENCH_CHECK(file.open_unnamed());
    return file;
}

Result<void> OutputFile::open_direct() {
    const std::optional<int> own = own_descriptor(path_);
    fd_ = UniqueFd(own ? ::fcntl(*own, F_DUPFD_CLOEXEC, 0)
                       : ::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd_.valid()) return refused(errno);
    return {};
}

Result<void> OutputFile::open_unnamed() {
    const fs::path folder = folder_of(target_);
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return refused(error.value());
    // A file of that name that may not be replaced is found out now, not after the work.
    if (::access(target_.c_str(), F_OK) == 0 && ::access(target_.c_str(), W_OK) != 0)
        return refused(errno);
    if (target_.filename().string().size() > NAME_MAX) return refused(ENAMETOOLONG);
    fd_ = UniqueFd(::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kFileMode));
    if (fd_.valid()) return {};
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT) return refused(errno);
    const int number = with_free_name(folder, [this](const fs::path& name) {
        fd_ = UniqueFd(::open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kFileMode));
        if (fd_.valid()) temporary_ = name;
        return fd_.valid();
    });
    if (number != 0) return refused(number);
    return {};
}

// linkat() does not replace a file: the whole content gets a passing name first.
Result<void> OutputFile::name_passingly() {
    const std::string self = fmt::format("/proc/self/fd/{}", fd_.get());
    const int number = with_free_name(folder_of(target_), [&](const fs::path& name) {
        if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0)
            return false;
        temporary_ = name;
        return true;
    });
    if (number != 0) return refused(number);
    return {};
}

Result<void> OutputFile::commit(std::string_view content) {
    if (const int number = write_all(fd_.get(), content); number != 0) return refused(number);
    if (direct_) {
        fd_.reset();
        return {};
    }
    if (::fsync(fd_.get()) != 0) return refused(errno);
    if (temporary_.empty()) XDPBENCH_CHECK(name_passingly());
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) return refused(errno);
    temporary_.clear();
    fd_.reset();
    return {};
}

Result<std::string> read_file(const fs::path& path) {
    const auto unreadable = [&](std::string_view reason) {
        return input_error(fmt::format("cannot read {}: {}", path.string(), reason));
    };
    // A device or a pipe may never end, and a pipe nobody writes to may not even open.
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) return unreadable(errno_text(errno));
    struct stat status = {};
    if (::fstat(fd.get(), &status) != 0) return unreadable(errno_text(errno));
    if (S_ISDIR(status.st_mode)) return unreadable("it is a folder");
    if (!S_ISREG(status.st_mode)) return unreadable("it is not a regular file");
    std::string content;
    std::array<char, 65536> part{};
    for (;;) {
        const ssize_t count = ::read(fd.get(), part.data(), part.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unreadable(errno_text(errno));
        if (count == 0) return content;
        content.append(part.data(), static_cast<std::size_t>(count));
    }
}

std::string read_entry(const fs::path& path) {
    const Result<std::string> content = read_file(path);
    return content ? std::string(trim(*content)) : std::string();
}

}  // namespace xdpbench
