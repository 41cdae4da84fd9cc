#include "kernel/cpus.h"

#include <bpf/libbpf.h>

namespace xdpbench {

Result<std::size_t> possible_cpus() {
    const int count = ::libbpf_num_possible_cpus();
    if (count < 0) {
        return system_error("cannot read how many CPUs there may be", count,
                            "/sys/devices/system/cpu/possible is not there: /sys is not mounted");
    }
    return static_cast<std::size_t>(count);
}

}  // namespace xdpbench
