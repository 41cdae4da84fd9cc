#include "base/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>

#include "base/interrupt.h"
#include "base/text.h"
#include "base/unique_fd.h"

namespace xdpbench {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("cannot create a pipe", errno);
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// sudo and su leave the sbin folders out of PATH for ordinary users; ip lives there.
std::optional<std::string> find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return name;
    const char* const path = ::getenv("PATH");
    const std::string folders =
        std::string(path != nullptr ? path : "") + ":/usr/sbin:/sbin:/usr/bin:/bin";
    for (const std::string& folder : split(folders, ':')) {
        const std::string candidate = folder + "/" + name;
        if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return std::nullopt;
}

// Kills and reaps the child unless it was waited for.
class Child {
  public:
    explicit Child(pid_t pid) : pid_(pid) {}
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    Child(Child&&) = delete;
    Child& operator=(Child&&) = delete;
    ~Child() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        wait();
    }
    int wait() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }

  private:
    pid_t pid_;
};

// Only async-signal-safe calls between fork and exec: this process may have other threads.
[[noreturn]] void become(const std::string& path, char* const* arguments, const Pipe& in,
                         const Pipe& out, const Pipe& err, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(126);  // the parent died before the line above took effect
    // Ctrl-C reaches the whole foreground group; it is this tool that decides what becomes of its
    // children.
    ::setpgid(0, 0);
    ::signal(SIGINT, SIG_DFL);
    ::signal(SIGTERM, SIG_DFL);
    ::signal(SIGPIPE, SIG_DFL);
    if (::dup2(in.read.get(), 0) < 0 || ::dup2(out.write.get(), 1) < 0 ||
        ::dup2(err.write.get(), 2) < 0) {
        ::_exit(126);
    }
    ::execv(path.c_str(), arguments);
    ::_exit(127);
}

// Moves what is ready between the pipes; false once both outputs are at their end.
bool pump(Pipe& in, Pipe& out, Pipe& err, const std::string& input, std::size_t& written,
          ChildOutput& result) {
    std::array<pollfd, 3> fds{
        {{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}, {in.write.get(), POLLOUT, 0}}};
    ::poll(fds.data(), fds.size(), 50);
    const auto drain = [](const pollfd& fd, UniqueFd& owner, std::string& text) {
        if ((fd.revents & (POLLIN | POLLHUP | POLLERR)) == 0) return;
        std::array<char, 4096> buffer{};
        const ssize_t count = ::read(fd.fd, buffer.data(), buffer.size());
        if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
        if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) owner.reset();
    };
    drain(fds[0], out.read, result.out);
    drain(fds[1], err.read, result.err);
    if ((fds[2].revents & (POLLOUT | POLLERR)) != 0) {
        const ssize_t count = ::write(fds[2].fd, input.data() + written, input.size() - written);
        if (count >= 0) written += static_cast<std::size_t>(count);
        const bool refused = count < 0 && errno != EINTR && errno != EAGAIN;
        if (refused || written == input.size()) in.write.reset();
    }
    return out.read.valid() || err.read.valid();
}

}  // namespace

Result<ChildOutput> run_child(const std::vector<std::string>& arguments, const std::string& input,
                              ChildLimits limits) {
    const std::string& name = arguments.at(0);
    const std::optional<std::string> path = find_program(name);
    if (!path) {
        return unavailable_error(fmt::format("cannot run {}: it is not in PATH", name), {},
                                 "run scripts/setup, or install the package that holds it");
    }
    XDPBENCH_TRY(Pipe in, make_pipe());
    XDPBENCH_TRY(Pipe out, make_pipe());
    XDPBENCH_TRY(Pipe err, make_pipe());
    // A child that does not read its input must not stop this process.
    ::fcntl(in.write.get(), F_SETFL, O_NONBLOCK);

    std::vector<char*> argv;
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);

    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) return system_error(fmt::format("cannot start {}", name), errno);
    if (pid == 0) become(*path, argv.data(), in, out, err, parent);
    Child child(pid);
    in.read.reset();
    out.write.reset();
    err.write.reset();
    if (input.empty()) in.write.reset();

    ChildOutput result;
    std::size_t written = 0;
    const Clock::time_point deadline = Clock::now() + limits.time;
    while (pump(in, out, err, input, written, result)) {
        if (interrupted()) return interrupted_error();
        if (Clock::now() > deadline) {
            return Error{
                ErrorKind::system,
                fmt::format("{} was stopped: it ran longer than {} ms", name, limits.time.count()),
                {},
                {}};
        }
        if (result.out.size() > limits.output_bytes || result.err.size() > limits.output_bytes) {
            return Error{ErrorKind::system,
                         fmt::format("{} was stopped: it printed more than {} bytes", name,
                                     limits.output_bytes),
                         {},
                         {}};
        }
    }
    result.exit_code = child.wait();
    return result;
}

}  // namespace xdpbench
