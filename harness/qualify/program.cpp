#include "qualify/program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <cerrno>
#include <numeric>
#include <vector>

#include "bpf/cpus.h"
#include "bpf/refusal.h"
#include "bpf/skeleton.h"
#include "qualify_programs.skel.h"
#include "xdp_counters.h"

#ifndef BPF_F_XDP_HAS_FRAGS
#define BPF_F_XDP_HAS_FRAGS (1U << 5)
#endif

namespace xdpbench::qualify {
namespace {

constexpr std::uint32_t kCpuQueue = 512;  // frames that may wait for a CPU

Result<void> set_entry(const bpf_map* map, std::uint32_t key, std::uint32_t value) {
    if (::bpf_map_update_elem(::bpf_map__fd(map), &key, &value, BPF_ANY) == 0) return {};
    return unavailable_error(
        fmt::format("the kernel does not take the target of a redirect: {}", errno_text(errno)));
}

Result<void> fill_maps(const qualify_programs& skeleton, const ProgramSettings& settings) {
    if (settings.function == Function::to_port)
        return set_entry(skeleton.maps.ports, 0, settings.target);
    if (settings.function == Function::to_cpu)
        return set_entry(skeleton.maps.cpus, settings.target, kCpuQueue);
    return {};
}

}  // namespace

std::uint64_t ProgramCounts::handled() const {
    return std::accumulate(actions.begin(), actions.end(), std::uint64_t{0});
}

void CaseProgram::Close::operator()(qualify_programs* skeleton) const {
    qualify_programs__destroy(skeleton);
}

Result<CaseProgram> CaseProgram::load(const ProgramSettings& settings) {
    std::unique_ptr<qualify_programs, Close> skeleton(qualify_programs__open());
    if (!skeleton) return system_error("cannot open the program of a case", errno);
    skeleton->rodata->action = static_cast<std::uint32_t>(settings.action);
    skeleton->rodata->target = settings.target;
    skeleton->rodata->frags = settings.frags ? 1 : 0;
    const auto is = [&](Function function) { return settings.function == function; };
    ::bpf_program__set_autoload(skeleton->progs.act, is(Function::act));
    ::bpf_program__set_autoload(skeleton->progs.resize, is(Function::resize));
    ::bpf_program__set_autoload(skeleton->progs.mark, is(Function::mark));
    ::bpf_program__set_autoload(skeleton->progs.to_port, is(Function::to_port));
    ::bpf_program__set_autoload(skeleton->progs.to_cpu, is(Function::to_cpu));
    ::bpf_map__set_autocreate(skeleton->maps.ports, is(Function::to_port));
    ::bpf_map__set_autocreate(skeleton->maps.cpus, is(Function::to_cpu));
    ::bpf_map__set_max_entries(skeleton->maps.cpus, settings.target + 1);
    ::bpf_program__set_autoload(skeleton->progs.read_mark, is(Function::mark));
    if (settings.frags) {
        for (bpf_program* const program : {skeleton->progs.act, skeleton->progs.resize})
            ::bpf_program__set_flags(program, BPF_F_XDP_HAS_FRAGS);
    }
    if (const int error = qualify_programs__load(skeleton.get()); error != 0)
        return bpf::refusal_of_privileged("cannot load the program of a case", error);
    XDPBENCH_CHECK(bpf::require_variables(skeleton->bss, "the program of a case"));
    XDPBENCH_CHECK(fill_maps(*skeleton, settings));
    return CaseProgram(std::move(skeleton), settings);
}

int CaseProgram::fd() const {
    switch (settings_.function) {
        case Function::act:
            return ::bpf_program__fd(skeleton_->progs.act);
        case Function::resize:
            return ::bpf_program__fd(skeleton_->progs.resize);
        case Function::mark:
            return ::bpf_program__fd(skeleton_->progs.mark);
        case Function::to_port:
            return ::bpf_program__fd(skeleton_->progs.to_port);
        case Function::to_cpu:
            return ::bpf_program__fd(skeleton_->progs.to_cpu);
    }
    return -1;
}

int CaseProgram::ingress_fd() const { return ::bpf_program__fd(skeleton_->progs.read_mark); }

void CaseProgram::move_ends(std::int32_t head, std::int32_t tail) {
    skeleton_->bss->head = head;
    skeleton_->bss->tail = tail;
}

Result<ProgramCounts> CaseProgram::counts() const {
    XDPBENCH_TRY(const std::size_t cpus, bpf::possible_cpus());
    std::vector<xdp_counter> values(cpus);
    ProgramCounts counts;
    for (std::uint32_t action = 0; action < counts.actions.size(); ++action) {
        if (::bpf_map_lookup_elem(::bpf_map__fd(skeleton_->maps.xdp_counters), &action,
                                  values.data()) != 0)
            return system_error("cannot read the counters of a case's program", errno);
        for (const xdp_counter& cpu : values) {
            counts.actions.at(action) += cpu.packets;
            counts.bytes.at(action) += cpu.bytes;
        }
    }
    counts.foreign = skeleton_->bss->foreign;
    counts.refused = skeleton_->bss->refused;
    counts.marked = skeleton_->bss->good;
    counts.unmarked = skeleton_->bss->bad;
    return counts;
}

ProgramCounts since(const ProgramCounts& before, const ProgramCounts& now) {
    ProgramCounts counts = now;
    for (std::size_t i = 0; i < counts.actions.size(); ++i) {
        counts.actions.at(i) -= before.actions.at(i);
        counts.bytes.at(i) -= before.bytes.at(i);
    }
    counts.foreign -= before.foreign;
    counts.refused -= before.refused;
    counts.marked -= before.marked;
    counts.unmarked -= before.unmarked;
    return counts;
}

}  // namespace xdpbench::qualify
