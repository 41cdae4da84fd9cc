#include "bpf/trial_open.h"

#include <bpf/libbpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <mutex>
#include <set>

namespace xdpbench::bpf {
namespace {

constexpr unsigned kMostSeconds = 10;  // of CPU time

// In the child. What libbpf says, the process that opens the object for good will hear again.
[[noreturn]] void open_and_end(const char* path) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGINT, SIGTERM, SIGXCPU})
        ::signal(number, SIG_DFL);
    const rlimit none = {0, 0};
    const rlimit seconds = {kMostSeconds, kMostSeconds};
    ::setrlimit(RLIMIT_CORE, &none);
    ::setrlimit(RLIMIT_CPU, &seconds);
    ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    ::libbpf_set_print(nullptr);
    ::bpf_object__close(::bpf_object__open_file(path, nullptr));
    ::_exit(0);
}

Result<int> try_in_child(const char* path) {
    const pid_t pid = ::fork();
    if (pid < 0) return system_error("cannot start a process that tries the object (fork)", errno);
    if (pid == 0) open_and_end(path);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) return system_error("cannot learn how a child process ended", errno);
    }
    return status;
}

// What this process has tried already, by the content's hash.
bool is_known(std::size_t content, bool learn) {
    static std::mutex mutex;
    static std::set<std::size_t> known;
    const std::lock_guard lock(mutex);
    if (learn) known.insert(content);
    return known.contains(content);
}

}  // namespace

Result<void> require_harmless(const std::filesystem::path& object, const std::string& content) {
    const std::size_t hash = std::hash<std::string>{}(content);
    if (is_known(hash, false)) return {};
    XDPBENCH_TRY(const int status, try_in_child(object.c_str()));
    if (status != 0) {
        const std::string how = WIFSIGNALED(status)
                                    ? fmt::format("crashed ({})", ::strsignal(WTERMSIG(status)))
                                    : "did not come back";
        return input_error(
            fmt::format("{} is damaged: opening it, libbpf {}.{} {}", object.string(),
                        ::libbpf_major_version(), ::libbpf_minor_version(), how),
            "compile the program again");
    }
    is_known(hash, true);
    return {};
}

}  // namespace xdpbench::bpf
