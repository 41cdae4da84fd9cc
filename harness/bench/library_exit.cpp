#include "bench/library_exit.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/print.h"
#include "base/result.h"
#include "model/outcome.h"

namespace xdpbench::bench {
namespace {

struct Watched {
    std::string what;  // empty: nothing is watched
    LibraryExit::Errno number = LibraryExit::Errno::not_told;
};

Watched& watched() {
    static Watched one;
    return one;
}

void end_with_error() {
    const int number = errno;
    const Watched& one = watched();
    if (one.what.empty()) return;
    std::fflush(nullptr);
    print(stderr, "xdp-bench: {}{}\n", one.what,
          one.number == LibraryExit::Errno::told ? ": " + errno_text(number) : "");
    ::_exit(model::kInputError);
}

}  // namespace

// What exit() calls last must be there still: so it is made before the handler is registered.
LibraryExit::LibraryExit(std::string what, Errno number) {
    Watched& one = watched();
    static const bool registered = std::atexit(end_with_error) == 0;
    if (registered) one = {std::move(what), number};
}

LibraryExit::~LibraryExit() { watched() = {}; }

}  // namespace xdpbench::bench
