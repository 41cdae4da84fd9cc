#include "packet/diff.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>

#include "base/text.h"
#include "packet/bits.h"
#include "packet/dissect.h"
#include "packet/hex.h"

namespace xdpbench::packet {
namespace {

constexpr std::size_t kRowBytes = 16;
constexpr std::size_t kRowsShownWhole =
    8;  // of a longer frame only the rows around differences are shown

std::string_view layer_of(std::string_view field) {
    const std::size_t dot = field.find('.');
    return dot == std::string_view::npos ? std::string_view() : field.substr(0, dot);
}

bool is_masked(const Field& field, const Mask& mask) {
    return std::any_of(mask.begin(), mask.end(), [&](const std::string& entry) {
        return entry == field.name || entry == layer_of(field.name);
    });
}

// The bits that differ and are compared: for each byte of the longer frame those of expected XOR
// actual outside the mask; all of them where only one frame has the byte.
class BitDifference {
  public:
    BitDifference(const Frame& expected, const Frame& actual, const std::vector<Field>& fields,
                  const Mask& mask)
        : bits_(std::max(expected.bytes.size(), actual.bytes.size()), 0xff) {
        const std::size_t both = std::min(expected.bytes.size(), actual.bytes.size());
        for (std::size_t i = 0; i < both; ++i) {
            bits_[i] = static_cast<std::uint8_t>(expected.bytes[i] ^ actual.bytes[i]);
        }
        for (const Field& field : fields) {
            if (is_masked(field, mask)) clear(field);
        }
    }

    [[nodiscard]] bool in_byte(std::size_t byte) const { return bits_[byte] != 0; }
    [[nodiscard]] bool in_bytes(std::size_t first, std::size_t last) const {
        return std::any_of(at(first), at(std::min(last, bits_.size())),
                           [](std::uint8_t byte) { return byte != 0; });
    }
    [[nodiscard]] bool in_field(const Field& field) const {
        for (std::size_t i = 0; i < field.bit_length; ++i) {
            if (bit_at(bits_, field.bit_offset + i)) return true;
        }
        return false;
    }
    // For a field made of whole bytes.
    [[nodiscard]] std::vector<std::size_t> bytes_in(const Field& field) const {
        std::vector<std::size_t> bytes;
        for (std::size_t i = field.bit_offset / 8; i < (field.bit_offset + field.bit_length) / 8;
             ++i) {
            if (in_byte(i)) bytes.push_back(i);
        }
        return bytes;
    }

  private:
    [[nodiscard]] std::vector<std::uint8_t>::const_iterator at(std::size_t byte) const {
        return bits_.begin() + static_cast<std::ptrdiff_t>(byte);
    }
    void clear(const Field& field) {
        for (std::size_t bit = field.bit_offset; bit < field.bit_offset + field.bit_length; ++bit) {
            bits_[bit / 8] = static_cast<std::uint8_t>(bits_[bit / 8] & ~(0x80U >> (bit % 8)));
        }
    }

    std::vector<std::uint8_t> bits_;
};

// Bits of a frame that the frame's own layering does not name as one field.
std::string raw_text(const Frame& frame, const Field& place) {
    if (place.bit_length <= 64) {
        return fmt::format("0x{:0{}x}", bits_at(frame.bytes, place.bit_offset, place.bit_length),
                           (place.bit_length + 3) / 4);
    }
    return to_hex(std::span(frame.bytes).subspan(place.bit_offset / 8, place.bit_length / 8));
}

const Field& field_at(const std::vector<Field>& fields, std::size_t bit) {
    return *std::prev(
        std::upper_bound(fields.begin(), fields.end(), bit,
                         [](std::size_t b, const Field& field) { return b < field.bit_offset; }));
}

// What the actual frame has in the place of the expected frame's field.
std::string actual_text(const Frame& actual, const std::vector<Field>& actual_fields,
                        const Field& wanted) {
    const std::size_t bits = actual.bytes.size() * 8;
    if (wanted.bit_offset >= bits) return "absent";
    if (wanted.bit_offset + wanted.bit_length > bits) return "cut off";
    const Field& found = field_at(actual_fields, wanted.bit_offset);
    const bool same_place =
        found.bit_offset == wanted.bit_offset && found.bit_length == wanted.bit_length;
    if (same_place && found.name == wanted.name) return found.value;
    return fmt::format("{} (there {})", same_place ? found.value : raw_text(actual, wanted),
                       found.name);
}

// A long run of bytes is told by its first differing byte: its value is only where it is.
FieldDifference run_difference(const Frame& expected, const Frame& actual, const Field& field,
                               const BitDifference& difference) {
    const std::vector<std::size_t> bytes = difference.bytes_in(field);
    const std::size_t first = bytes.front();
    const auto shown = [&](const Frame& frame) {
        return first < frame.bytes.size()
                   ? fmt::format("0x{:02x} at byte {}", frame.bytes[first], first)
                   : fmt::format("absent from byte {} on", first);
    };
    std::string got = shown(actual);
    if (bytes.size() > 1 && first < actual.bytes.size()) {
        got += fmt::format(", {} differ in all", counted(bytes.size(), "byte"));
    }
    return {field.name, shown(expected), std::move(got)};
}

std::vector<FieldDifference> field_differences(const Frame& expected, const Frame& actual,
                                               const std::vector<Field>& fields,
                                               const BitDifference& difference) {
    const std::vector<Field> actual_fields = dissect(actual);
    std::vector<FieldDifference> differences;
    if (expected.bytes.size() != actual.bytes.size()) {
        differences.push_back({"length", counted(expected.bytes.size(), "byte"),
                               counted(actual.bytes.size(), "byte")});
    }
    for (const Field& field : fields) {
        if (!difference.in_field(field)) continue;
        if (field.bit_length > kLongestValueBytes * 8) {
            differences.push_back(run_difference(expected, actual, field, difference));
        } else {
            differences.push_back(
                {field.name, field.value, actual_text(actual, actual_fields, field)});
        }
    }
    return differences;
}

// "  0010  00 54 1a ..." and, if bytes of the row differ, "                ^^" below.
std::string hex_row(const Frame& frame, std::size_t first, const BitDifference& difference) {
    const std::size_t last = std::min(first + kRowBytes, frame.bytes.size());
    std::string bytes;
    std::string marks;
    for (std::size_t i = first; i < last; ++i) {
        bytes += fmt::format(" {:02x}", frame.bytes[i]);
        marks += difference.in_byte(i) ? " ^^" : "   ";
    }
    std::string row = fmt::format("  {:04x} {}\n", first, bytes);
    const std::size_t last_mark = marks.find_last_not_of(' ');
    if (last_mark != std::string::npos)
        row += fmt::format("       {}\n", marks.substr(0, last_mark + 1));
    return row;
}

std::string hex_view(const Frame& frame, const BitDifference& difference) {
    const bool all = frame.bytes.size() <= kRowsShownWhole * kRowBytes;
    std::string view;
    bool skipping = false;
    for (std::size_t first = 0; first < frame.bytes.size(); first += kRowBytes) {
        const std::size_t row_before = first < kRowBytes ? 0 : first - kRowBytes;
        const bool shown = all || difference.in_bytes(row_before, first + 2 * kRowBytes);
        if (shown) view += hex_row(frame, first, difference);
        if (!shown && !skipping) view += "  ...\n";
        skipping = !shown;
    }
    return view;
}

}  // namespace

Result<void> check_mask(const Mask& mask) {
    const std::vector<std::string> fields = field_names();
    std::vector<std::string> known = fields;
    for (const std::string& field : fields) {
        if (!layer_of(field).empty()) known.emplace_back(layer_of(field));
    }
    for (const std::string& entry : mask) {
        if (std::find(known.begin(), known.end(), entry) != known.end()) continue;
        return input_error(fmt::format("cannot mask \"{}\": no field or layer has that name{}",
                                       entry, did_you_mean(entry, known)),
                           "name a field (\"ip.id\"), a whole layer (\"ip\") or \"payload\"");
    }
    return {};
}

std::vector<FieldDifference> diff_frames(const Frame& expected, const Frame& actual,
                                         const Mask& mask) {
    if (expected == actual) return {};
    const std::vector<Field> fields = dissect(expected);
    return field_differences(expected, actual, fields,
                             BitDifference(expected, actual, fields, mask));
}

std::string difference_lines(const std::vector<FieldDifference>& differences) {
    std::size_t name_width = 0;
    std::size_t value_width = 0;
    for (const FieldDifference& difference : differences) {
        name_width = std::max(name_width, difference.field.size());
        value_width = std::max(value_width, difference.expected.size());
    }
    std::string lines;
    for (const FieldDifference& difference : differences) {
        lines += fmt::format("  {:<{}}   expected {:<{}}   got {}\n", difference.field, name_width,
                             difference.expected, value_width, difference.actual);
    }
    return lines;
}

std::string describe_difference(const Frame& expected, const Frame& actual, const Mask& mask) {
    if (expected == actual) return {};
    const std::vector<Field> fields = dissect(expected);
    const BitDifference difference(expected, actual, fields, mask);
    const std::vector<FieldDifference> differences =
        field_differences(expected, actual, fields, difference);
    if (differences.empty()) return {};
    return difference_lines(differences) + hex_view(actual, difference);
}

}  // namespace xdpbench::packet
