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

// r1 = 1; *(u64 *)(r10 - 8) = r1; r1 = atomic_fetch_add((u64 *)(r10 - 8), r1); r0 = XDP_PASS; exit.
constexpr std::array<bpf_insn, 5> fetching_program() {
    const auto on_stack = [](int code, std::int32_t operation) {
        return bpf_insn{.code = static_cast<std::uint8_t>(BPF_STX | BPF_DW | code),
                        .dst_reg = BPF_REG_10,
                        .src_reg = BPF_REG_1,
                        .off = -8,
                        .imm = operation};
    };
    const auto end = program_returning(XDP_PASS);
    bpf_insn one = end[0];
    one.dst_reg = BPF_REG_1;
    one.imm = 1;
    return {one, on_stack(BPF_MEM, 0), on_stack(BPF_ATOMIC, BPF_ADD | BPF_FETCH), end[0], end[1]};
}

}  // namespace

Result<UniqueFd> load_probe_atomics() {
    const std::array<bpf_insn, 5> program = fetching_program();
    UniqueFd fd(::bpf_prog_load(BPF_PROG_TYPE_XDP, "probe", "GPL", program.data(), program.size(),
                                nullptr));
    if (!fd.valid()) return bpf::refusal_of_privileged("cannot load atomic operations", errno);
    return fd;
}

Result<UniqueFd> load_probe_xdp(xdp_action returned, unsigned offload_ifindex,
                                std::uint32_t flags) {
    const std::array<bpf_insn, 2> program = program_returning(returned);
    auto options = bpf::bpf_options<bpf_prog_load_opts>();
    options.expected_attach_type = BPF_XDP;
    options.prog_ifindex = offload_ifindex;
    options.prog_flags = flags;
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
