#include "run/library_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/file.h"
#include "base/number.h"
#include "base/text.h"

namespace xdpbench::run {
namespace {

constexpr std::string_view kTest = "--gtest_";

// Others are without effect here, end the process when a case fails, or send the results to a host.
constexpr std::array<std::string_view, 12> kTestFlags{
    "filter",     "list_tests", "repeat",     "shuffle", "random_seed",
    "output",     "fail_fast",  "print_time", "brief",   "also_run_disabled_tests",
    "print_utf8", "color"};

// What a flag or a variable says, and under which name it was given.
struct Given {
    std::string name;
    std::string value;
};

// A flag goes before the variable, the last one before others.
std::optional<Given> given(const std::vector<std::string>& flags, const std::string& flag,
                           const char* variable) {
    const auto found = std::find_if(flags.rbegin(), flags.rend(), [&](const std::string& one) {
        return one.starts_with(flag + "=");
    });
    if (found != flags.rend()) return Given{flag, found->substr(flag.size() + 1)};
    const char* const value = std::getenv(variable);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return Given{variable, value};
}

Result<void> require_known(const std::string& flag) {
    if (!flag.starts_with(kTest))
        return input_error(fmt::format("{} behind -- is no {} flag", flag, kTest));
    const std::string name = flag.substr(kTest.size(), flag.find('=') - kTest.size());
    if (std::find(kTestFlags.begin(), kTestFlags.end(), name) != kTestFlags.end()) return {};
    return input_error(
        fmt::format("{}{} behind -- is no flag that xdp-bench takes", kTest, name),
        fmt::format("it takes {}{}", kTest, fmt::join(kTestFlags, fmt::format(", {}", kTest))));
}

// Google's libraries ignore such a value, run out of memory, or print no more than their usage.
Result<void> require_count(const std::optional<Given>& count, int least, int most) {
    if (!count) return {};
    const std::optional<int> number = parse_number<int>(count->value);
    if (number && *number >= least && *number <= most) return {};
    return input_error(fmt::format("{}={}: expected a whole number from {} to {}", count->name,
                                   shell_word(count->value), least,
                                   thousands(static_cast<std::uint64_t>(most))));
}

Result<void> require_format(const std::optional<Given>& format) {
    constexpr std::array<std::string_view, 3> kFormats{"console", "json", "csv"};
    if (!format || std::find(kFormats.begin(), kFormats.end(), format->value) != kFormats.end())
        return {};
    return input_error(fmt::format("{}={}: expected {}", format->name, shell_word(format->value),
                                   fmt::join(kFormats, ", ")));
}

// In a folder, whose name ends with "/", GoogleTest takes the first name that is free.
std::filesystem::path free_name_in(const std::filesystem::path& folder, const std::string& format) {
    std::filesystem::path path = folder / fmt::format("xdp-bench.{}", format);
    std::error_code ignored;
    for (int i = 1; std::filesystem::exists(path, ignored); ++i)
        path = folder / fmt::format("xdp-bench_{}.{}", i, format);
    return path;
}

// Of "xml:FILE", "json:FILE", or a format alone.
std::filesystem::path output_path(const std::string& output) {
    const std::size_t colon = output.find(':');
    const std::string format = output.substr(0, colon);
    if (colon == std::string::npos) return "test_detail." + format;
    const std::filesystem::path path = output.substr(colon + 1);
    return path.has_filename() ? path : free_name_in(path, format);
}

// A file that does not exist is not there afterwards either; folders above it are made.
Result<void> require_writable(const std::vector<LibraryFile>& files) {
    for (const LibraryFile& file : files) {
        const Result<OutputFile> opened = OutputFile::create(file.path);
        if (!opened) return opened.error().in(file.name);
    }
    return {};
}

}  // namespace

std::vector<LibraryFile> test_files(const std::vector<std::string>& flags) {
    std::vector<LibraryFile> files;
    if (const auto output = given(flags, "--gtest_output", "GTEST_OUTPUT")) {
        if (!output->value.empty()) files.push_back({output->name, output_path(output->value)});
    } else if (const auto xml = given({}, "", "XML_OUTPUT_FILE")) {
        files.push_back({xml->name, output_path("xml:" + xml->value)});
    }
    for (const char* const variable : {"GTEST_SHARD_STATUS_FILE", "TEST_PREMATURE_EXIT_FILE"}) {
        if (const auto file = given({}, "", variable)) files.push_back({file->name, file->value});
    }
    return files;
}

std::vector<LibraryFile> benchmark_files(const std::vector<std::string>& flags) {
    const auto file = given(flags, "--benchmark_out", "BENCHMARK_OUT");
    if (!file || file->value.empty()) return {};
    return {{file->name, file->value}};
}

Result<void> require_test_flags(const std::vector<std::string>& flags) {
    for (const std::string& flag : flags) XDPBENCH_CHECK(require_known(flag));
    constexpr int kMostRepeats = std::numeric_limits<int>::max();
    const std::optional<Given> repeat = given(flags, "--gtest_repeat", "GTEST_REPEAT");
    if (repeat && repeat->value.starts_with('-')) {
        return input_error(
            fmt::format("{}={} repeats the cases for ever", repeat->name, repeat->value),
            "a result is written when all have run: give a number of repetitions");
    }
    XDPBENCH_CHECK(require_count(repeat, 0, kMostRepeats));
    return require_writable(test_files(flags));
}

Result<void> require_benchmark_flags(const std::vector<std::string>& flags) {
    constexpr int kMostRepetitions = 10'000;  // each takes memory before the first one
    XDPBENCH_CHECK(require_count(given(flags, "--benchmark_repetitions", "BENCHMARK_REPETITIONS"),
                                 1, kMostRepetitions));
    const std::optional<Given> format =
        given(flags, "--benchmark_out_format", "BENCHMARK_OUT_FORMAT");
    XDPBENCH_CHECK(require_format(given(flags, "--benchmark_format", "BENCHMARK_FORMAT")));
    XDPBENCH_CHECK(require_format(format));
    const std::vector<LibraryFile> files = benchmark_files(flags);
    if (files.empty()) return {};
    if (format && format->value == "csv") {
        return input_error(fmt::format("{}=csv: benches of different paths have different figures, "
                                       "which Google Benchmark's CSV cannot hold",
                                       format->name),
                           "use json, or --json of xdp-bench itself");
    }
    return require_writable(files);
}

}  // namespace xdpbench::run
