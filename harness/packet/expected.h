// What is expected of a frame beside, or in place of, all its bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "packet/diff.h"
#include "packet/frame.h"

namespace xdpbench::packet {

// One field with the value that it must have.
struct ExpectedField {
    struct Absent {};  // the frame must not have the field

    std::string name;  // of dissect(): "ip.ttl"
    std::string text;  // the value as written
    // A field of up to 64 bits as a number, a longer one as bytes.
    std::variant<Absent, std::uint64_t, std::vector<std::uint8_t>> value;
};

// "ip.ttl" and "63". Values are written as dissect() shows them: numbers (also in hex), MAC, IPv4
// and IPv6 addresses, names of Ethernet types and IP protocols ("TCP"), flags ("SYN|ACK", "none"),
// options, payload and padding as "hex:...", and "absent". Errors: no such field (offers the
// nearest), a value that is not of the field's kind or does not fit its bits.
Result<ExpectedField> parse_expected_field(const std::string& name, const std::string& text);

// What parse_expected_field() takes for the value that the field of that name
// has in the frame; "absent" if the frame has none.
[[nodiscard]] std::string field_value(const std::string& name, const Frame& frame);

struct FrameExpectation {
    std::vector<ExpectedField> fields;
    // Every checksum that dissect() knows must be right. Those that it cannot judge in a fragment,
    // and UDP over IPv4 without one, are passed over; a frame without any that is right fails.
    bool checksums = false;
    std::optional<std::size_t> length;  // bytes

    [[nodiscard]] bool empty() const { return fields.empty() && !checksums && !length; }
};

// Empty if the frame is as expected.
[[nodiscard]] std::vector<FieldDifference> differences_from(const FrameExpectation& expected,
                                                            const Frame& actual);

// The frame with the expected fields, and right checksums where those are expected, put into their
// places; nothing if that does not make a frame that is as expected (a field is not there, another
// length).
[[nodiscard]] std::optional<Frame> corrected(const FrameExpectation& expected, Frame actual);

}  // namespace xdpbench::packet
