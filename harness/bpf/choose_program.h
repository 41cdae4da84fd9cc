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
// `called` are names of programs that it tail-calls, whatever section they are in.
void select_for_loading(bpf_object* object, const bpf_program* chosen,
                        const std::vector<std::string>& called);

// Before loading: a program of a section that libbpf does not know is loaded with the chosen one,
// as what that tail-calls. Others are left alone.
void load_as_called(bpf_program* program, const bpf_program* chosen);

}  // namespace xdpbench::bpf
