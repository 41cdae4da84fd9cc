#include "bpf/register_content.h"

#include <linux/bpf.h>

namespace xdpbench::bpf {

void fetch(const bpf_insn& insn, Registers& registers) {
    registers[0].join({});
    registers[insn.src_reg].exact = false;
}

void compute(const bpf_insn& insn, Registers& registers) {
    Content& to = registers[insn.dst_reg];
    const bool from_register = BPF_SRC(insn.code) == BPF_X;
    const Content from = from_register ? registers[insn.src_reg] : Content{};
    switch (BPF_OP(insn.code)) {
        case BPF_MOV:
            to = from;
            return;
        case BPF_ADD:
        case BPF_SUB:
            break;
        default:  // no pointer comes out of anything else
            if (BPF_OP(insn.code) != BPF_AND && BPF_OP(insn.code) != BPF_OR) to = {};
            return;
    }
    if (to.exact && !from_register) {
        to.offset += BPF_OP(insn.code) == BPF_ADD ? insn.imm : -insn.imm;
    } else {
        to.exact = false;
    }
    Content added = from;
    added.exact = false;
    to.join(added);
    to.exact = to.exact && !from_register;
    // A look-up that the kernel writes into the program computes a place in the map.
    to.values |= to.maps;
    to.maps = 0;
}

}  // namespace xdpbench::bpf
