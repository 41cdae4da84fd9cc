// A frame that came out otherwise than expected.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/html_sections.h"

namespace xdpbench::report {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kRow = 16;
constexpr std::size_t kRowsShown = 16;  // of a longer frame the rows that differ, and the first

std::string base64(const Bytes& bytes) {
    constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t word = 0;
        for (std::size_t j = 0; j < 3; ++j)
            word = word << 8 | (i + j < bytes.size() ? bytes[i + j] : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            text += i + j <= bytes.size() ? kLetters[word >> (18 - 6 * j) & 63] : '=';
    }
    return text;
}

// A capture file with this frame (libpcap's format, version 2.4, little endian, Ethernet).
Bytes pcap_of(const Bytes& frame) {
    const auto length = static_cast<std::uint32_t>(frame.size());
    constexpr std::uint32_t kMagic = 0xa1b2c3d4;
    constexpr std::uint32_t kVersion = 0x0004'0002;
    constexpr std::uint32_t kSnapLength = 262'144;
    constexpr std::uint32_t kEthernet = 1;
    Bytes bytes;
    for (const std::uint32_t word :
         std::array{kMagic, kVersion, 0U, 0U, kSnapLength, kEthernet, 0U, 0U, length, length}) {
        for (int shift = 0; shift < 32; shift += 8)
            bytes.push_back(static_cast<std::uint8_t>(word >> shift));
    }
    bytes.insert(bytes.end(), frame.begin(), frame.end());
    return bytes;
}

bool differs(const Bytes& one, const Bytes& other, std::size_t i) {
    return i >= other.size() || one[i] != other[i];
}

bool row_differs(const Bytes& one, const Bytes& other, std::size_t row) {
    for (std::size_t i = row; i < std::min(row + kRow, one.size()); ++i) {
        if (differs(one, other, i)) return true;
    }
    return false;
}

std::string hex_rows(const Bytes& bytes, const Bytes& other) {
    std::string text;
    const bool all = bytes.size() <= kRow * kRowsShown;
    for (std::size_t row = 0; row < bytes.size(); row += kRow) {
        if (!all && row > 0 && !row_differs(bytes, other, row)) continue;
        text += fmt::format("{:04x} ", row);
        for (std::size_t i = row; i < std::min(row + kRow, bytes.size()); ++i)
            text += differs(bytes, other, i) ? fmt::format(" <mark>{:02x}</mark>", bytes[i])
                                             : fmt::format(" {:02x}", bytes[i]);
        text += "\n";
    }
    return text;
}

std::string side(std::string_view name, const Bytes& bytes, const Bytes& other) {
    if (bytes.empty()) return "<div></div>";
    return fmt::format(
        "<div>{0}, {1} bytes: <a download=\"{0}.pcap\" "
        "href=\"data:application/vnd.tcpdump.pcap;base64,{2}\">{0}.pcap</a>\n<pre>{3}</pre></"
        "div>\n",
        name, bytes.size(), base64(pcap_of(bytes)), hex_rows(bytes, other));
}

}  // namespace

std::string html_frame(const model::ChangedFrame& frame) {
    std::vector<TableRow> rows{{"field", "expected", "actual"}};
    for (const model::ChangedFrame::Field& field : frame.fields)
        rows.push_back({field.name, field.expected, field.actual});
    return fmt::format("<p>frame {}</p>\n{}<div class=\"hex\">\n{}{}</div>\n",
                       html_text(frame.name), html_table(rows, 3),
                       side("expected", frame.expected, frame.actual),
                       side("actual", frame.actual, frame.expected));
}

}  // namespace xdpbench::report
