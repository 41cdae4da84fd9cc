#include "engine/offload_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <cerrno>

#include "kernel/counters.h"

namespace xdpbench {
namespace {

Result<std::filesystem::path> object_of(const std::string& name, bool for_device) {
    XDPBENCH_TRY(const std::filesystem::path data, data_folder());
    return data / (for_device ? "bpf/offload" : "bpf") / (name + ".bpf.o");
}

}  // namespace

Result<Program> open_for_device(const Subject& subject) {
    if (subject.scenario.program.name.empty()) return open_program(subject);
    Subject built = subject;
    XDPBENCH_TRY(built.object, object_of(subject.scenario.program.name, true));
    return open_program(built);
}

Result<Program> open_reference(const std::string& name, bool for_device) {
    XDPBENCH_TRY(const std::filesystem::path object, object_of(name, for_device));
    return Program::open(object);
}

Result<void> load_into_device(Program& program, const InterfaceInfo& device) {
    const Result<void> loaded = program.load(device.index);
    if (!loaded) return loaded.error().in(fmt::format("{} refuses it", device.name));
    // A device's memory need not be zero: netdevsim gives what was there before.
    const bpf_map* const counters = program.find_map(XDP_COUNTERS_MAP);
    XDPBENCH_TRY(const auto ours, read_offload_counters(program));
    const OffloadCounters none{};
    const std::uint32_t zero = 0;
    if (ours && ::bpf_map_update_elem(::bpf_map__fd(counters), &zero, none.data(), 0) != 0)
        return system_error("cannot set the counters in the device to zero", errno);
    return {};
}

}  // namespace xdpbench
