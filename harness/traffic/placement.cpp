#include "traffic/placement.h"

#include <sched.h>

#include <algorithm>
#include <set>

#include "bpf/cpus.h"
#include "traffic/quiet_cpu.h"

namespace xdpbench::traffic {

Result<CpuPlan> plan_cpus(const std::vector<int>& allowed,
                          const std::function<bool(int, int)>& siblings,
                          std::optional<model::Placement> wanted) {
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
    const auto others = std::next(allowed.rbegin());
    const auto apart =
        std::find_if(others, allowed.rend(), [&](int cpu) { return !siblings(cpu, plan.program); });
    plan.generator = apart != allowed.rend() ? *apart : *others;
    return plan;
}

Result<CpuPlan> plan_cpus(std::optional<model::Placement> wanted, double watch_seconds) {
    const std::vector<int> allowed = allowed_cpus();
    return plan_cpus(watch_seconds > 0 ? watch_busiest_first(allowed, watch_seconds) : allowed,
                     bpf::are_siblings, wanted);
}

std::size_t queues_for(const std::vector<int>& cpus) {
    for (std::size_t queues = std::max<std::size_t>(1, cpus.size());; ++queues) {
        std::set<std::size_t> used;
        for (const int cpu : cpus) used.insert(static_cast<std::size_t>(cpu) % queues);
        if (used.size() == cpus.size()) return queues;
    }
}

std::vector<int> allowed_cpus() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    std::vector<int> cpus;
    if (::sched_getaffinity(0, sizeof(allowed), &allowed) == 0) {
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(cpu, &allowed)) cpus.push_back(cpu);
        }
    }
    if (cpus.empty()) cpus.push_back(0);
    return cpus;
}

}  // namespace xdpbench::traffic
