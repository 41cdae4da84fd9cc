#include "history/file_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"
#include "base/unique_fd.h"

namespace xdpbench::history {

Result<std::string_view> FileReader::read(const std::filesystem::path& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status = {};
    if (!fd.valid() || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        XDPBENCH_TRY(memory_, read_file(path));  // it says what is wrong with it
        return memory_;
    }
    // One byte more, so that the end is seen without more memory.
    memory_.resize(std::max(memory_.size(), static_cast<std::size_t>(status.st_size) + 1));
    std::size_t size = 0;
    for (;;) {
        if (size == memory_.size()) memory_.resize(2 * size);  // it grows while it is read
        const ssize_t count = ::read(fd.get(), memory_.data() + size, memory_.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return access_error(fmt::format("cannot read {}", path.string()), errno);
        if (count == 0) return std::string_view(memory_).substr(0, size);
        size += static_cast<std::size_t>(count);
    }
}

}  // namespace xdpbench::history
