#include "bpf/verifier_log.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "base/number.h"
#include "base/text.h"

namespace xdpbench::bpf {
namespace {

// The word behind `name` in "processed 106 insns (limit 1000000) ... total_states 8 ...".
std::optional<std::uint64_t> number_behind(const std::vector<std::string>& words,
                                           std::string_view name) {
    const auto found = std::find(words.begin(), words.end(), name);
    if (found == words.end() || std::next(found) == words.end()) return std::nullopt;
    return parse_number<std::uint64_t>(*std::next(found));
}

// "16+0+8"; empty if it is anything else.
std::vector<std::uint32_t> stack_depths(std::string_view text) {
    std::vector<std::uint32_t> depths;
    for (const std::string& part : split(text, '+')) {
        const auto depth = parse_number<std::uint32_t>(part);
        if (!depth) return {};
        depths.push_back(*depth);
    }
    return depths;
}

// From kernel 7.x on: "subprog 0 (name) main insns_self 3 insns_total 3 stack 8".
std::optional<std::uint32_t> stack_of_subprogram(std::string_view line) {
    constexpr std::string_view kStack = " stack ";
    const std::size_t at = line.rfind(kStack);
    if (!line.starts_with("subprog ") || at == std::string_view::npos) return std::nullopt;
    return parse_number<std::uint32_t>(trim(line.substr(at + kStack.size())));
}

// "17: (71) ...": number, colon, the operation code in two hexadecimal digits.
bool is_instruction(std::string_view line) {
    const std::size_t colon = line.find(": (");
    if (colon == std::string_view::npos || !parse_number<std::uint64_t>(line.substr(0, colon)))
        return false;
    const std::string_view code = line.substr(colon + 3, 3);
    return code.size() == 3 && code[2] == ')' && code.find_first_not_of("0123456789abcdef") == 2;
}

// Without the registers' state, which the verifier writes behind it as a comment.
std::string without_comment(std::string_view line) {
    return std::string(trim(line.substr(0, line.find(" ; "))));
}

}  // namespace

VerifierCost parse_verifier_cost(std::string_view log) {
    constexpr std::string_view kStack = "stack depth ";
    constexpr std::string_view kProcessed = "processed ";
    VerifierCost cost;
    for (const std::string& line : split(log, '\n')) {
        if (line.starts_with(kStack)) {
            cost.stack_bytes = stack_depths(trim(std::string_view(line).substr(kStack.size())));
        } else if (const auto stack = stack_of_subprogram(line)) {
            cost.stack_bytes.push_back(*stack);
        } else if (line.starts_with(kProcessed)) {
            const std::vector<std::string> words = split(line, ' ');
            cost.processed_insns = number_behind(words, "processed");
            cost.total_states = number_behind(words, "total_states");
            cost.peak_states = number_behind(words, "peak_states");
        }
    }
    return cost;
}

bool is_rejection(int number) {
    switch (number < 0 ? -number : number) {
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case EPERM:
        case EAGAIN:
        case EINTR:
            return false;
        default:
            return true;
    }
}

std::optional<RejectedInstruction> find_rejected_instruction(std::string_view log) {
    std::optional<RejectedInstruction> rejected;
    std::string source;
    for (const std::string& line : split(log, '\n')) {
        if (line.starts_with("; ")) source = trim(std::string_view(line).substr(2));
        if (is_instruction(line)) rejected = RejectedInstruction{without_comment(line), source};
    }
    return rejected;
}

}  // namespace xdpbench::bpf
