#include "base/interrupt.h"

#include <signal.h>

#include <atomic>
#include <initializer_list>

namespace xdpbench {
namespace {

// Read by every thread; set by whichever thread the signal finds.
std::atomic<bool> interrupt_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler must not lock");

thread_local int works_to_the_end = 0;

void on_signal(int number) {
    // The kernel takes back namespaces, links and programs however the process ends, so a second
    // signal may safely do what it would have done without us.
    if (interrupt_flag.exchange(true)) {
        ::signal(number, SIG_DFL);
        ::raise(number);
    }
}

// The kernel sends it again with every further second of CPU time.
void on_cpu_limit(int /*number*/) { interrupt_flag = true; }

// Blocked by whoever started us, they would never arrive.
void unblock(std::initializer_list<int> numbers) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : numbers) sigaddset(&signals, number);
    ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace

void catch_interrupts() {
    struct sigaction action = {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    struct sigaction hang_up = {};
    ::sigaction(SIGHUP, nullptr, &hang_up);
    if (hang_up.sa_handler != SIG_IGN) ::sigaction(SIGHUP, &action, nullptr);
    action.sa_handler = on_cpu_limit;  // of "ulimit -t"
    ::sigaction(SIGXCPU, &action, nullptr);
    unblock({SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGCHLD});
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);  // beyond "ulimit -f" a write is an error then
    // Inherited as "ignored" it would make the kernel throw away how our children ended.
    ::signal(SIGCHLD, SIG_DFL);
}

bool interrupted() {
    return works_to_the_end == 0 && interrupt_flag.load(std::memory_order_relaxed);
}

ToTheEnd::ToTheEnd() { ++works_to_the_end; }

ToTheEnd::~ToTheEnd() { --works_to_the_end; }

Error interrupted_error() { return Error{ErrorKind::interrupted, "interrupted", {}, {}}; }

}  // namespace xdpbench
