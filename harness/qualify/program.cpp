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

template <class Value>
Result<void> set_entry(const bpf_map* map, std::uint32_t key, const Value& value) {
    if (::bpf_map_update_elem(::bpf_map__fd(map), &key, &value, BPF_ANY) == 0) return {};
    return unavailable_error(
        fmt::format("the kernel does not take the target of a redirect: {}", errno_text(errno)));
}

bool by_cpumap(Function function) {
    return function == Function::to_cpu || function == Function::to_cpu_program;
}

bool to_one_port(Function function) {
    return function == Function::to_port || function == Function::to_other;
}

Result<void> fill_maps(const qualify_programs& skeleton, const ProgramSettings& settings) {
    if (to_one_port(settings.function)) return set_entry(skeleton.maps.ports, 0, settings.target);
    if (settings.function == Function::to_all) {
        XDPBENCH_CHECK(set_entry(skeleton.maps.copies, 0, settings.target));
        return set_entry(skeleton.maps.copies, 1, settings.target);
    }
    if (!by_cpumap(settings.function)) return {};
    bpf_cpumap_val value = {};
    value.qsize = kCpuQueue;
    if (settings.function == Function::to_cpu_program)
        value.bpf_prog.fd = ::bpf_program__fd(skeleton.progs.on_cpu);
    return set_entry(skeleton.maps.cpus, settings.target, value);
}

// The program of each function.
bpf_program* main_program(const qualify_programs& skeleton, Function function) {
    switch (function) {
        case Function::act:
            return skeleton.progs.act;
        case Function::resize:
            return skeleton.progs.resize;
        case Function::mark:
            return skeleton.progs.mark;
        case Function::to_port:
            return skeleton.progs.to_port;
        case Function::to_other:
            return skeleton.progs.to_other;
        case Function::to_all:
            return skeleton.progs.to_all;
        case Function::to_cpu:
        case Function::to_cpu_program:
            return skeleton.progs.to_cpu;
        case Function::drop_untouched:
            return skeleton.progs.drop_untouched;
        case Function::drop_parsed:
            return skeleton.progs.drop_parsed;
        case Function::to_socket:
            return skeleton.progs.to_socket;
    }
    return nullptr;
}

// Only what the function needs is loaded.
void select_parts(qualify_programs& skeleton, const ProgramSettings& settings) {
    const auto is = [&](Function function) { return settings.function == function; };
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, skeleton.obj)::bpf_program__set_autoload(program, false);
    ::bpf_program__set_autoload(main_program(skeleton, settings.function), true);
    ::bpf_program__set_autoload(skeleton.progs.read_mark, is(Function::mark));
    ::bpf_program__set_autoload(skeleton.progs.on_cpu, is(Function::to_cpu_program));
    ::bpf_map__set_autocreate(skeleton.maps.ports, to_one_port(settings.function));
    ::bpf_map__set_autocreate(skeleton.maps.sockets, is(Function::to_socket));
    ::bpf_map__set_autocreate(skeleton.maps.copies, is(Function::to_all));
    ::bpf_map__set_autocreate(skeleton.maps.cpus, by_cpumap(settings.function));
    ::bpf_map__set_max_entries(skeleton.maps.cpus, settings.target + 1);
    if (settings.frags)
        ::bpf_program__set_flags(main_program(skeleton, settings.function), BPF_F_XDP_HAS_FRAGS);
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
    select_parts(*skeleton, settings);
    if (const int error = qualify_programs__load(skeleton.get()); error != 0)
        return bpf::refusal_of_privileged("cannot load the program of a case", error);
    XDPBENCH_CHECK(bpf::require_variables(skeleton->bss, "the program of a case"));
    XDPBENCH_CHECK(fill_maps(*skeleton, settings));
    return CaseProgram(std::move(skeleton), settings);
}

int CaseProgram::fd() const {
    return ::bpf_program__fd(main_program(*skeleton_, settings_.function));
}

Result<std::uint32_t> CaseProgram::id() const {
    bpf_prog_info info = {};
    std::uint32_t size = sizeof(info);
    if (::bpf_obj_get_info_by_fd(fd(), &info, &size) != 0)
        return system_error("cannot read the id of a program", errno);
    return info.id;
}

int CaseProgram::ingress_fd() const { return ::bpf_program__fd(skeleton_->progs.read_mark); }

int CaseProgram::sockets_fd() const { return ::bpf_map__fd(skeleton_->maps.sockets); }

void CaseProgram::move_ends(std::int32_t head, std::int32_t tail) {
    skeleton_->bss->head = head;
    skeleton_->bss->tail = tail;
}

// Of every action what each possible CPU has counted.
Result<std::vector<std::vector<xdp_counter>>> CaseProgram::read_counters() const {
    XDPBENCH_TRY(const std::size_t cpus, bpf::possible_cpus());
    std::vector<std::vector<xdp_counter>> all(model::ActionTally{}.size());
    for (std::uint32_t action = 0; action < all.size(); ++action) {
        all[action].resize(cpus);
        if (::bpf_map_lookup_elem(::bpf_map__fd(skeleton_->maps.xdp_counters), &action,
                                  all[action].data()) != 0)
            return system_error("cannot read the counters of a case's program", errno);
    }
    return all;
}

Result<std::vector<std::uint64_t>> CaseProgram::handled_by_cpu() const {
    XDPBENCH_TRY(const auto all, read_counters());
    std::vector<std::uint64_t> handled(all.front().size());
    for (const std::vector<xdp_counter>& action : all) {
        for (std::size_t cpu = 0; cpu < handled.size(); ++cpu) handled[cpu] += action[cpu].packets;
    }
    return handled;
}

Result<ProgramCounts> CaseProgram::counts() const {
    XDPBENCH_TRY(const auto all, read_counters());
    ProgramCounts counts;
    for (std::size_t action = 0; action < all.size(); ++action) {
        for (const xdp_counter& cpu : all[action]) {
            counts.actions.at(action) += cpu.packets;
            counts.bytes.at(action) += cpu.bytes;
        }
    }
    counts.foreign = skeleton_->bss->foreign;
    counts.refused = skeleton_->bss->refused;
    counts.on_cpus = skeleton_->bss->on_cpus;
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
    counts.on_cpus -= before.on_cpus;
    counts.marked -= before.marked;
    counts.unmarked -= before.unmarked;
    return counts;
}

}  // namespace xdpbench::qualify
