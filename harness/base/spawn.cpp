#include "base/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/sandbox.h"

namespace xdpbench {
namespace {

constexpr int kFirstFreeFd = 3;  // behind standard input, output and error

// This process may have been started with a standard descriptor closed. A pipe must not take its
// place: dup2() onto itself would leave it close-on-exec.
Result<UniqueFd> above_standard(UniqueFd fd) {
    if (fd.get() >= kFirstFreeFd) return fd;
    UniqueFd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kFirstFreeFd));
    if (!moved.valid()) return system_error("cannot move a pipe", errno);
    return moved;
}

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("cannot create a pipe", errno);
    UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    XDPBENCH_TRY(read_end, above_standard(std::move(read_end)));
    XDPBENCH_TRY(write_end, above_standard(std::move(write_end)));
    return Pipe{std::move(read_end), std::move(write_end)};
}

Result<Pipes> make_pipes() {
    Pipes pipes;
    for (Pipe* const pipe : {&pipes.in, &pipes.out, &pipes.err, &pipes.started}) {
        XDPBENCH_TRY(*pipe, make_pipe());
    }
    // A child that does not read its input must not stop this process.
    ::fcntl(pipes.in.write.get(), F_SETFL, O_NONBLOCK);
    return pipes;
}

// Where programs are looked up. Not in PATH: it may name a folder of another user, or ".", and this
// process may be root's.
constexpr std::array<const char*, 6> kFolders{"/usr/sbin", "/usr/bin",        "/sbin",
                                              "/bin",      "/usr/local/sbin", "/usr/local/bin"};

std::optional<std::string> find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return name;
    for (const char* const folder : kFolders) {
        const std::string candidate = fmt::format("{}/{}", folder, name);
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return std::nullopt;
}

// What a child needs to give up its privileges, made before fork().
struct Cage {
    Confinement confinement;
    std::vector<sock_filter> calls;
};

Result<std::optional<Cage>> make_cage(const std::optional<Confinement>& confinement) {
    if (!confinement) return std::optional<Cage>();
    XDPBENCH_TRY(std::vector<sock_filter> calls, confined_calls());
    return std::optional(Cage{*confinement, std::move(calls)});
}

bool limit(int resource, rlim_t most) {
    const rlimit both = {most, most};
    return ::setrlimit(resource, &both) == 0;
}

// In the child, before it runs its program: gives up all by which that could do harm. 0 or an
// errno.
int confine(const Confinement& confinement) {
    constexpr unsigned kNobody = 65534;
    constexpr rlim_t kDescriptors = 64;
    const bool root = ::geteuid() == 0;
    if (::unshare(CLONE_NEWNET | CLONE_NEWIPC | (root ? 0 : CLONE_NEWUSER)) != 0) return errno;
    if (!limit(RLIMIT_AS, confinement.memory_bytes) ||
        !limit(RLIMIT_CPU, confinement.cpu_seconds) || !limit(RLIMIT_FSIZE, 0) ||
        !limit(RLIMIT_CORE, 0) || !limit(RLIMIT_NOFILE, kDescriptors))
        return errno;
    if (root && (::setgroups(0, nullptr) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0 ||
                 ::setresuid(kNobody, kNobody, kNobody) != 0))
        return errno;
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::chdir("/") != 0) return errno;
    if (::setsid() < 0) return errno;  // no way to the terminal; a process group of its own
    // On an old kernel it fails, and the descriptors are closed all the same: they were opened so.
    ::close_range(kFirstFreeFd, ~0U, CLOSE_RANGE_CLOEXEC);
    return 0;
}

// In the child, last: from here on, most system calls fail. 0 or an errno.
int limit_calls(const std::vector<sock_filter>& calls) {
    const sock_fprog program = {static_cast<unsigned short>(calls.size()),
                                const_cast<sock_filter*>(calls.data())};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

// What a confined child finds: the same on every machine.
constexpr std::array<const char*, 5> kEnvironment{"PATH=/usr/bin:/bin", "LANG=C.UTF-8",
                                                  "HOME=/nonexistent", "PYTHONHASHSEED=0", nullptr};

// In the child. Only async-signal-safe calls between fork and exec: this process may have other
// threads.
[[noreturn]] void become(const char* path, char* const* arguments, const Pipes& pipes, pid_t parent,
                         const std::optional<Cage>& cage, int death_signal) {
    int refused = cage ? confine(cage->confinement) : 0;
    ::prctl(PR_SET_PDEATHSIG, death_signal);  // a change of the user would take it back
    if (::getppid() != parent) ::_exit(126);  // the parent died before the line above took effect
    // Ctrl-C reaches the whole foreground group; it is this tool that decides what becomes of its
    // children.
    ::setpgid(0, 0);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) ::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (refused == 0 && ::dup2(pipes.in.read.get(), 0) >= 0 &&
        ::dup2(pipes.out.write.get(), 1) >= 0 && ::dup2(pipes.err.write.get(), 2) >= 0) {
        if (cage) refused = limit_calls(cage->calls);
        if (refused == 0)
            ::execve(path, arguments,
                     cage ? const_cast<char* const*>(kEnvironment.data()) : environ);
    }
    const int number = refused != 0 ? refused : errno;
    const ssize_t told = ::write(pipes.started.write.get(), &number, sizeof(number));
    ::_exit(told == sizeof(number) ? 127 : 126);
}

// Waits until the child runs its program; 0 or the errno of why it cannot.
int exec_errno(Pipes& pipes) {
    pipes.started.write.reset();
    int number = 0;
    for (;;) {
        const ssize_t count = ::read(pipes.started.read.get(), &number, sizeof(number));
        if (count < 0 && errno == EINTR) continue;
        return count == sizeof(number) ? number : 0;
    }
}

}  // namespace

Child::~Child() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);  // its process group, once it has made one
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Result<std::optional<int>> Child::ended() {
    int status = 0;
    const pid_t reaped = ::waitpid(pid_, &status, WNOHANG);
    if (reaped == 0 || (reaped < 0 && errno == EINTR)) return std::optional<int>();
    pid_ = -1;
    if (reaped < 0) return system_error("cannot learn how a child process ended", errno);
    return std::optional<int>(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

void Child::terminate() const {
    if (pid_ > 0) ::kill(pid_, SIGTERM);
}

Result<Spawned> spawn(const std::vector<std::string>& arguments,
                      const std::optional<Confinement>& confinement, int death_signal) {
    const std::string& name = arguments.at(0);
    const std::optional<std::string> path = find_program(name);
    if (!path) {
        return unavailable_error(
            fmt::format("cannot run {}: it is in none of the system's folders ({})", name,
                        fmt::join(kFolders, ", ")),
            {}, "run scripts/setup, or install the package that holds it");
    }
    XDPBENCH_TRY(const std::optional<Cage> cage, make_cage(confinement));
    XDPBENCH_TRY(Pipes pipes, make_pipes());
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (const std::string& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);

    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) return system_error(fmt::format("cannot start {}", name), errno);
    if (pid == 0) become(path->c_str(), argv.data(), pipes, parent, cage, death_signal);
    Child child(pid);
    if (const int number = exec_errno(pipes); number != 0) {
        const std::string what = fmt::format("cannot run {}{}", name,
                                             confinement ? " without privileges and network" : "");
        if (!confinement || number != EPERM) return system_error(what, number);
        return unavailable_error(fmt::format("{}: {}", what, errno_text(number)),
                                 "CAP_SETUID, CAP_SETGID or CAP_SYS_ADMIN is missing",
                                 "run with sudo (in a container: docker run --privileged)");
    }
    return Spawned{std::move(child), std::move(pipes)};
}

}  // namespace xdpbench
