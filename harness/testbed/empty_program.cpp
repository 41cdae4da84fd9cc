#include "testbed/empty_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bpf/counters.h"
#include "bpf/program_kind.h"
#include "empty.skel.h"
#include "empty_redirect.skel.h"
#include "target/offload_program.h"
#include "xsk/socket.h"

namespace xdpbench::testbed {
namespace {

using Means = RedirectPath::Means;

// The entries that a map of redirect targets has: key and the value's first 32 bits, which are the
// interface's index (struct bpf_devmap_val) or the size of the queue (struct bpf_cpumap_val).
using Entries = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
Entries entries_of(const bpf::TypedMap& map) {
    Entries entries;
    const int fd = map.fd;
    std::vector<std::uint8_t> value(map.value.size);
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

Error no_baseline(const std::string& cause) {
    return unavailable_error("there is no baseline for this redirect", cause,
                             "correctness is still checked: --only check,replay");
}

Result<void> set_entry(const bpf_map* map, std::uint32_t key, std::uint32_t value,
                       const char* what) {
    if (::bpf_map_update_elem(::bpf_map__fd(map), &key, &value, BPF_ANY) == 0) return {};
    return system_error(fmt::format("cannot make {} the target of the empty program", what), errno);
}

// The object in a skeleton.
std::span<const std::uint8_t> built_in(const void* (*elf_bytes)(std::size_t*)) {
    std::size_t size = 0;
    const void* const bytes = elf_bytes(&size);
    return {static_cast<const std::uint8_t*>(bytes), size};
}

model::Value number(std::uint64_t value) { return {{}, std::to_string(value)}; }

// As the program under test: a driver may treat the two kinds differently, and both are to stand in
// one program array.
void treat_alike(bpf::Program& empty, const bpf::Program& program) {
    if (program.has_frags()) empty.allow_frags();
    bpf::load_as(empty.handle(), bpf::kind_of_program(program.fd()).attach_type);
}

Result<bpf::Program> load_plain(model::Action action, const bpf::Program& beside) {
    XDPBENCH_TRY(bpf::Program empty,
                 bpf::Program::open_built_in("empty", built_in(empty__elf_bytes), "empty"));
    XDPBENCH_CHECK(empty.configure({{{"action", number(static_cast<unsigned>(action))}}, {}}));
    treat_alike(empty, beside);
    XDPBENCH_CHECK(empty.load());
    return empty;
}

// The reference program that does nothing with a frame but this.
Result<bpf::Program> load_counting_plain(model::Action action, const bpf::Program& beside,
                                         const net::InterfaceInfo& device, model::Mode mode) {
    std::string name(model::action_name(action));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    XDPBENCH_TRY(bpf::Program empty, target::open_reference(name, mode == model::Mode::offload));
    treat_alike(empty, beside);
    XDPBENCH_CHECK(mode == model::Mode::offload ? target::load_into_device(empty, device)
                                                : empty.load());
    return empty;
}

// Where the empty program counts its frames.
enum class Counting { nowhere, in_its_map };

std::string function_for(Means means, Counting counting) {
    const std::string function = means == Means::interface ? "to_interface"
                                 : means == Means::devmap  ? "to_port"
                                 : means == Means::sockets ? "to_socket"
                                                           : "to_cpu";
    return counting == Counting::in_its_map ? function + "_counted" : function;
}

// Takes turns among all CPUs of the program's map: which of them a frame takes is the program's
// business.
Result<void> spread(bpf::Program& empty, const std::vector<std::uint32_t>& cpus) {
    constexpr std::size_t kMostTargets = 64;  // MAX_TARGETS of bpf/harness/empty_redirect.bpf.c
    if (cpus.size() > kMostTargets)
        return no_baseline(
            fmt::format("its CPUMAP has {} CPUs, more than {}", cpus.size(), kMostTargets));
    model::Value::List targets;
    for (const std::uint32_t cpu : cpus) targets.push_back(number(cpu));
    ::bpf_map__set_max_entries(empty.definition_of("cpus"), cpus.back() + 1);
    return empty.configure(
        {{{"cpu_count", number(cpus.size())}, {"cpu_targets", {{}, std::move(targets)}}}, {}});
}

Result<bpf::Program> load_redirect(const RedirectPath& redirect_path, Counting counting,
                                   const bpf::Program& beside, const net::Network& network,
                                   const net::Link& link) {
    XDPBENCH_TRY(bpf::Program empty,
                 bpf::Program::open_built_in("empty_redirect", built_in(empty_redirect__elf_bytes),
                                             function_for(redirect_path.means, counting)));
    treat_alike(empty, beside);
    bpf_map* const ports = empty.definition_of("ports");
    bpf_map* const cpus = empty.definition_of("cpus");
    ::bpf_map__set_autocreate(ports, redirect_path.means == Means::devmap);
    ::bpf_map__set_autocreate(cpus, redirect_path.means == Means::cpumap);
    ::bpf_map__set_autocreate(empty.definition_of("sockets"),
                              redirect_path.means == Means::sockets);
    ::bpf_map__set_autocreate(empty.definition_of(XDP_COUNTERS_MAP),
                              counting == Counting::in_its_map);
    if (redirect_path.means == Means::devmap)
        ::bpf_map__set_type(ports, static_cast<bpf_map_type>(redirect_path.map_type));
    const unsigned interface =
        redirect_path.back || !link.far ? link.dut.index : link.far->out.index;
    XDPBENCH_CHECK(empty.configure({{{"target", number(interface)}}, {}}));
    if (redirect_path.means == Means::cpumap) XDPBENCH_CHECK(spread(empty, redirect_path.cpus));
    // A map of redirect targets looks for the interface in the namespace of who writes the entry.
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(network.dut));
    XDPBENCH_CHECK(empty.load());
    if (redirect_path.means == Means::devmap)
        XDPBENCH_CHECK(set_entry(ports, 0, interface, "an interface"));
    for (const std::uint32_t cpu : redirect_path.cpus)
        XDPBENCH_CHECK(set_entry(cpus, cpu, redirect_path.queue, "a CPU"));
    return empty;
}

}  // namespace

Result<RedirectPath> find_redirect_target(const bpf::Program& program, const net::Link& link) {
    RedirectPath redirect_path;
    redirect_path.back = !link.far;
    std::optional<bpf::TypedMap> found;
    for (const bpf::TypedMap& map : program.maps()) {
        const std::uint32_t type = map.kind;
        const bool sockets = type == BPF_MAP_TYPE_XSKMAP;
        if (!sockets && !is_devmap(type) && type != BPF_MAP_TYPE_CPUMAP) continue;
        // Nobody can read the entries of an XSKMAP. Its sockets are the tool's own.
        const auto entries = sockets ? Entries{} : entries_of(map);
        if (entries.empty() && !sockets) continue;
        if (found && (found->kind != type || !sockets))
            return no_baseline(
                fmt::format("both maps {} and {} hold targets: which one a frame takes "
                            "is the program's business",
                            found->name, map.name));
        found = map;
        redirect_path.map_type = type;
        if (sockets) {
            redirect_path.means = Means::sockets;
            redirect_path.queue = xsk::RingSizes{}.rx;
        } else if (type == BPF_MAP_TYPE_CPUMAP) {
            redirect_path.means = Means::cpumap;
            for (const auto& [cpu, queue] : entries) redirect_path.cpus.push_back(cpu);
            redirect_path.queue =
                std::min_element(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
                    return a.second < b.second;
                })->second;
        } else {
            redirect_path.means = Means::devmap;
            redirect_path.back = entries.front().second == link.dut.index;
        }
    }
    return redirect_path;
}

Result<EmptyProgram> EmptyProgram::load(model::Action action, const bpf::Program& program,
                                        const net::Network& network, std::size_t of,
                                        std::size_t link) {
    if (action != model::Action::redirect) {
        XDPBENCH_TRY(bpf::Program plain, load_plain(action, program));
        return EmptyProgram(std::move(plain), std::nullopt);
    }
    XDPBENCH_TRY(RedirectPath redirect_path, find_redirect_target(program, network.links.at(of)));
    XDPBENCH_TRY(bpf::Program redirect, load_redirect(redirect_path, Counting::nowhere, program,
                                                      network, network.links.at(link)));
    return EmptyProgram(std::move(redirect), std::move(redirect_path));
}

Result<EmptyProgram> EmptyProgram::load_counting(model::Action action, const bpf::Program& program,
                                                 const net::Network& devices, model::Mode mode) {
    const net::Link& link = devices.links.front();
    if (action != model::Action::redirect) {
        XDPBENCH_TRY(bpf::Program plain, load_counting_plain(action, program, link.dut, mode));
        return EmptyProgram(std::move(plain), std::nullopt);
    }
    if (mode == model::Mode::offload)
        return no_baseline(
            "no driver lets a program in its device redirect, so none is built for it");
    XDPBENCH_TRY(RedirectPath redirect_path, find_redirect_target(program, link));
    XDPBENCH_TRY(bpf::Program redirect,
                 load_redirect(redirect_path, Counting::in_its_map, program, devices, link));
    return EmptyProgram(std::move(redirect), std::move(redirect_path));
}

std::uint64_t most_in_flight(const std::optional<RedirectPath>& redirect_path, std::uint64_t most) {
    if (redirect_path && redirect_path->means == Means::sockets)
        return std::min<std::uint64_t>(most, redirect_path->queue);
    if (!redirect_path || redirect_path->means != Means::cpumap) return most;
    // The queue is a ring whose slots are given back a batch at a time, and only when the next
    // batch is begun (ptr_ring of the kernel): two cache lines of pointers, at most half of it. So
    // that much of an empty queue can still be taken.
    constexpr std::uint32_t kLargestBatch = 64;  // with lines of 256 bytes; with 64 bytes 16
    const std::uint32_t batch = std::min(kLargestBatch, redirect_path->queue / 2);
    return std::min<std::uint64_t>(most, redirect_path->queue - batch);
}

}  // namespace xdpbench::testbed
