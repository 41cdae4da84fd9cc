// What `xdp-bench qualify` finds out about a card and its driver.
#pragma once

#include <cstddef>
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

struct QualifiedCase {
    std::string group;  // "data"
    std::string name;   // "fragments"; with the group unique
    Finding finding = Finding::pass;
    std::string message;  // what was seen; of a failure what was sent, what arrived, kernel's text
    double seconds = 0;
    std::string repeat;  // the command that runs this case alone

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
