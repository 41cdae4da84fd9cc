// What the verifier writes about a program. The text is meant for people and differs between
// kernels: what is not found is absent, never guessed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xdpbench::bpf {

// What it took to verify a program: the lines of BPF_LOG_STATS
// (print_verification_stats(), kernel/bpf/verifier.c).
struct VerifierCost {
    std::optional<std::uint64_t> processed_insns;
    std::optional<std::uint64_t> total_states;  // kept for pruning, over the whole verification
    std::optional<std::uint64_t> peak_states;   // kept at the same time
    // Stack of each function in bytes: the program itself, then its subprograms. Empty: unknown.
    std::vector<std::uint32_t> stack_bytes;
};

[[nodiscard]] VerifierCost parse_verifier_cost(std::string_view log);

// Whether a load that failed with `number` (an errno, of either sign) was the verifier's word on
// the program. It writes a log as well where the system refuses: no memory, no descriptors, no
// privilege.
[[nodiscard]] bool is_rejection(int number);

// The instruction at which the verifier gave up.
struct RejectedInstruction {
    std::string instruction;  // "17: (71) r0 = *(u8 *)(r6 +1000)"
    std::string source;  // its line in the source, from BTF; with file and line number from kernel
                         // 6.10 on; empty: unknown
};

// From a log of level 1, which ends with the path that was refused.
[[nodiscard]] std::optional<RejectedInstruction> find_rejected_instruction(std::string_view log);

}  // namespace xdpbench::bpf
