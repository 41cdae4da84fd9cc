#include "engine/empty_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <vector>

#include "empty.skel.h"
#include "empty_redirect.skel.h"

namespace xdpbench {
namespace {

using Means = RedirectPath::Means;

// The entries that a map of redirect targets has: key and the value's first 32 bits, which are the
// interface's index (struct bpf_devmap_val) or the size of the queue (struct bpf_cpumap_val).
std::vector<std::pair<std::uint32_t, std::uint32_t>> entries_of(const bpf_map* map) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> entries;
    const int fd = ::bpf_map__fd(map);
    std::vector<std::uint8_t> value(::bpf_map__value_size(map));
    std::uint32_t key = 0;
    std::uint32_t next = 0;
    for (const std::uint32_t* from = nullptr; ::bpf_map_get_next_key(fd, from, &next) == 0;
         from = &key) {
        key = next;
        if (::bpf_map_lookup_elem(fd, &key, value.data()) != 0) continue;  // an empty place
        std::uint32_t first = 0;
        std::memcpy(&first, value.data(), sizeof(first));
        entries.emplace_back(key, first);
    }
    return entries;
}

bool is_devmap(std::uint32_t type) {
    return type == BPF_MAP_TYPE_DEVMAP || type == BPF_MAP_TYPE_DEVMAP_HASH;
}

Error no_floor(const std::string& cause) {
    return unavailable_error("there is no floor to time this redirect against", cause,
                             "correctness is still checked: --only check,replay");
}

void allow_frags(bpf_program* program, bool frags) {
    if (frags)
        ::bpf_program__set_flags(program, ::bpf_program__flags(program) | BPF_F_XDP_HAS_FRAGS);
}

Result<void> set_entry(const bpf_map* map, std::uint32_t key, std::uint32_t value,
                       const char* what) {
    if (::bpf_map_update_elem(::bpf_map__fd(map), &key, &value, BPF_ANY) == 0) return {};
    return system_error(fmt::format("cannot make {} the target of the empty program", what), errno);
}

}  // namespace

Result<RedirectPath> find_redirect_target(const Program& program, const Lane& lane) {
    RedirectPath target;
    target.back = !lane.far;
    const bpf_map* found = nullptr;
    for (const bpf_map* const map : program.maps()) {
        const std::uint32_t type = ::bpf_map__type(map);
        if (type == BPF_MAP_TYPE_XSKMAP)
            return no_floor(
                fmt::format("the map {} leads to AF_XDP sockets", ::bpf_map__name(map)));
        if (!is_devmap(type) && type != BPF_MAP_TYPE_CPUMAP) continue;
        const auto entries = entries_of(map);
        if (entries.empty()) continue;
        if (found != nullptr)
            return no_floor(
                fmt::format("both maps {} and {} hold targets: which one a frame takes "
                            "is the program's business",
                            ::bpf_map__name(found), ::bpf_map__name(map)));
        found = map;
        target.map_type = type;
        if (type == BPF_MAP_TYPE_CPUMAP) {
            target.means = Means::cpumap;
            for (const auto& [cpu, queue] : entries) target.cpus.push_back(cpu);
            target.queue =
                std::min_element(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
                    return a.second < b.second;
                })->second;
        } else {
            target.means = Means::devmap;
            target.back = entries.front().second == lane.dut.index;
        }
    }
    return target;
}

void EmptyProgram::Close::operator()(empty* skeleton) const { empty__destroy(skeleton); }
void EmptyProgram::Close::operator()(empty_redirect* skeleton) const {
    empty_redirect__destroy(skeleton);
}

Result<EmptyProgram> EmptyProgram::load(Action action, const Program& program,
                                        const Topology& topology, std::size_t of,
                                        std::size_t lane) {
    EmptyProgram loaded;
    if (action != Action::redirect) {
        XDPBENCH_CHECK(loaded.load_plain(action, program.has_frags()));
        return loaded;
    }
    XDPBENCH_TRY(loaded.target_, find_redirect_target(program, topology.lanes.at(of)));
    XDPBENCH_CHECK(loaded.load_redirect(program.has_frags(), topology, topology.lanes.at(lane)));
    return loaded;
}

Result<void> EmptyProgram::load_plain(Action action, bool frags) {
    plain_.reset(empty__open());
    if (!plain_) return system_error("cannot open the empty program", errno);
    plain_->rodata->action = static_cast<std::uint32_t>(action);
    allow_frags(plain_->progs.empty, frags);
    if (const int error = empty__load(plain_.get()); error != 0)
        return system_error("cannot load the empty program", error);
    return {};
}

Result<void> EmptyProgram::load_redirect(bool frags, const Topology& topology, const Lane& lane) {
    redirect_.reset(empty_redirect__open());
    if (!redirect_) return system_error("cannot open the empty program", errno);
    const Means means = target_->means;
    const auto& programs = redirect_->progs;
    for (const auto& [program, of] :
         {std::pair{programs.to_interface, Means::interface},
          std::pair{programs.to_port, Means::devmap}, std::pair{programs.to_cpu, Means::cpumap}}) {
        ::bpf_program__set_autoload(program, of == means);
        allow_frags(program, frags && of == means);
    }
    const auto& maps = redirect_->maps;
    ::bpf_map__set_autocreate(maps.ports, means == Means::devmap);
    ::bpf_map__set_autocreate(maps.cpus, means == Means::cpumap);
    if (means == Means::devmap)
        ::bpf_map__set_type(maps.ports, static_cast<bpf_map_type>(target_->map_type));
    const unsigned interface = target_->back || !lane.far ? lane.dut.index : lane.far->out.index;
    redirect_->rodata->target = interface;
    if (means == Means::cpumap) XDPBENCH_CHECK(take_turns());
    // A map of redirect targets looks for the interface in the namespace of who writes the entry.
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(topology.dut));
    if (const int error = empty_redirect__load(redirect_.get()); error != 0)
        return system_error("cannot load the empty program that redirects", error);
    if (means == Means::devmap) return set_entry(maps.ports, 0, interface, "an interface");
    for (const std::uint32_t cpu : target_->cpus)
        XDPBENCH_CHECK(set_entry(maps.cpus, cpu, target_->queue, "a CPU"));
    return {};
}

// Among all CPUs of the program's map: which of them a frame takes is the program's business.
Result<void> EmptyProgram::take_turns() {
    auto& rodata = *redirect_->rodata;
    const std::vector<std::uint32_t>& cpus = target_->cpus;
    if (cpus.size() > std::size(rodata.cpu_targets))
        return no_floor(fmt::format("its CPUMAP has {} CPUs, more than {}", cpus.size(),
                                    std::size(rodata.cpu_targets)));
    std::copy(cpus.begin(), cpus.end(), std::begin(rodata.cpu_targets));
    rodata.cpu_count = static_cast<std::uint32_t>(cpus.size());
    ::bpf_map__set_max_entries(redirect_->maps.cpus, cpus.back() + 1);
    return {};
}

std::uint64_t most_in_flight(const std::optional<RedirectPath>& target, std::uint64_t most) {
    if (!target || target->means != Means::cpumap) return most;
    return std::min<std::uint64_t>(most, target->queue);
}

int EmptyProgram::fd() const {
    if (plain_) return ::bpf_program__fd(plain_->progs.empty);
    const auto& programs = redirect_->progs;
    return ::bpf_program__fd(target_->means == Means::interface ? programs.to_interface
                             : target_->means == Means::devmap  ? programs.to_port
                                                                : programs.to_cpu);
}

}  // namespace xdpbench
