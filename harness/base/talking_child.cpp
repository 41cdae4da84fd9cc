#include "base/talking_child.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>

#include "base/clock.h"
#include "base/interrupt.h"

namespace xdpbench {
namespace {

constexpr int kPollMilliseconds = 50;  // how soon an interruption is noticed
constexpr auto kTimeToEnd = std::chrono::seconds(5);
constexpr std::size_t kLongestLine = std::size_t{4} << 20;
constexpr std::size_t kMostErrors = 4096;

}  // namespace

TalkingChild::TalkingChild(Spawned spawned)
    : spawned_(std::move(spawned)), reader_(spawned_.pipes.out.read.get(), kLongestLine) {
    spawned_.pipes.in.read.reset();
    spawned_.pipes.out.write.reset();
    spawned_.pipes.err.write.reset();
}

Result<TalkingChild> TalkingChild::start(const std::vector<std::string>& arguments) {
    XDPBENCH_TRY(Spawned spawned, spawn(arguments, {}, SIGTERM));
    return TalkingChild(std::move(spawned));
}

TalkingChild::~TalkingChild() {
    if (!spawned_.pipes.out.read.valid()) return;  // moved away
    spawned_.pipes.in.write.reset();
    await_end(kTimeToEnd);
    if (ended_) return;
    spawned_.child.terminate();
    await_end(kTimeToEnd);
}

void TalkingChild::await_end(std::chrono::milliseconds patience) {
    const auto end = Clock::now() + patience;
    while (!ended_ && Clock::now() < end) {
        const Result<std::optional<int>> code = spawned_.child.ended();
        if (!code) {
            ended_ = -1;
        } else if (*code) {
            ended_ = *code;
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
}

void TalkingChild::listen(int milliseconds) {
    std::array<pollfd, 2> fds{
        {{reader_.fd(), POLLIN, 0}, {spawned_.pipes.err.read.get(), POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), milliseconds) <= 0) return;
    if (fds[0].revents != 0) {
        for (std::string& line : reader_.read()) lines_.push_back(std::move(line));
    }
    if (fds[1].revents == 0) return;
    std::array<char, 1024> buffer{};
    const ssize_t count = ::read(fds[1].fd, buffer.data(), buffer.size());
    if (count == 0) spawned_.pipes.err.read.reset();
    if (count > 0) errors_.append(buffer.data(), static_cast<std::size_t>(count));
    if (errors_.size() > kMostErrors) errors_.erase(0, errors_.size() - kMostErrors);
}

Result<bool> TalkingChild::write(std::string line, std::chrono::milliseconds patience) {
    line += '\n';
    const NoSigpipe no_sigpipe;
    Clock::time_point moved = Clock::now();
    for (std::size_t written = 0; written < line.size();) {
        if (interrupted()) return interrupted_error();
        const ssize_t count =
            ::write(spawned_.pipes.in.write.get(), line.data() + written, line.size() - written);
        if (count > 0) {
            written += static_cast<std::size_t>(count);
            moved = Clock::now();
        }
        if (count >= 0 || errno == EINTR) continue;
        if (errno != EAGAIN || Clock::now() - moved > patience) return false;
        pollfd ready{spawned_.pipes.in.write.get(), POLLOUT, 0};
        ::poll(&ready, 1, kPollMilliseconds);
    }
    return true;
}

Result<std::optional<std::string>> TalkingChild::read(std::chrono::milliseconds patience) {
    const auto end = Clock::now() + patience;
    while (lines_.empty() && reader_.fd() >= 0) {
        if (interrupted()) return interrupted_error();
        if (Clock::now() > end) return std::optional<std::string>();
        listen(kPollMilliseconds);
    }
    if (lines_.empty()) return std::optional<std::string>();
    std::optional<std::string> line(std::move(lines_.front()));
    lines_.pop_front();
    return line;
}

std::optional<int> TalkingChild::exit_code() {
    listen(0);
    await_end(std::chrono::seconds(1));
    return ended_;
}

}  // namespace xdpbench
