// The steps of a check: frame after frame through BPF_PROG_TEST_RUN, each output judged.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "engine/event_check.h"
#include "engine/failures.h"
#include "engine/subject.h"
#include "kernel/attach.h"
#include "kernel/test_run.h"

namespace xdpbench {

struct StepFrames {
    Frames in;
    Frames out;  // empty: the output is not compared as a whole
};
Result<StepFrames> load_step(const Step& step, const Scenario& scenario);

// Whether the step can be run and judged: its frames are there, its context and what it expects fit
// the program. Needs no loaded program.
Result<void> validate_step(const Subject& subject, const Program& program, const Step& step);

// How many receive queues the check's interfaces need; 0: it needs no interfaces.
[[nodiscard]] std::size_t queues_needed(const Check& check);

// Runs steps through one loaded program, whose state is kept. The calling thread is in the
// program's network as long as this lives.
class StepRunner {
  public:
    // Interfaces that a step names as its ingress get the program attached: only then does the
    // kernel know their receive queues for XDP. `lone` must outlive this.
    static Result<StepRunner> create(const LoneProgram& lone, const Check& check);

    // Adds what is not as expected to `failures`.
    Result<void> run(const Step& step, const Scenario& scenario, EventJudge& events,
                     Failures& failures);

    // Runs the step's frames `in` and judges nothing; `handle` gets each output, and may keep none.
    using Handler = std::function<Result<void>(const TestRunOutput& output)>;
    Result<void> run_each(const Step& step, const Frames& in, const Handler& handle);

    // What the program returns for each of the step's frames; nothing else is looked at.
    Result<std::vector<std::uint32_t>> returned(const Step& step, const Scenario& scenario);

  private:
    // A step's context with what it refers to.
    struct Context {
        std::vector<std::uint8_t> metadata;
        TestRunContext given;  // without metadata
    };

    StepRunner(const LoneProgram& lone, std::optional<InNetNs> inside);
    Result<void> attach_to(const std::string& interface);
    Result<Context> context_of(const Step& step) const;
    Result<TestRunOutput> run_frame(const Frame& frame, const Context& context);
    Result<void> judge(const Step& step, const std::string& frame, const Frame* out,
                       const TestRunOutput& output, Failures& failures) const;

    const LoneProgram* lone_;
    std::optional<InNetNs> inside_;
    std::map<std::string, XdpLink> attached_;  // by interface
    TestRunner runner_;
};

}  // namespace xdpbench
