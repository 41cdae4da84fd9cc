#include "base/line_reader.h"

#include <unistd.h>

#include <array>
#include <cerrno>

namespace xdpbench {
std::vector<std::string> LineReader::read() {
    std::vector<std::string> lines;
    std::array<char, 4096> buffer{};
    const ssize_t length = ::read(fd_, buffer.data(), buffer.size());
    if (length < 0 && (errno == EINTR || errno == EAGAIN)) return lines;
    if (length <= 0) {
        fd_ = -1;
        if (!pending_.empty()) lines.push_back(std::move(pending_));
        pending_.clear();
        return lines;
    }
    pending_.append(buffer.data(), static_cast<std::size_t>(length));
    std::size_t begin = 0;
    for (std::size_t end = pending_.find('\n'); end != std::string::npos;
         end = pending_.find('\n', begin)) {
        lines.push_back(pending_.substr(begin, end - begin));
        begin = end + 1;
    }
    pending_.erase(0, begin);
    if (pending_.size() > longest_) pending_.clear();
    return lines;
}

}  // namespace xdpbench
