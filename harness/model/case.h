// A case and how it ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/common.h"
#include "model/mode.h"

namespace xdpbench::model {

enum class CaseKind {
    check,
    replay,
    lan,
    modes,    // a replay compared between two attach modes
    offload,  // a device that was given the program
    qualify   // one of a card's qualification; `program` is its group
};
[[nodiscard]] std::string_view name_of(CaseKind kind);

// A frame of a failed check that came out otherwise than expected.
struct ChangedFrame {
    struct Field {
        std::string name;  // "ip.ttl", or "length"
        std::string expected;
        std::string actual;
    };
    std::string name;           // of the frame that went in: "mixed.pcap#3"
    std::vector<Field> fields;  // that differ
    // From the destination address on. Without `expected` no frame would be right; both are empty
    // where a frame is longer than kLongestShown.
    std::vector<std::uint8_t> expected;
    std::vector<std::uint8_t> actual;

    static constexpr std::size_t kLongestShown = 9216;  // bytes: a jumbo frame
};

struct CaseResult {
    CaseKind kind = CaseKind::check;
    std::string program;       // name of the scenario
    std::optional<Mode> mode;  // of a replay, a lan or a device; the others have none
    std::string name;
    std::string location;  // file:line:column in the scenario
    Outcome outcome = Outcome::passed;
    std::string message;                // why it failed, was skipped or is invalid
    std::vector<std::string> failures;  // of a check and a lan: all; the message has the first ones
    double seconds = 0;
    std::string repeat;                                // the command that runs this case alone
    std::optional<ChangedFrame> frame = std::nullopt;  // of a failed check the first one
};

}  // namespace xdpbench::model
