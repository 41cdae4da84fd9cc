#include "traffic/pinned.h"

#include <fmt/format.h>

#include <cerrno>

namespace xdpbench::traffic {

Result<PinnedThread> PinnedThread::pin(int cpu) {
    cpu_set_t before;
    CPU_ZERO(&before);
    if (::sched_getaffinity(0, sizeof(before), &before) != 0)
        return system_error("cannot read this thread's CPUs", errno);
    cpu_set_t wanted;
    CPU_ZERO(&wanted);
    CPU_SET(cpu, &wanted);
    if (::sched_setaffinity(0, sizeof(wanted), &wanted) != 0) {
        return system_error(fmt::format("cannot run on CPU {} alone", cpu), errno,
                            "it is offline, or outside this process's cpuset");
    }
    return PinnedThread(before);
}

PinnedThread::~PinnedThread() {
    if (active_) ::sched_setaffinity(0, sizeof(before_), &before_);
}

int measuring_cpu() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return 0;
    for (int cpu = CPU_SETSIZE - 1; cpu > 0; --cpu) {
        if (CPU_ISSET(cpu, &allowed)) return cpu;
    }
    return 0;
}

}  // namespace xdpbench::traffic
