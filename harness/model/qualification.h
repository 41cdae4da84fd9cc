// What `xdp-bench qualify` finds out about a card and its driver.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/outcome.h"

namespace xdpbench::model {

// How a case of a qualification ends.
enum class Finding {
    pass,
    note,     // worth knowing, and no fault: for example it works and is not declared
    skip,     // not declared and refused, or not possible here
    invalid,  // frames are unaccounted for, or the tool itself could not do its part
    fail,     // declared and does not work, or wrong
};
[[nodiscard]] std::string_view name_of(Finding finding);  // "PASS"
// Nothing if there is no such name.
[[nodiscard]] bool parse_finding(std::string_view name, Finding& finding);
// For formats that know nothing of notes: one has passed.
[[nodiscard]] Outcome outcome_of(Finding finding);

// What keeps a rate from being higher.
enum class RateLimit {
    generator,  // every frame offered was processed, or the peer did not send the others
    line,       // the link carries no more
    port,       // frames were lost in the port or for lack of CPU time
    way_out,    // frames were lost after the program
};
[[nodiscard]] std::string_view name_of(RateLimit limit);
// Nothing if there is no such name.
[[nodiscard]] bool parse_rate_limit(std::string_view name, RateLimit& limit);

// A rate that was measured over the port, in frames a second.
struct PortRate {
    std::string frames;      // "64": bytes with FCS; "imix"; with more, "64, 2 queues"
    double offered = 0;      // handed over by the generator
    double processed = 0;    // handled by the program
    double forwarded = 0;    // arrived where the action sends them; 0 for a drop
    double line_rate = 0;    // that the link can carry; 0: its speed is not known
    std::uint64_t lost = 0;  // frames that were offered and did not reach the program
    RateLimit limit = RateLimit::generator;

    // Frames that got where the action sends them.
    [[nodiscard]] double delivered() const { return forwarded > 0 ? forwarded : processed; }
    // Of those; 0 where the link's speed is not known. Above 1: the driver's speed is nominal.
    [[nodiscard]] double share_of_line() const {
        return line_rate > 0 ? delivered() / line_rate : 0;
    }
};

struct QualifiedCase {
    std::string group;  // "data"
    std::string name;   // "fragments"; with the group unique
    Finding finding = Finding::pass;
    std::string message;  // what was seen; of a failure what was sent, what arrived, kernel's text
    double seconds = 0;
    std::string repeat;                // the command that runs this case alone
    std::vector<PortRate> rates = {};  // of the group speed
    // Of a case about a feature: whether the driver declares it ("yes", "no", "unknown").
    std::string declared = {};

    [[nodiscard]] std::string full_name() const { return group + "." + name; }
};

enum class Qualification { qualified, qualified_with_notes, not_qualified, incomplete };
[[nodiscard]] std::string_view name_of(Qualification verdict);  // "qualified with notes"

struct QualificationRecord {
    std::string command_line;
    std::string started;  // UTC, ISO 8601
    double seconds = 0;
    std::vector<std::pair<std::string, std::string>> environment;
    std::string device;
    std::string peer;                  // empty: one port only
    std::vector<std::string> planned;  // full names of the cases that were selected
    std::vector<std::string> not_run;  // of all cases those that need a second port
    std::vector<QualifiedCase> cases;
    std::string running;  // the case that is under way while the record is saved
    bool interrupted = false;
    int exit_code = 0;
};

// A failure anywhere: not qualified. Else incomplete if a case is invalid or did not run, or if
// nothing but skips is there.
[[nodiscard]] Qualification verdict_of(const QualificationRecord& record);
// 0 qualified (with notes or not), 1 not qualified, 3 incomplete because a case is invalid, 4
// because cases did not run, 130 interrupted.
[[nodiscard]] int exit_code_of(const QualificationRecord& record);

}  // namespace xdpbench::model
