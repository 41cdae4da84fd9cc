#include "kernel/cpus.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"

namespace xdpbench {

Result<std::size_t> possible_cpus() {
    const int count = ::libbpf_num_possible_cpus();
    if (count < 0) {
        return system_error("cannot read how many CPUs there may be", count,
                            "/sys/devices/system/cpu/possible is not there: /sys is not mounted");
    }
    return static_cast<std::size_t>(count);
}

bool cpu_is_online(int cpu) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu{}", cpu);
    if (!std::filesystem::exists(folder)) return false;
    // One that cannot be switched off, as CPU 0 mostly, has no such file.
    return read_entry(folder + "/online") != "0";
}

}  // namespace xdpbench
