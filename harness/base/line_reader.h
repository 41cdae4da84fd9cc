#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace xdpbench {

// Lines from a descriptor that poll(2) says is readable, without ever waiting for the rest of one.
class LineReader {
  public:
    static constexpr std::size_t kLongestLine = std::size_t{64} << 10;  // bytes, unless said

    explicit LineReader(int fd, std::size_t longest = kLongestLine) : fd_(fd), longest_(longest) {}

    // For poll(2); -1 once there is nothing more to come: its end, an error, or a terminal that
    // this process is not in front of.
    [[nodiscard]] int fd() const { return fd_; }

    // The lines that are complete, without their ends; at the end of the input also a last one that
    // has none. A line of more bytes than the longest is thrown away.
    std::vector<std::string> read();

  private:
    int fd_;
    std::size_t longest_;
    std::string pending_;
};

}  // namespace xdpbench
