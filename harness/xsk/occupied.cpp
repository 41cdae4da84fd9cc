#include "xsk/occupied.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <array>
#include <cerrno>

#include "base/unique_fd.h"

namespace xdpbench::xsk {
namespace {

constexpr std::uint32_t kEmpty = 1;  // what the program returns
constexpr std::uint32_t kOccupied = 2;
constexpr std::int16_t kKey = -4;  // where the key is on the stack

bpf_insn instruction(int code, int to, int from, std::int16_t offset, std::int32_t value) {
    bpf_insn one = {};
    one.code = static_cast<std::uint8_t>(code);
    one.dst_reg = static_cast<std::uint8_t>(to & 0xf);
    one.src_reg = static_cast<std::uint8_t>(from & 0xf);
    one.off = offset;
    one.imm = value;
    return one;
}

// return bpf_map_lookup_elem(map, &key) ? kOccupied : kEmpty
std::array<bpf_insn, 11> looks_up(int map, std::uint32_t key) {
    constexpr int kMove = BPF_ALU64 | BPF_MOV | BPF_K;
    return {
        instruction(BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, kKey, static_cast<std::int32_t>(key)),
        instruction(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0),
        // NOLINTNEXTLINE(misc-redundant-expression): the parts of an opcode, some of them 0
        instruction(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, kKey),
        // NOLINTNEXTLINE(misc-redundant-expression): the same
        instruction(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map),
        instruction(0, 0, 0, 0, 0),  // the second half of the one before
        instruction(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
        instruction(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, 0),
        instruction(kMove, BPF_REG_0, 0, 0, kOccupied), instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
        instruction(kMove, BPF_REG_0, 0, 0, kEmpty), instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)};
}

}  // namespace

Result<bool> is_occupied(const bpf::TypedMap& map, std::uint32_t key) {
    const std::string what = fmt::format("cannot look into map {}", map.name);
    const auto code = looks_up(map.fd, key);
    const UniqueFd program(
        ::bpf_prog_load(BPF_PROG_TYPE_XDP, "occupied", "GPL", code.data(), code.size(), nullptr));
    if (!program.valid()) return system_error(what, errno);
    std::array<std::uint8_t, 64> frame{};
    bpf_test_run_opts run = {};
    run.sz = sizeof(run);
    run.data_in = frame.data();
    run.data_size_in = frame.size();
    if (::bpf_prog_test_run_opts(program.get(), &run) != 0) return system_error(what, errno);
    return run.retval == kOccupied;
}

}  // namespace xdpbench::xsk
