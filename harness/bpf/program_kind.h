// What the kernel tells XDP programs apart by where one calls another, and does not report.
#pragma once

#include <linux/bpf.h>

struct bpf_object;

namespace xdpbench::bpf {

struct ProgramKind {
    bool frags = false;  // takes frames in several buffers
    // What it was loaded with as expected_attach_type: BPF_XDP by libbpf, 0 by loaders that do not
    // set it. Kernels compare that since 6.18 (and stable ones of that time); on older ones every
    // program is taken for BPF_XDP.
    bpf_attach_type attach_type = BPF_XDP;
};

// Found out by program arrays, which take programs of one kind only.
[[nodiscard]] ProgramKind kind_of_program(int program_fd);

// Before load(), of an object: its XDP programs get the attach type of one that they are to stand
// in a program array with. Nothing is done to no object.
void load_as(const bpf_object* object, bpf_attach_type attach_type);

}  // namespace xdpbench::bpf
