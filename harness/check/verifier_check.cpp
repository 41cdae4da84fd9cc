#include "check/verifier_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace xdpbench::check {
namespace {

constexpr double kMillisecond = 1e-3;

class CostJudge {
  public:
    // Nothing for `bound`: not judged; for `cost`: the kernel does not say.
    void judge(const char* what, const std::optional<std::uint64_t>& bound,
               const std::optional<std::uint64_t>& cost) {
        if (!bound) return;
        if (!cost) return add(unknown_, fmt::format("this kernel does not report the {}", what));
        if (*cost > *bound)
            add(passed_, fmt::format("{}: at most {} expected, got {}", what, thousands(*bound),
                                     thousands(*cost)));
    }
    void judge_seconds(const char* what, const std::optional<double>& bound, double cost) {
        if (bound && cost > *bound)
            add(passed_, fmt::format("{}: at most {:.3g} ms expected, got {:.3g} ms", what,
                                     *bound / kMillisecond, cost / kMillisecond));
    }
    [[nodiscard]] Verdict verdict() const {
        if (!passed_.empty()) return {model::Outcome::failed, passed_};
        if (!unknown_.empty()) return {model::Outcome::skipped, unknown_};
        return {};
    }

  private:
    static void add(std::string& lines, const std::string& line) {
        lines += (lines.empty() ? "" : "\n") + line;
    }

    std::string passed_;
    std::string unknown_;
};

std::optional<std::uint64_t> deepest(const std::vector<std::uint32_t>& stacks) {
    if (stacks.empty()) return std::nullopt;
    return *std::max_element(stacks.begin(), stacks.end());
}

// Of what is 0 where there is none.
std::optional<std::uint64_t> if_any(std::uint64_t figure) {
    return figure == 0 ? std::nullopt : std::optional(figure);
}

}  // namespace

Verdict judge_cost(const scenario::VerifierBounds& bounds, const model::ProgramRecord& program) {
    CostJudge judge;
    judge.judge("instructions that the verifier processed", bounds.instructions,
                program.verified_insns);
    judge.judge("states that the verifier kept", bounds.states, program.total_states);
    judge.judge("states that the verifier kept at the same time", bounds.peak_states,
                program.peak_states);
    judge.judge("bytes of stack", bounds.stack, deepest(program.stack_bytes));
    judge.judge("translated bytes", bounds.xlated, program.xlated_bytes);
    judge.judge("compiled bytes", bounds.jited, if_any(program.jited_bytes));
    judge.judge_seconds("time to load", bounds.load_seconds, program.load_seconds);
    return judge.verdict();
}

}  // namespace xdpbench::check
