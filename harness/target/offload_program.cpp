#include "target/offload_program.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <cerrno>

#include "bpf/counters.h"

namespace xdpbench::target {
namespace {

Result<std::filesystem::path> object_of(const std::string& name, bool for_device) {
    XDPBENCH_TRY(const std::filesystem::path data, data_folder());
    return data / (for_device ? "bpf/offload" : "bpf") / (name + ".bpf.o");
}

}  // namespace

Result<bpf::Program> open_for_device(const Target& target) {
    if (target.scenario.program.name.empty()) return open_program(target);
    Target built = target;
    XDPBENCH_TRY(built.object, object_of(target.scenario.program.name, true));
    return open_program(built);
}

Result<bpf::Program> open_reference(const std::string& name, bool for_device) {
    XDPBENCH_TRY(const std::filesystem::path object, object_of(name, for_device));
    return bpf::Program::open(object);
}

Result<void> load_into_device(bpf::Program& program, const net::InterfaceInfo& device) {
    const Result<void> loaded = program.load(device.index);
    if (!loaded) return loaded.error().in(fmt::format("{} rejects it", device.name));
    // A device's memory need not be zero: netdevsim gives what was there before.
    const std::optional<bpf::TypedMap> counters = program.find_map(XDP_COUNTERS_MAP);
    XDPBENCH_TRY(const auto ours, bpf::read_offload_counters(program));
    const bpf::OffloadCounters none{};
    const std::uint32_t zero = 0;
    if (ours && ::bpf_map_update_elem(counters->fd, &zero, none.data(), 0) != 0)
        return system_error("cannot set the counters in the device to zero", errno);
    return {};
}

}  // namespace xdpbench::target
