#include "replay/frame_comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/text.h"
#include "packet/match.h"

namespace xdpbench::replay {
namespace {

constexpr std::size_t kDifferencesShown = 3;
constexpr std::size_t kNumbersShown = 8;
constexpr std::ptrdiff_t kAddresses = 12;  // bytes of the two MAC addresses
constexpr std::ptrdiff_t kTag = 4;         // bytes of a VLAN tag

bool is_tagged(const packet::Frame& frame) {
    if (frame.bytes.size() < kAddresses + kTag) return false;
    const auto type =
        static_cast<unsigned>(frame.bytes[kAddresses] << 8 | frame.bytes[kAddresses + 1]);
    return type == 0x8100 || type == 0x88a8;
}

// Whether `actual` is `expected` without its outer tag, or without both.
bool lacks_tags(packet::Frame expected, const packet::Frame& actual, const packet::Mask& mask) {
    while (is_tagged(expected)) {
        const auto tag = expected.bytes.begin() + kAddresses;
        expected.bytes.erase(tag, tag + kTag);
        if (packet::diff_frames(expected, actual, mask).empty()) return true;
    }
    return false;
}

// "#3, #5 and 7 more".
std::string numbers(const std::vector<std::size_t>& positions) {
    std::vector<std::string> shown;
    for (std::size_t i = 0; i < std::min(positions.size(), kNumbersShown); ++i)
        shown.push_back(fmt::format("#{}", positions[i]));
    std::string text = fmt::format("{}", fmt::join(shown, ", "));
    if (positions.size() > kNumbersShown)
        text += fmt::format(" and {} more", thousands(positions.size() - kNumbersShown));
    return text;
}

std::string line(const char* what, const std::vector<std::size_t>& positions, const char* fault) {
    if (positions.empty()) return {};
    return fmt::format("{}: {} {}: {}\n", what, counted(positions.size(), "frame"), fault,
                       numbers(positions));
}

// Surplus frames that equal one that is expected and arrived.
std::vector<std::size_t> take_duplicates(packet::FrameMatch& match, const packet::Frames& expected,
                                         const packet::Frames& actual, const packet::Mask& mask) {
    std::vector<std::size_t> duplicates;
    if (match.surplus.empty()) return duplicates;
    std::unordered_set<std::string> contents;
    for (const packet::Frame& frame : expected)
        contents.insert(packet::content_outside(frame, mask));
    std::erase_if(match.surplus, [&](std::size_t at) {
        const bool known = contents.contains(packet::content_outside(actual[at], mask));
        if (known) duplicates.push_back(at);
        return known;
    });
    return duplicates;
}

}  // namespace

FrameComparison compare_frames(const char* what, const packet::Frames& expected,
                               const packet::Frames& actual, const packet::Mask& mask) {
    FrameComparison comparison;
    packet::FrameMatch match = packet::match_frames(expected, actual, mask);
    if (match.empty()) return comparison;
    if (expected.size() != actual.size()) {
        comparison.text = fmt::format("{}: expected {}, got {}\n", what,
                                      counted(expected.size(), "frame"), thousands(actual.size()));
    }
    std::size_t shown = 0;
    for (const auto& [wanted, got] : match.different) {
        const bool tags = lacks_tags(expected[wanted], actual[got], mask);
        ++(tags ? comparison.without_tags : comparison.otherwise_wrong);
        if (++shown > kDifferencesShown) continue;
        comparison.text +=
            fmt::format("{} #{}:\n{}\n", what, wanted,
                        packet::describe_difference(expected[wanted], actual[got], mask));
    }
    if (shown > kDifferencesShown)
        comparison.text +=
            fmt::format("... and {} differ\n", counted(shown - kDifferencesShown, "more frame"));
    const auto duplicates = take_duplicates(match, expected, actual, mask);
    comparison.otherwise_wrong +=
        match.missing.size() + match.surplus.size() + duplicates.size() + match.overtaken.size();
    comparison.text += line(what, match.missing, "did not arrive");
    comparison.text += line(what, duplicates, "arrived once more than expected");
    comparison.text += line(what, match.surplus, "not expected");
    comparison.text += line(what, match.overtaken, "out of order within their flow");
    return comparison;
}

}  // namespace xdpbench::replay
