#include "probe/limits.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cerrno>

namespace xdpbench::probe {

Result<void> require_descriptors() {
    rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return system_error("cannot read the limit of file descriptors (getrlimit)", errno);
    if (limit.rlim_max < kDescriptorsOfARun) {
        return unavailable_error(
            fmt::format("this process may have {} open files, and a run takes up to {}",
                        limit.rlim_max, kDescriptorsOfARun),
            "a limit of the shell or the service (ulimit -n)",
            fmt::format("raise it: ulimit -n {}", kDescriptorsOfARun));
    }
    limit.rlim_cur = limit.rlim_max;
    // If it stays as it is, a call that finds too few says so.
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
    return {};
}

}  // namespace xdpbench::probe
