#include "run/shards.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace xdpbench::run {
namespace {

constexpr const char* kTotal = "GTEST_TOTAL_SHARDS";
constexpr const char* kIndex = "GTEST_SHARD_INDEX";

// Nothing if it is no number, or not from 0 to `most`.
std::optional<int> number_in(std::string_view text, int most) {
    int number = 0;
    const char* const last = text.data() + text.size();
    const auto [end, code] = std::from_chars(text.data(), last, number);
    if (code != std::errc{} || end != last || number < 0 || number > most) return std::nullopt;
    return number;
}

}  // namespace

Result<void> require_sound_shards() {
    const char* const total_text = ::getenv(kTotal);
    const char* const index_text = ::getenv(kIndex);
    if (total_text == nullptr && index_text == nullptr) return {};
    constexpr const char* kAdvice =
        "set both, the index from 0 to the number of shards - 1, or none";
    if (total_text == nullptr || index_text == nullptr) {
        return input_error(
            fmt::format("{} is set and {} is not", total_text == nullptr ? kIndex : kTotal,
                        total_text == nullptr ? kTotal : kIndex),
            kAdvice);
    }
    constexpr int kMostShards = 1'000'000;
    const std::optional<int> total = number_in(total_text, kMostShards);
    if (total && *total > 0 && number_in(index_text, *total - 1)) return {};
    return input_error(
        fmt::format("{}={} {}={}: there is no such shard", kTotal, total_text, kIndex, index_text),
        kAdvice);
}

}  // namespace xdpbench::run
