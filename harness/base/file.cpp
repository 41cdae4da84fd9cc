#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "base/text.h"

namespace xdpbench {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFileMode = 0644;

std::string folder_of(const fs::path& path) {
    const fs::path folder = path.parent_path();
    return folder.empty() ? "." : folder.string();
}

fs::path temporary_beside(const fs::path& path) {
    return folder_of(path) + fmt::format("/.{}.{}.tmp", path.filename().string(), ::getpid());
}

Result<void> write_all(int fd, std::string_view content, const fs::path& path) {
    while (!content.empty()) {
        const ssize_t count = ::write(fd, content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            return system_error(fmt::format("cannot write {}", path.string()), errno, {},
                                "free some space or name another place; no partial file was left");
        }
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

}  // namespace

OutputFile::OutputFile(fs::path path, UniqueFd fd, fs::path temporary, bool direct)
    : path_(std::move(path)),
      fd_(std::move(fd)),
      temporary_(std::move(temporary)),
      direct_(direct) {}

OutputFile::~OutputFile() {
    if (!temporary_.empty() && fd_.valid()) ::unlink(temporary_.c_str());
}

Result<OutputFile> OutputFile::create(const fs::path& path) {
    const auto refused = [&](int number) {
        return system_error(fmt::format("cannot write {}", path.string()), number, {},
                            "name another file or folder, or change its permissions");
    };
    struct stat status = {};
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
        if (S_ISDIR(status.st_mode)) return refused(EISDIR);
        UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (!fd.valid()) return refused(errno);
        return OutputFile(path, std::move(fd), {}, true);
    }
    std::error_code error;
    fs::create_directories(folder_of(path), error);
    if (error) return refused(error.value());
    // A file of that name that may not be replaced is found out now, not after the work.
    if (::access(path.c_str(), F_OK) == 0 && ::access(path.c_str(), W_OK) != 0)
        return refused(errno);
    UniqueFd fd(::open(folder_of(path).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kFileMode));
    if (fd.valid()) return OutputFile(path, std::move(fd), {}, false);
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT) return refused(errno);
    const fs::path temporary = temporary_beside(path);
    fd = UniqueFd(::open(temporary.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kFileMode));
    if (!fd.valid()) return refused(errno);
    return OutputFile(path, std::move(fd), temporary, false);
}

Result<void> OutputFile::commit(std::string_view content) {
    const auto refused = [&] {
        return system_error(fmt::format("cannot write {}", path_.string()), errno);
    };
    XDPBENCH_CHECK(write_all(fd_.get(), content, path_));
    if (direct_) {
        fd_.reset();
        return {};
    }
    if (::fsync(fd_.get()) != 0) return refused();
    if (temporary_.empty()) {
        // linkat() does not replace a file: the whole content gets a passing name first.
        const fs::path passing = temporary_beside(path_);
        const std::string self = fmt::format("/proc/self/fd/{}", fd_.get());
        if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, passing.c_str(), AT_SYMLINK_FOLLOW) != 0)
            return refused();
        temporary_ = passing;
    }
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return refused();
    temporary_.clear();
    fd_.reset();
    return {};
}

Result<std::string> read_file(const fs::path& path) {
    std::error_code error;
    if (fs::is_directory(path, error))
        return input_error(fmt::format("cannot read {}: it is a folder", path.string()));
    // A device or a pipe may never end.
    if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
        return input_error(fmt::format("cannot read {}: it is not a regular file", path.string()));
    }
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        Error failed = system_error(fmt::format("cannot read {}", path.string()), errno);
        failed.kind = ErrorKind::input;
        return failed;
    }
    std::ostringstream content;
    content << stream.rdbuf();
    return std::move(content).str();
}

std::string read_entry(const fs::path& path) {
    std::ifstream stream(path);
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    return std::string(trim(content));
}

}  // namespace xdpbench
