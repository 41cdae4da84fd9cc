#include "run/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "base/text.h"

namespace xdpbench::run {
namespace {

constexpr const char* kShards = "GTEST_TOTAL_SHARDS";
constexpr const char* kShard = "GTEST_SHARD_INDEX";
constexpr std::array<const char*, 7> kFilters{
    "GTEST_FILTER", "TESTBRIDGE_TEST_ONLY", "GTEST_REPEAT",        kShards,
    kShard,         "BENCHMARK_FILTER",     "BENCHMARK_LIST_TESTS"};

std::optional<int> number_in(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// GTEST_FILTER by --gtest_filter=..., which both libraries take instead. TESTBRIDGE_TEST_ONLY is
// what GTEST_FILTER is without one.
bool is_replaced(std::string_view variable, const std::vector<std::string>& flags) {
    std::string flag = "--";
    for (const char letter : variable == "TESTBRIDGE_TEST_ONLY" ? kFilters[0] : variable)
        flag += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return std::any_of(flags.begin(), flags.end(), [&](const std::string& one) {
        return one == flag || one.starts_with(flag + "=");
    });
}

}  // namespace

std::string filters_in_environment(const std::vector<std::string>& flags) {
    std::string text;
    for (const char* const name : kFilters) {
        const char* const value = std::getenv(name);
        if (value == nullptr || is_replaced(name, flags)) continue;
        text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name, value);
    }
    return text;
}

Result<bool> is_one_of_several_shards() {
    const char* const shards = std::getenv(kShards);
    const char* const shard = std::getenv(kShard);
    if (shards == nullptr && shard == nullptr) return false;
    const std::optional<int> all = number_in(shards == nullptr ? "" : shards);
    const std::optional<int> mine = number_in(shard == nullptr ? "" : shard);
    if (!all || !mine || *mine < 0 || *mine >= *all) {
        return input_error(
            fmt::format("{}={} and {}={} name no shard", kShards, shards == nullptr ? "" : shards,
                        kShard, shard == nullptr ? "" : shard),
            "set both, the index from 0 to one less than the total, or neither");
    }
    return *all > 1;
}

bool asks_for_list(const std::vector<std::string>& flags) {
    return std::any_of(flags.begin(), flags.end(), [](const std::string& flag) {
        return flag.find("list_tests") != std::string::npos && !flag.ends_with("=false") &&
               !flag.ends_with("=0");
    });
}

Error none_selected(std::size_t known, const std::string& filters) {
    return unavailable_error(
        fmt::format("0 of {} selected, so nothing ran", counted(known, "case")),
        known == 0        ? "the scenario has none of the parts that --only asks for"
        : filters.empty() ? "the flags behind -- select none"
                          : "the environment has " + filters,
        known == 0 ? ""
                   : "-- --gtest_list_tests prints the names of checks and replays, -- "
                     "--benchmark_list_tests those of benches");
}

}  // namespace xdpbench::run
