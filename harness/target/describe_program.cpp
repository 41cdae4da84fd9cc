#include "target/describe_program.h"

#include <optional>

#include "bpf/program.h"
#include "bpf/rx_metadata.h"
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

// What maps hold, or have room for, does not change the program, and may be millions of entries.
Target without_entries(Target target) {
    target.scenario.configuration.maps.clear();  // they may need a network
    target.begins_with.reset();
    target.described_only = true;
    return target;
}

}  // namespace

Result<model::ProgramRecord> describe_program(const Target& target) {
    const Target plain = without_entries(target);
    XDPBENCH_TRY(const LoneProgram lone, load_alone(plain, {}, 0, LoneSockets::none));
    XDPBENCH_TRY(const bpf::ProgramInfo info, lone.program.info());
    XDPBENCH_TRY(bpf::Program again, open_program(plain));
    XDPBENCH_TRY(const auto inside, lone.enter());
    if (lone.is_sent()) bpf::bind_to_receiver(again, lone.network->links.front().dut.index);
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
