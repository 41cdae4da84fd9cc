#include "command.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace xdpbench::faulty_card {
namespace {

constexpr int kCannotRun = 127;

sigset_t watched() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::sigaddset(&set, number);
    return set;
}

[[noreturn]] void become(const std::vector<std::string>& arguments, pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(kCannotRun);
    const sigset_t set = watched();
    ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
    std::vector<char*> words;
    for (const std::string& argument : arguments) {
        words.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: execvp(3) only reads
    }
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    const std::string text = fmt::format("cannot run {}: {}\n", arguments[0], errno_text(errno));
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    ::_exit(kCannotRun);
}

}  // namespace

void end_with_parent() {
    const pid_t parent = ::getppid();
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::raise(SIGTERM);
}

Result<void> enter_own_network() {
    if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) {
        return system_error("cannot make a network namespace", errno,
                            errno == EPERM ? "this needs root" : "");
    }
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        return system_error("cannot make mounts private", errno);
    }
    // /sys/class/net shows the namespace in which sysfs was mounted.
    ::umount2("/sys", MNT_DETACH);
    if (::mount("sysfs", "/sys", "sysfs", 0, nullptr) != 0) {
        return system_error("cannot mount /sys", errno);
    }
    // What a kernel has no support for, a test will miss and say so.
    ::mount("bpf", "/sys/fs/bpf", "bpf", 0, nullptr);
    ::mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, nullptr);
    ::mount("debugfs", "/sys/kernel/debug", "debugfs", 0, nullptr);
    return {};
}

Result<Command> Command::start(const std::vector<std::string>& arguments) {
    const sigset_t set = watched();
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    UniqueFd signals(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals.valid()) return system_error("cannot make a signalfd", errno);
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) return system_error("cannot start a process", errno);
    if (pid == 0) become(arguments, parent);
    ::setpgid(pid, pid);  // whoever is first: before a signal is passed on
    return Command(pid, std::move(signals));
}

Command::Command(Command&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), signals_(std::move(other.signals_)) {}

Command::~Command() {
    if (pid_ > 0) ::kill(-pid_, SIGKILL);
}

std::optional<int> Command::ended() {
    signalfd_siginfo got{};
    while (::read(signals_.get(), &got, sizeof got) == ssize_t{sizeof got}) {
        if (got.ssi_signo != SIGCHLD) ::kill(-pid_, static_cast<int>(got.ssi_signo));
    }
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace xdpbench::faulty_card
