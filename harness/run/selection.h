// Which of the cases run: GoogleTest and Google Benchmark leave some out, told so by flags or by
// variables of the environment that nobody may remember.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace xdpbench::run {

// The variables that are set and not replaced by one of the flags: "GTEST_FILTER=nosuch,
// GTEST_TOTAL_SHARDS=2"; empty if none is.
[[nodiscard]] std::string filters_in_environment(const std::vector<std::string>& flags);

// Whether this process runs one of several shards (GTEST_TOTAL_SHARDS, GTEST_SHARD_INDEX), which
// may be empty. Numbers that make no sense are an input error: GoogleTest would end the process.
Result<bool> is_one_of_several_shards();

// Whether a flag of GoogleTest or Google Benchmark asks for the names of the cases alone.
[[nodiscard]] bool asks_for_list(const std::vector<std::string>& flags);

// A run in which nothing ran: "0 of 12 cases selected". `known`: the cases that there are;
// `filters`: those in the environment.
[[nodiscard]] Error none_selected(std::size_t known, const std::string& filters);

}  // namespace xdpbench::run
