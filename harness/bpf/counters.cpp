#include "bpf/counters.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <cstring>

#include "bpf/cpus.h"

namespace xdpbench::bpf {

namespace {

// What a program that was loaded by others has counted since the tool began with it.
xdp_counter since(const Program& program, std::uint32_t action, std::size_t cpu, xdp_counter now) {
    const auto found = program.counters_before().find(action);
    if (found == program.counters_before().end()) return now;
    xdp_counter before{};
    std::memcpy(&before, found->second.data() + cpu * sizeof(before), sizeof(before));
    return {now.packets - before.packets, now.bytes - before.bytes};
}

}  // namespace

Result<std::optional<std::vector<ActionCounters>>> read_counters(const Program& program) {
    const std::optional<TypedMap> map = program.find_map(XDP_COUNTERS_MAP);
    // A user's map may happen to have the name; only the layout makes it ours.
    const bool ours = map && map->kind == BPF_MAP_TYPE_PERCPU_ARRAY &&
                      map->value.size == sizeof(xdp_counter) &&
                      map->max_entries == XDP_COUNTERS_ACTIONS;
    if (!ours) return std::optional<std::vector<ActionCounters>>();
    XDPBENCH_TRY(const std::size_t cpus, possible_cpus());
    std::vector<ActionCounters> per_cpu(cpus);
    std::vector<xdp_counter> values(per_cpu.size());
    for (std::uint32_t action = 0; action < XDP_COUNTERS_ACTIONS; ++action) {
        if (::bpf_map_lookup_elem(map->fd, &action, values.data()) != 0) {
            return system_error("cannot read the program's counters (map " XDP_COUNTERS_MAP ")",
                                errno);
        }
        for (std::size_t cpu = 0; cpu < values.size(); ++cpu)
            per_cpu[cpu][action] = since(program, action, cpu, values[cpu]);
    }
    return std::optional(std::move(per_cpu));
}

Result<std::optional<OffloadCounters>> read_offload_counters(const Program& program) {
    const std::optional<TypedMap> map = program.find_map(XDP_COUNTERS_MAP);
    const bool ours = map && map->kind == BPF_MAP_TYPE_ARRAY &&
                      map->value.size == sizeof(xdp_offload_counters) && map->max_entries == 1;
    if (!ours) return std::optional<OffloadCounters>();
    const std::uint32_t zero = 0;
    OffloadCounters counters{};
    if (::bpf_map_lookup_elem(map->fd, &zero, counters.data()) != 0) {
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
