#include "probe/probe_programs.h"

#include <bpf/bpf.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "bpf/bpf_options.h"
#include "bpf/refusal.h"

namespace xdpbench::probe {
namespace {

// r0 = value; exit. Reads no packet, so it is valid for XDP and for tc.
constexpr std::array<bpf_insn, 2> program_returning(std::int32_t value) {
    return {{{.code = BPF_ALU64 | BPF_MOV | BPF_K,
              .dst_reg = BPF_REG_0,
              .src_reg = 0,
              .off = 0,
              .imm = value},
             {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}}};
}

}  // namespace

Result<UniqueFd> load_probe_xdp(xdp_action returned, unsigned offload_ifindex) {
    const std::array<bpf_insn, 2> program = program_returning(returned);
    auto options = bpf::bpf_options<bpf_prog_load_opts>();
    options.expected_attach_type = BPF_XDP;
    options.prog_ifindex = offload_ifindex;
    UniqueFd fd(::bpf_prog_load(BPF_PROG_TYPE_XDP, "probe", "GPL", program.data(), program.size(),
                                &options));
    if (fd.valid()) return fd;
    if (offload_ifindex == 0)
        return bpf::refusal_of_privileged("cannot load an XDP program", errno);
    Error error = bpf::refusal_of_privileged("cannot load an XDP program for the device", errno);
    if (errno == EINVAL || errno == EOPNOTSUPP) error.cause = "the device does not run programs";
    return error;
}

Result<UniqueFd> load_probe_tc() {
    constexpr std::int32_t kTcActOk = 0;  // TC_ACT_OK of linux/pkt_cls.h
    const std::array<bpf_insn, 2> program = program_returning(kTcActOk);
    UniqueFd fd(::bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "probe", "GPL", program.data(),
                                program.size(), nullptr));
    if (!fd.valid()) return bpf::refusal_of_privileged("cannot load a tc program", errno);
    return fd;
}

}  // namespace xdpbench::probe
