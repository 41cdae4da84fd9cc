// What a result depends on besides the program: kernel, CPU, settings, load.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace xdpbench::probe {

struct EnvironmentEntry {
    std::string key;    // snake_case, stable
    std::string value;  // never empty: "unknown" where this machine does not say
};

// Always the same keys in the same order; results/README.md defines them. Reads files only: needs
// no privilege, but a few values (jit_harden) are shown to root alone, and net.core settings only
// in the machine's first network namespace.
[[nodiscard]] std::vector<EnvironmentEntry> describe_environment();

// An invalid error while the kernel keeps run-time statistics of BPF programs
// (kernel.bpf_stats_enabled), because that adds two clock reads to every run. Does not see
// statistics switched on through bpf(BPF_ENABLE_STATS).
Result<void> require_timeable();

// The time that the hypervisor gave to others while a CPU of this machine wanted to run: all CPUs,
// since boot, in clock ticks (USER_HZ: 1/100 s). 0 where the kernel does not count it.
[[nodiscard]] std::uint64_t steal_ticks();

// The pure parts of the above.

// `bpf_stats`: the setting as /proc/sys has it; empty: this kernel has none.
Result<void> require_timeable(std::string_view bpf_stats);
// `stat`: the content of /proc/stat.
[[nodiscard]] std::uint64_t parse_steal_ticks(std::string_view stat);
// `sched_preempt`: "none voluntary (full)" (sched/preempt of debugfs) or empty; `version`: of
// uname. "full", "dynamic", "none or voluntary" ...
[[nodiscard]] std::string preemption_of(std::string_view sched_preempt, std::string_view version);
// How many numbers a list of the kernel's holds: "0-3,8" -> 5; nothing if it is no such list.
[[nodiscard]] std::optional<std::size_t> count_list(std::string_view list);
// {name, state} pairs -> "retbleed: Mitigation: IBRS; spectre_v2: Vulnerable": those that concern
// this CPU; "none needed" if none does, "unknown" without any pair.
[[nodiscard]] std::string mitigation_summary(
    const std::vector<std::pair<std::string, std::string>>& states);
// `cpuinfo`: the content of /proc/cpuinfo.
[[nodiscard]] std::string cpu_model_of(std::string_view cpuinfo);

}  // namespace xdpbench::probe
