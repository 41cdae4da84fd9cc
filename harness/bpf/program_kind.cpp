#include "bpf/program_kind.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "base/unique_fd.h"
#include "bpf/bpf_options.h"

namespace xdpbench::bpf {
namespace {

constexpr auto kNoAttachType = static_cast<bpf_attach_type>(0);

UniqueFd load_known(const ProgramKind& kind) {
    const std::array<bpf_insn, 2> pass{
        {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_PASS}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}}};
    auto options = bpf_options<bpf_prog_load_opts>();
    options.prog_flags = kind.frags ? BPF_F_XDP_HAS_FRAGS : 0;
    options.expected_attach_type = kind.attach_type;
    return UniqueFd(
        ::bpf_prog_load(BPF_PROG_TYPE_XDP, "known", "GPL", pass.data(), pass.size(), &options));
}

bool is_of_kind(int program_fd, const ProgramKind& kind) {
    const UniqueFd known = load_known(kind);
    const UniqueFd array(::bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "known", sizeof(std::uint32_t),
                                          sizeof(std::uint32_t), 1, nullptr));
    const std::uint32_t first = 0;
    const int known_fd = known.get();
    if (!known.valid() || ::bpf_map_update_elem(array.get(), &first, &known_fd, BPF_ANY) != 0)
        return false;
    // A dispatcher is of that kind, but may not be tail-called: the kernel looks at the kind first
    // (prog_fd_array_get_ptr of kernel/bpf/arraymap.c).
    return ::bpf_map_update_elem(array.get(), &first, &program_fd, BPF_ANY) == 0 || errno == EBUSY;
}

}  // namespace

ProgramKind kind_of_program(int program_fd) {
    for (const ProgramKind& kind :
         {ProgramKind{false, BPF_XDP}, ProgramKind{true, BPF_XDP},
          ProgramKind{false, kNoAttachType}, ProgramKind{true, kNoAttachType}}) {
        if (is_of_kind(program_fd, kind)) return kind;
    }
    return {};
}

void load_as(const bpf_object* object, bpf_attach_type attach_type) {
    bpf_program* program = nullptr;
    if (object == nullptr) return;
    bpf_object__for_each_program(program, object) {
        // Not those that run behind a redirect, nor those of other types.
        if (::bpf_program__type(program) == BPF_PROG_TYPE_XDP &&
            ::bpf_program__expected_attach_type(program) == BPF_XDP)
            ::bpf_program__set_expected_attach_type(program, attach_type);
    }
}

}  // namespace xdpbench::bpf
