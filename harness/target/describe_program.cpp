#include "target/describe_program.h"

#include <optional>

#include "bpf/program.h"
#include "target/lone_program.h"
#include "target/traffic_source.h"

namespace xdpbench::target {
namespace {

// Frames of a capture that the command line names and that are not offered as they are in it.
Result<void> count_changed(const Target& target, model::ProgramRecord& described) {
    if (target.traffic.pcap.empty() || is_code(target.traffic)) return {};
    XDPBENCH_TRY(FrameStream stream, FrameStream::open(target.traffic, target.scenario));
    for (;;) {
        XDPBENCH_TRY(const std::optional<packet::Frame> frame, stream.next());
        if (!frame) break;
    }
    described.padded_frames = stream.padded();
    described.fcs_frames = stream.fcs_removed();
    return {};
}

}  // namespace

Result<model::ProgramRecord> describe_program(const Target& target) {
    XDPBENCH_TRY(const LoneProgram lone, load_alone(target));
    XDPBENCH_TRY(const bpf::ProgramInfo info, lone.program.info());
    XDPBENCH_TRY(bpf::Program again, open_program(target));
    XDPBENCH_TRY(const bpf::VerifierCost cost, again.load_for_cost());
    model::ProgramRecord described;
    described.name = target.scenario.name;
    described.object = target.object.string();
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
    XDPBENCH_CHECK(count_changed(target, described));
    return described;
}

}  // namespace xdpbench::target
