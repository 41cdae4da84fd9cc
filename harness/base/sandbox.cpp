#include "base/sandbox.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/prctl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "base/unique_fd.h"

namespace xdpbench {
namespace {

constexpr auto kHarmless = std::to_array<int>({
    // memory
    SCMP_SYS(brk),
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mprotect),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(mincore),
    SCMP_SYS(membarrier),
    // files, as far as they are only read
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(close_range),
    SCMP_SYS(stat),
    SCMP_SYS(fstat),
    SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getdents),
    SCMP_SYS(getdents64),
    SCMP_SYS(getcwd),
    SCMP_SYS(fadvise64),
    // the descriptors it has
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(eventfd2),
    // IP sockets; which families there are is decided by socket()
    SCMP_SYS(bind),
    SCMP_SYS(connect),
    SCMP_SYS(getsockname),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    // threads, programs and time
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(get_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(execve),
    SCMP_SYS(wait4),
    SCMP_SYS(waitid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(arch_prctl),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(restart_syscall),
    // its own signals
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigpending),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(rt_sigsuspend),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(pause),
    SCMP_SYS(alarm),
    SCMP_SYS(setitimer),
    SCMP_SYS(getitimer),
    // what it is
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(gettid),
    SCMP_SYS(getpgrp),
    SCMP_SYS(getpgid),
    SCMP_SYS(getsid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getresuid),
    SCMP_SYS(getresgid),
    SCMP_SYS(getgroups),
    SCMP_SYS(capget),
    SCMP_SYS(getrlimit),
    SCMP_SYS(setrlimit),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrandom),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(umask),
});

constexpr auto kSocketFamilies = std::to_array<int>({AF_INET, AF_INET6, AF_NETLINK});

// Not those that push input into a terminal (TIOCSTI) or have signals sent (FIOSETOWN).
constexpr auto kDeviceRequests = std::to_array<unsigned long>(
    {TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX, FIONCLEX, SIOCGIFNAME, SIOCGIFCONF,
     SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFNETMASK, SIOCGIFMTU, SIOCGIFHWADDR, SIOCGIFINDEX});

// Not those that have signals sent (F_SETOWN) or change a file (F_SETLEASE, F_ADD_SEALS).
constexpr auto kDescriptorCommands =
    std::to_array<int>({F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL});

constexpr std::uint64_t kNewNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                         CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
// As glibc has them, O_TMPFILE and O_SYNC have bits of other flags.
constexpr std::uint64_t kChangingFlags = O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY);

struct Release {
    void operator()(void* filter) const { ::seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

// The rules of one filter; remembers the first one that was not accepted.
class Rules {
  public:
    explicit Rules(scmp_filter_ctx filter) : filter_(filter) {}

    void allow(int call) { note(::seccomp_rule_add(filter_, SCMP_ACT_ALLOW, call, 0)); }
    // If `argument` is `value`, seen through `mask`.
    void allow_if(int call, unsigned argument, std::uint64_t value,
                  std::uint64_t mask = ~std::uint64_t{0}) {
        const scmp_arg_cmp compared = {argument, SCMP_CMP_MASKED_EQ, mask, value};
        note(::seccomp_rule_add_array(filter_, SCMP_ACT_ALLOW, call, 1, &compared));
    }
    // The C library falls back on an older call.
    void deny_as_missing(int call) {
        note(::seccomp_rule_add(filter_, SCMP_ACT_ERRNO(ENOSYS), call, 0));
    }
    [[nodiscard]] int error() const { return error_; }

  private:
    void note(int result) {
        if (error_ == 0) error_ = -result;
    }

    scmp_filter_ctx filter_;
    int error_ = 0;
};

// 0 or errno.
int add_rules(scmp_filter_ctx filter) {
    constexpr std::uint64_t kLow = 0xffffffff;  // int arguments: the upper half is not theirs
    Rules rules(filter);
    for (const int call : kHarmless) rules.allow(call);
    rules.allow_if(SCMP_SYS(open), 1, O_RDONLY, kChangingFlags);
    rules.allow_if(SCMP_SYS(openat), 2, O_RDONLY, kChangingFlags);
    for (const int family : kSocketFamilies)
        rules.allow_if(SCMP_SYS(socket), 0, static_cast<std::uint64_t>(family), kLow);
    for (const unsigned long request : kDeviceRequests)
        rules.allow_if(SCMP_SYS(ioctl), 1, request, kLow);
    for (const int command : kDescriptorCommands)
        rules.allow_if(SCMP_SYS(fcntl), 1, static_cast<std::uint64_t>(command), kLow);
    rules.allow_if(SCMP_SYS(clone), 0, 0, kNewNamespaces);
    rules.allow_if(SCMP_SYS(prlimit64), 0, 0, kLow);  // of this process
    // Not PR_SET_PDEATHSIG, by which it dies with the tool.
    for (const int option : {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_CAPBSET_READ,
                             PR_GET_NO_NEW_PRIVS, PR_GET_SECUREBITS, PR_SET_VMA})
        rules.allow_if(SCMP_SYS(prctl), 0, static_cast<std::uint64_t>(option), kLow);
    rules.deny_as_missing(SCMP_SYS(clone3));
    rules.deny_as_missing(SCMP_SYS(openat2));
    return rules.error();
}

Result<std::vector<sock_filter>> read_program(const UniqueFd& file) {
    const off_t size = ::lseek(file.get(), 0, SEEK_END);
    std::vector<sock_filter> program(static_cast<std::size_t>(size) / sizeof(sock_filter));
    const ssize_t count = ::pread(file.get(), program.data(), static_cast<std::size_t>(size), 0);
    if (size <= 0 || count != size) return system_error("cannot read a seccomp filter", errno);
    return program;
}

}  // namespace

Result<std::vector<sock_filter>> confined_calls() {
    const Filter filter(::seccomp_init(SCMP_ACT_ERRNO(EPERM)));
    if (!filter) return system_error("cannot make a seccomp filter", ENOMEM);
    if (const int number = add_rules(filter.get()); number != 0)
        return system_error("cannot make a seccomp filter", number);
    const UniqueFd file(::memfd_create("xdp-bench-seccomp", MFD_CLOEXEC));
    if (!file.valid()) return system_error("cannot make a seccomp filter", errno);
    if (const int result = ::seccomp_export_bpf(filter.get(), file.get()); result != 0)
        return system_error("cannot make a seccomp filter", result);
    return read_program(file);
}

}  // namespace xdpbench
