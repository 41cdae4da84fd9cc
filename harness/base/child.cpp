#include "base/child.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/spawn.h"
#include "base/text.h"

namespace xdpbench {
namespace {

constexpr int kPollMilliseconds = 50;  // how soon a limit or an interruption is noticed
constexpr std::chrono::microseconds kLongestPause{2000};

// Moves bytes between the pipes and the caller.
class Pump {
  public:
    Pump(Pipes& pipes, const std::string& input, ChildOutput& output)
        : pipes_(pipes), input_(input), output_(output) {
        pipes_.in.read.reset();
        pipes_.out.write.reset();
        pipes_.err.write.reset();
        if (input_.empty()) pipes_.in.write.reset();
    }

    // Moves what is ready, after a short wait for it.
    void once() {
        std::array<pollfd, 3> fds{{{pipes_.out.read.get(), POLLIN, 0},
                                   {pipes_.err.read.get(), POLLIN, 0},
                                   {pipes_.in.write.get(), POLLOUT, 0}}};
        if (::poll(fds.data(), fds.size(), kPollMilliseconds) <= 0) return;
        take(fds[0], pipes_.out.read, output_.out);
        take(fds[1], pipes_.err.read, output_.err);
        if ((fds[2].revents & (POLLOUT | POLLERR)) != 0) feed();
    }

    // Half of an input may be a right one with another meaning, and so may half of an output. A
    // child that reads no more of its input is no error: its exit code tells.
    [[nodiscard]] Result<void> complete(const std::string& name) const {
        if (failed_ == 0) return {};
        return system_error(fmt::format("cannot talk to {} through its pipes", name), failed_);
    }

    // Whether the child has closed both of its outputs.
    [[nodiscard]] bool at_end() const {
        return !pipes_.out.read.valid() && !pipes_.err.read.valid();
    }

  private:
    void take(const pollfd& fd, UniqueFd& owner, std::string& text) {
        if ((fd.revents & (POLLIN | POLLHUP | POLLERR)) == 0) return;
        std::array<char, 4096> buffer{};
        const ssize_t count = ::read(fd.fd, buffer.data(), buffer.size());
        if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
        const bool refused = count < 0 && errno != EINTR && errno != EAGAIN;
        if (refused) failed_ = errno;
        if (refused || count == 0) owner.reset();
    }

    void feed() {
        const ssize_t count =
            ::write(pipes_.in.write.get(), input_.data() + written_, input_.size() - written_);
        if (count >= 0) written_ += static_cast<std::size_t>(count);
        const bool refused = count < 0 && errno != EINTR && errno != EAGAIN;
        if (refused && errno != EPIPE) failed_ = errno;
        if (refused || written_ == input_.size()) pipes_.in.write.reset();
    }

    Pipes& pipes_;
    const std::string& input_;
    ChildOutput& output_;
    std::size_t written_ = 0;
    int failed_ = 0;  // the errno of the last read or write that failed
};

Error stopped(const std::string& name, const std::string& reason) {
    return Error{ErrorKind::system, fmt::format("{} was stopped: it {}", name, reason), {}, {}};
}

Result<void> within_limits(const std::string& name, const ChildOutput& output,
                           const ChildLimits& limits, Clock::time_point start) {
    if (interrupted()) return interrupted_error();
    if (Clock::now() - start > limits.time)
        return stopped(name, fmt::format("ran longer than {} ms", limits.time.count()));
    if (output.out.size() > limits.output_bytes || output.err.size() > limits.output_bytes)
        return stopped(name, fmt::format("printed more than {} bytes", limits.output_bytes));
    return {};
}

// Until the child has ended and all it printed is here.
Result<ChildOutput> attend(Child& child, Pipes& pipes, const std::string& name,
                           const std::string& input, const ChildLimits& limits) {
    const Clock::time_point start = Clock::now();
    ChildOutput output;
    Pump pump(pipes, input, output);
    while (!pump.at_end()) {
        pump.once();
        XDPBENCH_CHECK(pump.complete(name));
        XDPBENCH_CHECK(within_limits(name, output, limits, start));
    }
    // As a rule it ends as it closes its outputs; a daemon may close them and go on.
    for (auto pause = std::chrono::microseconds(50);; pause = std::min(pause * 2, kLongestPause)) {
        XDPBENCH_TRY(const std::optional<int> exit_code, child.ended());
        if (exit_code) {
            output.exit_code = *exit_code;
            return output;
        }
        XDPBENCH_CHECK(within_limits(name, output, limits, start));
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace

Result<ChildOutput> run_child(const std::vector<std::string>& arguments, const std::string& input,
                              ChildLimits limits) {
    const NoSigpipe no_sigpipe;
    XDPBENCH_TRY(Spawned child, spawn(arguments, limits.confinement));
    return attend(child.child, child.pipes, arguments.at(0), input, limits);
}

}  // namespace xdpbench
