#include "packet/expected.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/number.h"
#include "base/text.h"
#include "packet/bits.h"
#include "packet/dissect.h"
#include "packet/hex.h"
#include "packet/layers.h"

namespace xdpbench::packet {
namespace {

using ExpectedValue = decltype(ExpectedField::value);

constexpr std::string_view kAbsent = "absent";
constexpr std::size_t kNumberBits = 64;
constexpr Part kRun{"", 0, Show::options};

// How the field of that name is written; nothing if there is none.
std::optional<Part> part_named(std::string_view name) {
    if (name == kPayload || name == kPadding) return kRun;
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    std::string_view layer_name = name.substr(0, dot);
    const std::string_view part_name = name.substr(dot + 1);
    const auto find_in = [&](std::span<const Layer> layers) -> std::optional<Part> {
        for (const Layer& layer : layers) {
            if (layer.name != layer_name) continue;
            for (const Part& part : layer.parts) {
                if (part.name == part_name) return part;
            }
        }
        return std::nullopt;
    };
    if (const auto part = find_in(kOnceLayers)) return part;
    if (!layer_name.ends_with(kSecond)) return std::nullopt;
    layer_name.remove_suffix(kSecond.size());
    return find_in(kTwiceLayers);
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
    const bool hex = text.starts_with("0x");
    if (hex) text.remove_prefix(2);
    return parse_number<std::uint64_t>(text, hex ? 16 : 10);
}

std::uint64_t as_number(const Bytes& bytes) { return bits_at(bytes, 0, bytes.size() * 8); }

std::optional<std::uint64_t> parse_mac(const std::string& text) {
    const Result<Bytes> bytes = parse_hex(text);
    if (!bytes || bytes->size() != 6 || text.find(':') == std::string::npos) return std::nullopt;
    return as_number(*bytes);
}

std::optional<Bytes> parse_address(int family, const std::string& text) {
    Bytes bytes(family == AF_INET ? 4 : 16);
    if (::inet_pton(family, text.c_str(), bytes.data()) != 1) return std::nullopt;
    return bytes;
}

std::optional<std::uint64_t> parse_named(const std::string& text, std::span<const Named> names) {
    for (const Named& named : names) {
        if (named.name == text) return named.number;
    }
    return parse_unsigned(text);
}

// "SYN|ACK"; "none": no flag is set.
std::optional<std::uint64_t> parse_flags(std::string_view text,
                                         std::span<const std::string_view> names) {
    if (text == "none") return 0;
    if (const auto number = parse_unsigned(text)) return number;
    std::uint64_t flags = 0;
    for (;;) {
        const std::size_t bar = text.find('|');
        const std::string_view word = trim(text.substr(0, bar));
        const auto name = std::find(names.begin(), names.end(), word);
        if (name == names.end()) return std::nullopt;
        flags |= std::uint64_t{1} << (name - names.begin());
        if (bar == std::string_view::npos) return flags;
        text.remove_prefix(bar + 1);
    }
}

std::optional<Bytes> parse_run(std::string_view text) {
    if (!text.starts_with(kHexPrefix)) return std::nullopt;
    Result<Bytes> bytes = parse_hex(text.substr(kHexPrefix.size()));
    if (!bytes || bytes->empty()) return std::nullopt;
    return *std::move(bytes);
}

// What a value of this kind is called in an error.
std::string kind_text(const Part& part) {
    switch (part.show) {
        case Show::mac:
            return "a MAC address";
        case Show::ipv4:
            return "an IPv4 address";
        case Show::ipv6:
            return "an IPv6 address";
        case Show::ip_flags:
            return fmt::format("none, a number, or some of {} joined by |",
                               fmt::join(kIpFlags, ", "));
        case Show::tcp_flags:
            return fmt::format("none, a number, or some of {} joined by |",
                               fmt::join(kTcpFlags, ", "));
        case Show::options:
            return "bytes as \"hex:...\"";
        default:
            return fmt::format("a number of {}", counted(part.bits, "bit"));
    }
}

std::optional<std::uint64_t> parse_by_kind(const Part& part, const std::string& text) {
    switch (part.show) {
        case Show::mac:
            return parse_mac(text);
        case Show::ipv4: {
            const std::optional<Bytes> bytes = parse_address(AF_INET, text);
            return bytes ? std::optional(as_number(*bytes)) : std::nullopt;
        }
        case Show::ether_type:
            return parse_named(text, kEtherTypes);
        case Show::protocol:
            return parse_named(text, kProtocols);
        case Show::ip_flags:
            return parse_flags(text, kIpFlags);
        case Show::tcp_flags:
            return parse_flags(text, kTcpFlags);
        default:
            return parse_unsigned(text);
    }
}

std::optional<ExpectedValue> parse_value(const Part& part, const std::string& text) {
    if (text == kAbsent) return ExpectedField::Absent{};
    if (part.show == Show::ipv6 || part.show == Show::options) {
        std::optional<Bytes> bytes =
            part.show == Show::ipv6 ? parse_address(AF_INET6, text) : parse_run(text);
        if (!bytes) return std::nullopt;
        return *std::move(bytes);
    }
    const std::optional<std::uint64_t> number = parse_by_kind(part, text);
    if (!number || (part.bits < kNumberBits && *number >> part.bits != 0)) return std::nullopt;
    return *number;
}

const Field* field_of(const std::vector<Field>& fields, const std::string& name) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& field) { return field.name == name; });
    return found == fields.end() ? nullptr : &*found;
}

Bytes bytes_of(const Frame& frame, const Field& field) {
    const auto start = frame.bytes.begin() + static_cast<std::ptrdiff_t>(field.bit_offset / 8);
    return {start, start + static_cast<std::ptrdiff_t>(field.bit_length / 8)};
}

bool has_value(const Frame& frame, const Field* field, const ExpectedValue& value) {
    if (std::holds_alternative<ExpectedField::Absent>(value)) return field == nullptr;
    if (field == nullptr) return false;
    if (const auto* const number = std::get_if<std::uint64_t>(&value)) {
        return field->bit_length <= kNumberBits &&
               bits_at(frame.bytes, field->bit_offset, field->bit_length) == *number;
    }
    return bytes_of(frame, *field) == std::get<Bytes>(value);
}

// A long run of bytes in hex, as dissect() spells out short ones only.
std::string actual_text(const Frame& frame, const Field* field) {
    if (field == nullptr) return std::string(kAbsent);
    if (field->bit_length <= kLongestValueBytes * 8) return field->value;
    return std::string(kHexPrefix) + to_hex(bytes_of(frame, *field));
}

void add_checksum_differences(const std::vector<Field>& fields,
                              std::vector<FieldDifference>& differences) {
    bool any_right = false;
    bool any_bad = false;
    for (const Field& field : fields) {
        any_right = any_right || field.checksum == Checksum::right;
        if (field.checksum == Checksum::wrong) {
            differences.push_back(
                {field.name, fmt::format("0x{:04x}", field.right_checksum), field.value});
            any_bad = true;
        } else if (field.checksum == Checksum::cut_off) {
            differences.push_back(
                {field.name, "a right one", field.value + " (its lengths do not fit the frame)"});
            any_bad = true;
        }
    }
    if (!any_right && !any_bad)
        differences.push_back({"checksums", "at least one", "none that can be judged"});
}

void put_bits(Bytes& bytes, std::size_t offset, std::size_t length, std::uint64_t number) {
    for (std::size_t i = 0; i < length; ++i) {
        const std::size_t bit = offset + i;
        const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
        const bool set = ((number >> (length - 1 - i)) & 1) != 0;
        bytes[bit / 8] =
            static_cast<std::uint8_t>(set ? bytes[bit / 8] | mask : bytes[bit / 8] & ~mask);
    }
}

}  // namespace

Result<ExpectedField> parse_expected_field(const std::string& name, const std::string& text) {
    const std::optional<Part> part = part_named(name);
    if (!part) {
        return input_error(
            fmt::format("no frame has a field \"{}\"{}", name, did_you_mean(name, field_names())),
            "name a field of a layer (\"ip.ttl\") or \"payload\"");
    }
    std::optional<ExpectedValue> value = parse_value(*part, text);
    if (!value) {
        return input_error(
            fmt::format("field {}: expected {}, found \"{}\"", name, kind_text(*part), text),
            "a field that must not be there is \"absent\"");
    }
    return ExpectedField{name, text, *std::move(value)};
}

std::vector<FieldDifference> differences_from(const FrameExpectation& expected,
                                              const Frame& actual) {
    std::vector<FieldDifference> differences;
    if (expected.empty()) return differences;
    if (expected.length && *expected.length != actual.bytes.size()) {
        differences.push_back(
            {"length", counted(*expected.length, "byte"), counted(actual.bytes.size(), "byte")});
    }
    const std::vector<Field> fields = dissect(actual);
    for (const ExpectedField& wanted : expected.fields) {
        const Field* const field = field_of(fields, wanted.name);
        if (has_value(actual, field, wanted.value)) continue;
        differences.push_back({wanted.name, wanted.text, actual_text(actual, field)});
    }
    if (expected.checksums) add_checksum_differences(fields, differences);
    return differences;
}

std::string field_value(const std::string& name, const Frame& frame) {
    const std::vector<Field> fields = dissect(frame);
    const Field* const field = field_of(fields, name);
    if (field == nullptr) return std::string(kAbsent);
    const std::optional<Part> part = part_named(name);
    if (part && part->show == Show::options)
        return std::string(kHexPrefix) + to_hex(bytes_of(frame, *field));
    return field->value.substr(0, field->value.find(" ("));  // of a checksum: "0x1a2b (right)"
}

std::optional<Frame> corrected(const FrameExpectation& expected, Frame actual) {
    const std::vector<Field> fields = dissect(actual);
    for (const ExpectedField& wanted : expected.fields) {
        const Field* const field = field_of(fields, wanted.name);
        if (has_value(actual, field, wanted.value)) continue;
        if (field == nullptr) return std::nullopt;
        if (const auto* const number = std::get_if<std::uint64_t>(&wanted.value)) {
            put_bits(actual.bytes, field->bit_offset, field->bit_length, *number);
        } else if (const auto* const bytes = std::get_if<Bytes>(&wanted.value);
                   bytes != nullptr && bytes->size() * 8 == field->bit_length) {
            std::copy(bytes->begin(), bytes->end(),
                      actual.bytes.begin() + static_cast<std::ptrdiff_t>(field->bit_offset / 8));
        } else {
            return std::nullopt;
        }
    }
    // None of the checksums that dissect() knows covers another.
    if (expected.checksums) {
        for (const Field& field : dissect(actual)) {
            if (field.checksum == Checksum::wrong)
                put_bits(actual.bytes, field.bit_offset, field.bit_length, field.right_checksum);
        }
    }
    if (!differences_from(expected, actual).empty()) return std::nullopt;
    return actual;
}

}  // namespace xdpbench::packet
