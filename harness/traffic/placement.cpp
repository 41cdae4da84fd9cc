#include "traffic/placement.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "bpf/cpus.h"
#include "traffic/quiet_cpu.h"

namespace xdpbench::traffic {

Result<CpuPlan> plan_cpus(const std::vector<int>& allowed,
                          const std::function<bool(int, int)>& siblings,
                          std::optional<model::Placement> wanted,
                          const std::function<int(int)>& node_of) {
    constexpr std::size_t kEnoughToSeparate = 4;
    CpuPlan plan;
    plan.placement =
        wanted.value_or(allowed.size() >= kEnoughToSeparate ? model::Placement::separate
                                                            : model::Placement::shared);
    plan.program = plan.generator = allowed.back();
    if (plan.placement == model::Placement::shared) return plan;
    if (allowed.size() < 2)
        return unavailable_error("generator and program cannot be separated",
                                 "this process may use one CPU only",
                                 "let them share it: --placement shared");
    // Memory of another node would be in the figures: the same node, then another core.
    const int node = node_of(plan.program);
    if (plan.placement == model::Placement::other_node) {
        const auto other = std::find_if(allowed.rbegin(), allowed.rend(),
                                        [&](int cpu) { return node_of(cpu) != node; });
        if (other == allowed.rend())
            return unavailable_error("generator and program cannot be on different NUMA nodes",
                                     "the CPUs that this process may use are all of one node",
                                     "use two CPUs of that node: --placement separate");
        plan.generator = *other;
        return plan;
    }
    const auto fits = [&](int cpu) {
        return (node_of(cpu) == node ? 2 : 0) + (siblings(cpu, plan.program) ? 0 : 1);
    };
    int best = -1;
    for (auto other = std::next(allowed.rbegin()); other != allowed.rend() && best < 3; ++other) {
        if (const int fit = fits(*other); fit > best) {
            best = fit;
            plan.generator = *other;
        }
    }
    return plan;
}

Result<CpuPlan> plan_cpus(std::optional<model::Placement> wanted, double watch_seconds) {
    const std::vector<int> allowed = allowed_cpus();
    return plan_cpus(watch_seconds > 0 ? watch_busiest_first(allowed, watch_seconds) : allowed,
                     bpf::are_siblings, wanted, bpf::node_of);
}

std::size_t queues_for(const std::vector<int>& cpus) {
    for (std::size_t queues = std::max<std::size_t>(1, cpus.size());; ++queues) {
        std::set<std::size_t> used;
        for (const int cpu : cpus) used.insert(static_cast<std::size_t>(cpu) % queues);
        if (used.size() == cpus.size()) return queues;
    }
}

std::vector<int> allowed_cpus() {
    constexpr std::size_t kMostSets = 8;  // of 1,024 CPUs: more than Linux may be built for
    std::array<cpu_set_t, kMostSets> allowed{};
    std::vector<int> cpus;
    // The kernel refuses a set that is shorter than its own (sched_getaffinity(2)).
    if (::sched_getaffinity(0, sizeof(allowed), allowed.data()) == 0) {
        for (std::size_t cpu = 0; cpu < kMostSets * CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET_S(cpu, sizeof(allowed), allowed.data()))
                cpus.push_back(static_cast<int>(cpu));
        }
    }
    if (cpus.empty()) cpus.push_back(0);
    return cpus;
}

}  // namespace xdpbench::traffic
