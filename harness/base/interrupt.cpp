#include "base/interrupt.h"

#include <signal.h>

#include <csignal>

namespace xdpbench {
namespace {

volatile std::sig_atomic_t interrupt_flag = 0;

void on_signal(int number) {
    // The kernel takes back namespaces, links and programs however the process ends, so a second
    // signal may safely do what it would have done without us.
    if (interrupt_flag != 0) {
        ::signal(number, SIG_DFL);
        ::raise(number);
    }
    interrupt_flag = 1;
}

}  // namespace

void catch_interrupts() {
    struct sigaction action = {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
}

bool interrupted() { return interrupt_flag != 0; }

Error interrupted_error() { return Error{ErrorKind::interrupted, "interrupted", {}, {}}; }

}  // namespace xdpbench
