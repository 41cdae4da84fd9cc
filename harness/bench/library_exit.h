// Google Benchmark ends the process itself where it cannot go on: with exit code 1 where it cannot
// read what this machine is (its CPUInfo), with 0 for a flag that it does not take. The one is no
// failed case, the other is no success.
#pragma once

#include <string>

namespace xdpbench::bench {

// As long as one lives, a library that ends the process ends it with the exit code of an error, and
// a message. Nothing of ours calls exit() meanwhile.
class LibraryExit {
  public:
    enum class Errno { told, not_told };
    // `what`: what the library cannot do, for the message; with errno in words if it tells why.
    LibraryExit(std::string what, Errno number);
    ~LibraryExit();
    LibraryExit(const LibraryExit&) = delete;
    LibraryExit& operator=(const LibraryExit&) = delete;
    LibraryExit(LibraryExit&&) = delete;
    LibraryExit& operator=(LibraryExit&&) = delete;
};

}  // namespace xdpbench::bench
