#include "bench/library_exit.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/print.h"
#include "base/result.h"
#include "model/outcome.h"

namespace xdpbench::bench {
namespace {

int watched = 0;

void end_with_error() {
    const int number = errno;
    if (watched == 0) return;
    print(stderr, "xdp-bench: Google Benchmark cannot describe this machine: {}\n",
          errno_text(number));
    ::_exit(model::kInputError);
}

}  // namespace

LibraryExit::LibraryExit() {
    static const bool registered = std::atexit(end_with_error) == 0;
    watched += registered ? 1 : 0;
}

LibraryExit::~LibraryExit() {
    if (watched > 0) --watched;
}

}  // namespace xdpbench::bench
