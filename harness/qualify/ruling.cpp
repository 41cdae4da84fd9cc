#include "qualify/ruling.h"

namespace xdpbench::qualify {

namespace {

const char* name_of(Declared declared) {
    switch (declared) {
        case Declared::yes:
            return "yes";
        case Declared::no:
            return "no";
        case Declared::unknown:
            break;
    }
    return "unknown";
}

Ruling rule(Declared declared, bool works, std::string text) {
    if (works && declared == Declared::no) return note("works, but is not declared: " + text);
    if (works) return pass(std::move(text));
    if (declared == Declared::yes) return fail("declared, but does not work: " + text);
    return skip(std::move(text));
}

}  // namespace

Ruling judge_declared(Declared declared, bool works, std::string text) {
    Ruling ruling = rule(declared, works, std::move(text));
    ruling.declared = name_of(declared);
    return ruling;
}

Ruling ruling_of(const Error& error) {
    if (error.kind == ErrorKind::unavailable) return skip(error.text());
    return invalid(error.text());
}

}  // namespace xdpbench::qualify
