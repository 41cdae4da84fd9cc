// What a rate over a port means: against the line rate, the generator, and what is asked for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/qualification.h"
#include "qualify/context.h"
#include "qualify/ruling.h"

namespace xdpbench::qualify {

// The sizes of RFC 2544 and the simple Internet mix, in bytes with FCS.
struct FrameSizes {
    std::string name;                // "64", "imix"
    std::vector<std::size_t> sizes;  // in turn
};
[[nodiscard]] const std::vector<FrameSizes>& rate_sizes();

// Frames a second that a link of `megabits` a second carries at most: each comes with preamble and
// gap, 20 bytes.
[[nodiscard]] double line_rate(double megabits, const std::vector<std::size_t>& sizes);

// What was counted while frames were offered as fast as possible.
struct RateCounts {
    std::uint64_t sent = 0;
    std::uint64_t handled = 0;           // by the program
    std::uint64_t arrived = 0;           // where the action sends them
    std::uint64_t copies = 0;            // of each that have to arrive; 0: it is dropped
    std::uint64_t not_sent_by_peer = 0;  // as its counters report
    double send_seconds = 0;
    double seconds = 0;  // until the last frame was handled
};
[[nodiscard]] model::PortRate rate_of(const RateCounts& counts, std::string frames,
                                      double line_rate);

// A table with a line for each.
[[nodiscard]] std::string rates_text(const std::vector<model::PortRate>& rates);

// Passed: fast enough. Failed: a rate is below `least`. Invalid: it is, but limited by the
// generator, so that the port was not the reason. A share is asked of each rate, a number of frames
// of 64-byte ones only.
[[nodiscard]] Ruling judge_rates(std::vector<model::PortRate> rates,
                                 const std::optional<LeastRate>& least, const std::string& text);

// "50%", "1Mpps"; the error names --at-least.
Result<LeastRate> parse_least_rate(const std::string& text);

}  // namespace xdpbench::qualify
