#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/interrupt.h"
#include "base/print.h"
#include "base/standard_streams.h"
#include "base/text.h"
#include "commands/command.h"
#include "commands/command_line.h"
#include "probe/privileges.h"

namespace xdpbench {
namespace {

// The main thread's stack grows up to the limit of the moment. With too little (ulimit -s 96) the
// end would be a SIGSEGV.
Result<void> allow_stack() {
    constexpr rlim_t kUsual = rlim_t{8} << 20;
    constexpr rlim_t kNeeded = rlim_t{1} << 20;
    rlimit limit = {};
    if (::getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= kNeeded) return {};
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = std::min(limit.rlim_max, kUsual);
    if (limit.rlim_cur >= kNeeded && ::setrlimit(RLIMIT_STACK, &limit) == 0) return {};
    return unavailable_error(fmt::format("the stack may have {}, and {} are needed",
                                         byte_size(before), byte_size(kNeeded)),
                             "a limit of this shell or service (RLIMIT_STACK)",
                             "raise it: ulimit -s 8192");
}

}  // namespace
}  // namespace xdpbench

int main(int argc, char** argv) {
    using namespace xdpbench;
    hold_standard_streams();
    catch_interrupts();
    for (const auto& prepare : {allow_stack, probe::drop_other_privileges}) {
        if (const Result<void> done = prepare(); !done) {
            print(stderr, "xdp-bench: {}\n", done.error().text());
            return commands::kNothingRan;
        }
    }
    return commands::command_line({argv + 1, argv + argc});
}
