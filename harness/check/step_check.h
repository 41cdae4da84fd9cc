// The steps of a check: frame after frame through BPF_PROG_TEST_RUN, each output judged.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "bpf/attach.h"
#include "bpf/test_run.h"
#include "check/event_check.h"
#include "check/failures.h"
#include "target/target.h"

namespace xdpbench::check {

struct StepFrames {
    packet::Frames in;
    packet::Frames out;  // empty: the output is not compared as a whole
};
Result<StepFrames> load_step(const scenario::Step& step, const scenario::Scenario& scenario);

// Whether the step can be run and judged: its frames are there, its context and what it expects fit
// the program. Needs no loaded program.
Result<void> validate_step(const target::Target& target, const bpf::Program& program,
                           const scenario::Step& step);

// How many receive queues the check's interfaces need; 0: it needs no interfaces.
[[nodiscard]] std::size_t queues_needed(const scenario::Check& check);

// Runs steps through one loaded program, whose state is kept. The calling thread is in the
// program's network as long as this lives.
class StepRunner {
  public:
    // Interfaces that a step names as its ingress get the program attached: only then does the
    // kernel know their receive queues for XDP. `lone` must outlive this.
    static Result<StepRunner> create(const target::LoneProgram& lone, const scenario::Check& check);

    // Adds what is not as expected to `failures`.
    Result<void> run(const scenario::Step& step, const scenario::Scenario& scenario,
                     EventJudge& events, Failures& failures);

    // Runs the step's frames `in` and judges nothing; `handle` gets each output, and may keep none.
    using Handler = std::function<Result<void>(const bpf::TestRunOutput& output)>;
    Result<void> run_each(const scenario::Step& step, const packet::Frames& in,
                          const Handler& handle);

    // What the program returns for each of the step's frames; nothing else is looked at.
    Result<std::vector<std::uint32_t>> returned(const scenario::Step& step,
                                                const scenario::Scenario& scenario);

  private:
    // A step's context with what it refers to.
    struct Context {
        std::vector<std::uint8_t> metadata;
        bpf::TestRunContext given;  // without metadata
    };

    StepRunner(const target::LoneProgram& lone, std::optional<net::InNetNs> inside);
    Result<void> attach_to(const std::string& interface);
    Result<Context> context_of(const scenario::Step& step) const;
    Result<bpf::TestRunOutput> run_frame(const packet::Frame& frame, const Context& context);
    Result<void> judge(const scenario::Step& step, const std::string& frame,
                       const packet::Frame* out, const bpf::TestRunOutput& output,
                       Failures& failures) const;

    const target::LoneProgram* lone_;
    std::optional<net::InNetNs> inside_;
    std::map<std::string, bpf::XdpLink> attached_;  // by interface
    bpf::TestRunner runner_;
};

}  // namespace xdpbench::check
