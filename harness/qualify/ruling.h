// How a case of a qualification is judged.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/qualification.h"

namespace xdpbench::qualify {

struct Ruling {
    model::Finding finding = model::Finding::pass;
    std::string text;
    std::vector<model::PortRate> rates = {};
    std::string declared = {};  // of judge_declared(): "yes", "no", "unknown"
};

[[nodiscard]] inline Ruling pass(std::string text = {}) {
    return {model::Finding::pass, std::move(text), {}, {}};
}
[[nodiscard]] inline Ruling note(std::string text) {
    return {model::Finding::note, std::move(text), {}, {}};
}
[[nodiscard]] inline Ruling skip(std::string text) {
    return {model::Finding::skip, std::move(text), {}, {}};
}
[[nodiscard]] inline Ruling fail(std::string text) {
    return {model::Finding::fail, std::move(text), {}, {}};
}
[[nodiscard]] inline Ruling invalid(std::string text) {
    return {model::Finding::invalid, std::move(text), {}, {}};
}

// What the device declares about something.
enum class Declared { yes, no, unknown };  // unknown: this kernel has no way to declare it

// The rule for all cases. It works: pass, but a note if it is declared not to. Refused with `text`:
// a failure if it is declared, else a skip with the kernel's text.
[[nodiscard]] Ruling judge_declared(Declared declared, bool works, std::string text);

// An error inside a case: what the device lacks is a skip, all else makes the case invalid.
[[nodiscard]] Ruling ruling_of(const Error& error);

}  // namespace xdpbench::qualify
