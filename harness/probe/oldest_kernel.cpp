#include "probe/oldest_kernel.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include "probe/feature_trials.h"

namespace xdpbench::probe {

const std::vector<Foundation>& foundations() {
    static const std::vector<Foundation> all = {
        {"XDP programs", try_xdp_program},
        // From 5.12 on; 5.10 says "BPF_STX uses reserved fields".
        {"atomic operations in BPF programs", try_atomics},
        // From 5.15 on; before, any context is EINVAL.
        {"test runs with a context", try_test_run_context},
    };
    return all;
}

Result<void> require_foundations(const std::vector<Foundation>& foundations,
                                 std::string_view release) {
    for (const Foundation& foundation : foundations) {
        const Result<std::string> answer = foundation.attempt();
        if (answer) continue;
        if (answer.error().kind == ErrorKind::interrupted) return answer.error();
        // A refusal for want of privileges tells nothing of the kernel.
        if (!answer.error().cause.empty()) {
            return unavailable_error(answer.error().what + "; nothing was created",
                                     answer.error().cause, answer.error().advice);
        }
        return unavailable_error(fmt::format("this kernel ({}) has no {} ({}); nothing was created",
                                             release, foundation.name, answer.error().what),
                                 "it is older than 5.15, the oldest kernel that xdp-bench runs on",
                                 "use a kernel of 5.15 or newer; replays and benches need 5.18");
    }
    return {};
}

Result<void> require_kernel() {
    utsname system = {};
    ::uname(&system);
    return require_foundations(foundations(), std::string_view(system.release));
}

}  // namespace xdpbench::probe
