// Which of an object's programs is meant, and which are loaded with it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

struct bpf_object;
struct bpf_program;

namespace xdpbench::bpf {

// All of an object's programs, in its order, owned by it.
[[nodiscard]] std::vector<bpf_program*> programs_of(bpf_object* object);

// The XDP program for an interface named `function`, or the only one of that section; with an empty
// name the only one. An input error names the programs that there are. `path` is for the errors.
Result<bpf_program*> choose_program(bpf_object* object, const std::string& path,
                                    const std::string& function);

// The chosen one, in an object with tail calls the other XDP programs, which may be their targets,
// and those that run behind its device and CPU maps. What need not be loaded cannot be refused.
void select_for_loading(bpf_object* object, const bpf_program* chosen);

}  // namespace xdpbench::bpf
