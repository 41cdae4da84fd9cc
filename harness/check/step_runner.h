// The steps of a check: frame after frame through BPF_PROG_TEST_RUN. Judges nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/attach.h"
#include "bpf/test_run.h"
#include "check/sent_frames.h"
#include "target/lone_program.h"
#include "target/target.h"

namespace xdpbench::check {

// Whether the step can be run: its context fits the program. Needs no loaded program.
Result<void> validate_context(const target::Target& target, const bpf::Program& program,
                              const scenario::Step& step);

// Whether the step's changes of maps fit the program, which is configured with them.
Result<void> validate_changes(const target::Target& target, const bpf::Program& program,
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

    // Waits and changes maps as the step says, then runs its frames `in`; `handle` gets each
    // output, and may keep none.
    using Handler = std::function<Result<void>(const bpf::TestRunOutput& output)>;
    Result<void> run_each(const scenario::Step& step, const packet::Frames& in,
                          const Handler& handle);

    // What the program returns for each of the step's frames.
    Result<std::vector<std::uint32_t>> returned(const scenario::Step& step,
                                                const packet::Frames& in);

  private:
    // A step's context with what it refers to.
    struct Context {
        std::vector<std::uint8_t> metadata;
        bpf::TestRunContext given;  // without metadata
    };

    StepRunner(const target::LoneProgram& lone, std::optional<net::InNetNs> inside);
    Result<void> attach_to(const std::string& interface);
    Result<void> change_maps(const scenario::Step& step) const;
    Result<Context> context_of(const scenario::Step& step) const;

    const target::LoneProgram* lone_;
    std::optional<net::InNetNs> inside_;
    std::map<std::string, bpf::XdpLink> attached_;  // by interface
    bpf::TestRunner runner_;
    std::unique_ptr<SentFrames> sent_;  // instead of the runner
};

}  // namespace xdpbench::check
