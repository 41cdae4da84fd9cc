// What `xdp-bench attach` is asked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/mode.h"
#include "scenario/assignment.h"
#include "target/shared_state.h"

namespace xdpbench::live {

struct AttachOptions {
    std::string program;  // --prog: a reference program by name or FILE.o[:FUNCTION]
    std::string interface;
    model::Mode mode = model::Mode::native;
    std::vector<scenario::Assignment> settings;  // what the program's maps and variables begin with
    double interval = 2;                         // between samples, in seconds
    std::optional<double> duration;              // in seconds; nothing: until told
    target::StateOptions state;                  // of a program that others loaded
    bool replace = false;                        // take off a program that somebody else attached
};

}  // namespace xdpbench::live
