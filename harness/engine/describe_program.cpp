#include "engine/describe_program.h"

#include <optional>

#include "engine/traffic_source.h"
#include "kernel/program.h"

namespace xdpbench {
namespace {

// Frames of the traffic that the capture cut short, if they are to be padded.
Result<std::uint64_t> count_padded(const Subject& subject) {
    if (subject.traffic.cut != CutFrames::pad) return 0;
    XDPBENCH_TRY(FrameStream stream, FrameStream::open(subject.traffic, subject.scenario));
    for (;;) {
        XDPBENCH_TRY(const std::optional<Frame> frame, stream.next());
        if (!frame) return stream.padded();
    }
}

}  // namespace

Result<ProgramRecord> describe_program(const Subject& subject) {
    XDPBENCH_TRY(const LoneProgram lone, load_alone(subject));
    XDPBENCH_TRY(const ProgramInfo info, lone.program.info());
    XDPBENCH_TRY(Program again, open_program(subject));
    XDPBENCH_TRY(const VerifierCost cost, again.load_for_cost());
    ProgramRecord described;
    described.name = subject.scenario.name;
    described.object = subject.object.string();
    described.function = info.name;
    described.id = info.id;
    described.tag = info.tag;
    described.jited_bytes = info.jited_bytes;
    described.xlated_bytes = info.xlated_bytes;
    described.verified_insns = cost.processed_insns;
    if (info.verified_insns != 0) described.verified_insns = info.verified_insns;
    described.total_states = cost.total_states;
    described.peak_states = cost.peak_states;
    described.stack_bytes = cost.stack_bytes;
    described.load_seconds = info.load_seconds;
    XDPBENCH_TRY(described.padded_frames, count_padded(subject));
    return described;
}

}  // namespace xdpbench
