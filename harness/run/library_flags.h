// GoogleTest and Google Benchmark end the process, by a signal or with exit code 1, where a file
// that they write cannot be written, and so do some flags that are for tests of programmers. What
// would end a run like that is refused before anything runs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace xdpbench::run {

// A file that one of the libraries writes in place, or removes: what it held is gone.
struct LibraryFile {
    std::string name;  // the flag or the variable of the environment that says so
    std::filesystem::path path;
};

// Those of GoogleTest and of Google Benchmark.
[[nodiscard]] std::vector<LibraryFile> test_files(const std::vector<std::string>& flags);
[[nodiscard]] std::vector<LibraryFile> benchmark_files(const std::vector<std::string>& flags);

// Of flags that begin with "--gtest_": one that is of no use here, a number of repetitions without
// an end, and files that cannot be written; also where variables of the environment say so.
Result<void> require_test_flags(const std::vector<std::string>& flags);

// The same of flags that begin with "--benchmark_".
Result<void> require_benchmark_flags(const std::vector<std::string>& flags);

}  // namespace xdpbench::run
