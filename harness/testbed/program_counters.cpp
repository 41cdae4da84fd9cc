#include "testbed/program_counters.h"

#include "bpf/counters.h"

namespace xdpbench::testbed {
namespace {

// What a program built for devices counted itself: without CPUs.
Result<void> add_offload_counters(const bpf::Program& program, LinkCounts& counts) {
    XDPBENCH_TRY(const auto counters, bpf::read_offload_counters(program));
    if (!counters) return Error{ErrorKind::system, "the program's counters are gone", {}, {}};
    for (std::size_t action = 0; action < counts.actions.size(); ++action)
        counts.actions[action] += (*counters)[action];
    return {};
}

}  // namespace

Result<bool> counts_itself(const bpf::Program& program, const net::InterfaceInfo& device) {
    if (program.is_shared() && device.traits.counts_every_frame) return false;
    XDPBENCH_TRY(const auto by_cpu, bpf::read_counters(program));
    if (by_cpu) return true;
    XDPBENCH_TRY(const auto in_device, bpf::read_offload_counters(program));
    return in_device.has_value();
}

Result<void> add_counters(const bpf::Program& program, LinkCounts& counts) {
    XDPBENCH_TRY(const auto counters, bpf::read_counters(program));
    if (!counters) return add_offload_counters(program, counts);
    for (std::size_t cpu = counts.cpus.size(); cpu < counters->size(); ++cpu)
        counts.cpus.push_back({static_cast<int>(cpu), {}});
    for (std::size_t cpu = 0; cpu < counters->size(); ++cpu) {
        for (std::size_t action = 0; action < counts.actions.size(); ++action) {
            const std::uint64_t packets = (*counters)[cpu][action].packets;
            counts.cpus[cpu].actions[action] += packets;
            counts.actions[action] += packets;
        }
    }
    return {};
}

}  // namespace xdpbench::testbed
