#include "bpf/counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>

#include "bpf/cpus.h"

namespace xdpbench::bpf {

Result<std::optional<std::vector<ActionCounters>>> read_counters(const Program& program) {
    bpf_map* const map = program.find_map(XDP_COUNTERS_MAP);
    // A user's map may happen to have the name; only the layout makes it ours.
    const bool ours = map != nullptr && ::bpf_map__type(map) == BPF_MAP_TYPE_PERCPU_ARRAY &&
                      ::bpf_map__value_size(map) == sizeof(xdp_counter) &&
                      ::bpf_map__max_entries(map) == XDP_COUNTERS_ACTIONS;
    if (!ours) return std::optional<std::vector<ActionCounters>>();
    XDPBENCH_TRY(const std::size_t cpus, possible_cpus());
    std::vector<ActionCounters> per_cpu(cpus);
    std::vector<xdp_counter> values(per_cpu.size());
    for (std::uint32_t action = 0; action < XDP_COUNTERS_ACTIONS; ++action) {
        if (::bpf_map_lookup_elem(::bpf_map__fd(map), &action, values.data()) != 0) {
            return system_error("cannot read the program's counters (map " XDP_COUNTERS_MAP ")",
                                errno);
        }
        for (std::size_t cpu = 0; cpu < values.size(); ++cpu) per_cpu[cpu][action] = values[cpu];
    }
    return std::optional(std::move(per_cpu));
}

Result<std::optional<OffloadCounters>> read_offload_counters(const Program& program) {
    bpf_map* const map = program.find_map(XDP_COUNTERS_MAP);
    const bool ours = map != nullptr && ::bpf_map__type(map) == BPF_MAP_TYPE_ARRAY &&
                      ::bpf_map__value_size(map) == sizeof(xdp_offload_counters) &&
                      ::bpf_map__max_entries(map) == 1;
    if (!ours) return std::optional<OffloadCounters>();
    const std::uint32_t zero = 0;
    OffloadCounters counters{};
    if (::bpf_map_lookup_elem(::bpf_map__fd(map), &zero, counters.data()) != 0) {
        return system_error(
            "cannot read the program's counters in the device (map " XDP_COUNTERS_MAP ")", errno);
    }
    return std::optional(counters);
}

ActionCounters sum_cpus(const std::vector<ActionCounters>& per_cpu) {
    ActionCounters sum{};
    for (const ActionCounters& counters : per_cpu) {
        for (std::size_t action = 0; action < counters.size(); ++action) {
            sum[action].packets += counters[action].packets;
            sum[action].bytes += counters[action].bytes;
        }
    }
    return sum;
}

}  // namespace xdpbench::bpf
