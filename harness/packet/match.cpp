#include "packet/match.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "packet/dissect.h"

namespace xdpbench::packet {
namespace {

bool in_order(const Frames& expected, const Frames& actual, const Mask& mask) {
    return std::equal(expected.begin(), expected.end(), actual.begin(), actual.end(),
                      [&](const Frame& a, const Frame& b) {
                          return a == b || (!mask.empty() && diff_frames(a, b, mask).empty());
                      });
}

bool is_masked(std::string_view field, const Mask& mask) {
    const std::string_view layer = field.substr(0, field.find('.'));
    return std::any_of(mask.begin(), mask.end(),
                       [&](const std::string& entry) { return entry == field || entry == layer; });
}

void clear(std::string& bytes, const Field& field) {
    for (std::size_t bit = field.bit_offset; bit < field.bit_offset + field.bit_length; ++bit) {
        const auto byte = static_cast<unsigned char>(bytes[bit / 8]);
        bytes[bit / 8] = static_cast<char>(byte & ~(0x80U >> (bit % 8)));
    }
}

// Of each expected frame the actual one that equals it, or nothing; equal frames in order.
using Partners = std::vector<std::optional<std::size_t>>;

Partners find_partners(const Frames& expected, const Frames& actual, const Mask& mask,
                       FrameMatch& match) {
    std::unordered_map<std::string, std::deque<std::size_t>> waiting;
    for (std::size_t i = 0; i < expected.size(); ++i)
        waiting[content_outside(expected[i], mask)].push_back(i);
    Partners of_actual(actual.size());
    std::vector<bool> found(expected.size(), false);
    for (std::size_t i = 0; i < actual.size(); ++i) {
        auto& candidates = waiting[content_outside(actual[i], mask)];
        if (candidates.empty()) {
            match.surplus.push_back(i);
            continue;
        }
        of_actual[i] = candidates.front();
        found[candidates.front()] = true;
        candidates.pop_front();
    }
    for (std::size_t i = 0; i < expected.size(); ++i)
        if (!found[i]) match.missing.push_back(i);
    return of_actual;
}

// Moves pairs of a missing and a surplus frame that `fits` to the different ones.
template <class Fits>
void pair_up(FrameMatch& match, const Fits& fits) {
    std::vector<std::size_t> missing;
    for (const std::size_t one : match.missing) {
        const auto other = std::find_if(match.surplus.begin(), match.surplus.end(),
                                        [&](std::size_t at) { return fits(one, at); });
        if (other == match.surplus.end()) {
            missing.push_back(one);
            continue;
        }
        match.different.emplace_back(one, *other);
        match.surplus.erase(other);
    }
    match.missing = std::move(missing);
}

void check_order(const Frames& actual, const Partners& partners, FrameMatch& match) {
    std::map<std::string, std::size_t> last;
    for (std::size_t i = 0; i < actual.size(); ++i) {
        if (!partners[i]) continue;
        const auto [entry, first] = last.try_emplace(flow_key(actual[i]), *partners[i]);
        if (first) continue;
        if (*partners[i] < entry->second) match.overtaken.push_back(i);
        entry->second = std::max(entry->second, *partners[i]);
    }
}

// "ip2" of "ip2.src"; the number tells the inner packet's layers from the outer's.
bool is_layer(std::string_view field, std::string_view layer, bool inner) {
    if (!field.starts_with(layer)) return false;
    field.remove_prefix(layer.size());
    return field.starts_with(inner ? "2." : ".");
}

bool is_fragment(const std::vector<Field>& fields, bool inner) {
    return std::any_of(fields.begin(), fields.end(), [&](const Field& field) {
        if (!is_layer(field.name, "ip", inner)) return false;
        return (field.name.ends_with(".frag") && !field.value.starts_with("0")) ||
               (field.name.ends_with(".flags") && field.value.find("MF") != std::string::npos);
    });
}

std::string values(const std::vector<Field>& fields, bool inner,
                   std::initializer_list<std::string_view> layers,
                   std::initializer_list<std::string_view> names) {
    std::string key;
    for (const Field& field : fields) {
        const std::string_view name = std::string_view(field.name).substr(field.name.find('.') + 1);
        const bool wanted = std::any_of(layers.begin(), layers.end(), [&](std::string_view layer) {
            return is_layer(field.name, layer, inner);
        });
        if (wanted && std::find(names.begin(), names.end(), name) != names.end())
            key += field.value + " ";
    }
    return key;
}

}  // namespace

std::string content_outside(const Frame& frame, const Mask& mask) {
    std::string bytes(frame.bytes.begin(), frame.bytes.end());
    if (mask.empty()) return bytes;
    for (const Field& field : dissect(frame)) {
        if (is_masked(field.name, mask)) clear(bytes, field);
    }
    return bytes;
}

std::string flow_key(const Frame& frame) {
    const std::vector<Field> fields = dissect(frame);
    const bool inner = std::any_of(fields.begin(), fields.end(), [](const Field& field) {
        return field.name.starts_with("ip2.");
    });
    std::string key = values(fields, inner, {"ip", "ip6"}, {"src", "dst", "proto", "next"});
    if (key.empty()) return values(fields, false, {"eth"}, {"src", "dst", "type"});
    if (!is_fragment(fields, inner))
        key += values(fields, inner, {"tcp", "udp"}, {"sport", "dport"});
    return key;
}

FrameMatch match_frames(const Frames& expected, const Frames& actual, const Mask& mask) {
    FrameMatch match;
    if (in_order(expected, actual, mask)) return match;
    const Partners partners = find_partners(expected, actual, mask, match);
    std::vector<std::string> flows(match.surplus.empty() ? 0 : actual.size());
    for (const std::size_t at : match.surplus) flows[at] = flow_key(actual[at]);
    std::map<std::size_t, std::string> wanted;
    for (const std::size_t at : match.missing)
        if (!match.surplus.empty()) wanted[at] = flow_key(expected[at]);
    pair_up(match, [&](std::size_t one, std::size_t other) { return wanted[one] == flows[other]; });
    pair_up(match, [](std::size_t, std::size_t) { return true; });
    // Where a masked field decides what follows it, the content of equal frames is cleared
    // unequally.
    std::erase_if(match.different, [&](const auto& pair) {
        return diff_frames(expected[pair.first], actual[pair.second], mask).empty();
    });
    std::sort(match.different.begin(), match.different.end());
    check_order(actual, partners, match);
    return match;
}

}  // namespace xdpbench::packet
