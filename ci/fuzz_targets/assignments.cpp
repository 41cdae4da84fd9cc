// What stands behind `--set`, and the places of `map`.
#include <string>

#include "fuzz.h"
#include "scenario/assignment.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace xdpbench;
    using namespace xdpbench::scenario;
    const std::string text(fuzz::text_of(data, size));
    (void)parse_place(text);
    const Result<Assignment> assignment = parse_assignment(text);
    if (!assignment) {
        fuzz::require(assignment.error().kind == ErrorKind::input,
                      "a bad setting is an input error");
        return 0;
    }
    fuzz::require(!assignment->place.name.empty(), "a setting names what it sets");
    const std::string written = assignment_text(assignment->value);
    const Result<Assignment> again = parse_assignment("x=" + written);
    fuzz::require(again.has_value(), "what is written can be read");
    fuzz::require(assignment_text(again->value) == written, "what is written is read as the same");
    return 0;
}
