// Google Benchmark ends the process itself, with exit code 1, where it cannot read what this
// machine is (its CPUInfo). That is no failed case.
#pragma once

namespace xdpbench::bench {

// As long as one lives, a library that ends the process ends it with the exit code of an error of
// the machine, and a message that has the last errno. Nothing of ours calls exit() meanwhile.
class LibraryExit {
  public:
    LibraryExit();
    ~LibraryExit();
    LibraryExit(const LibraryExit&) = delete;
    LibraryExit& operator=(const LibraryExit&) = delete;
    LibraryExit(LibraryExit&&) = delete;
    LibraryExit& operator=(LibraryExit&&) = delete;
};

}  // namespace xdpbench::bench
