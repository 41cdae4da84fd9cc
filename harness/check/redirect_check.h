// Where the redirects of a check lead.
//
// A program that redirects tells only that it does. So its targets are proven by what happens:
// - a map's entry, by two more runs of the check: with that entry alone in all maps of targets the
//   step's frames must be redirected, and with all but that entry they must not;
// - an interface, by sending the check's frames through the program, attached natively: the step's
//   must arrive at that interface's other end.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "target/target.h"

namespace xdpbench::check {

// Whether the targets can be judged: maps and interfaces are there, and the frames of a check whose
// interfaces are judged come from a cable. Needs no loaded program.
Result<void> validate_redirects(const target::Target& target, const bpf::Program& program,
                                const scenario::Check& check);

// What differs, one line a difference; nothing is run for a check without targets.
Result<std::vector<std::string>> redirect_differences(const target::Target& target,
                                                      const scenario::Check& check);

}  // namespace xdpbench::check
