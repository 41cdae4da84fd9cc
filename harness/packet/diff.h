// Comparing an expected frame with an actual one.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "packet/frame.h"

namespace xdpbench::packet {

struct FieldDifference {
    std::string field;     // a name of dissect(), or "length"
    std::string expected;  // for a person
    std::string actual;
};

// Fields whose bytes are not compared: names of dissect() ("ip.id") or of a whole layer ("ip").
using Mask = std::vector<std::string>;

// Refuses a mask entry that is no field or layer that dissect() can ever name; the error names the
// nearest.
Result<void> check_mask(const Mask& mask);

// Empty if the frames are equal outside the mask. Fields are those of the expected frame; where the
// actual frame has another length or another layering there, that is said too.
[[nodiscard]] std::vector<FieldDifference> diff_frames(const Frame& expected, const Frame& actual,
                                                       const Mask& mask = {});

// Aligned lines: "  ip.dst   expected 192.168.1.3   got 192.168.1.2".
[[nodiscard]] std::string difference_lines(const std::vector<FieldDifference>& differences);

// The differences as difference_lines(), then the actual frame in hex with its differing bytes
// marked.
[[nodiscard]] std::string describe_difference(const Frame& expected, const Frame& actual,
                                              const Mask& mask = {});

}  // namespace xdpbench::packet
