// The XDP programs that are attached to an interface, whoever attached them, and their maps: all
// through the kernel's ids.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "bpf/loaded_maps.h"
#include "net/interface.h"
#include "net/netns.h"
#include "scenario/scenario.h"

struct bpf_link_info;

namespace xdpbench::bpf {

// A program on an interface, as `ip -d link` and bpftool show it.
struct AttachedProgram {
    model::Mode mode = model::Mode::generic;
    std::uint32_t id = 0;
    std::string name;               // as the kernel has it: 15 characters
    std::string tag;                // 16 hex digits
    std::uint32_t jited_bytes = 0;  // 0: not jited
    double loaded_seconds = 0;      // since it was loaded
    std::uint32_t xdp_link = 0;     // the bpf_link that holds it there; 0: attached by netlink
};

// In the order generic, native, offload; empty if there is none. EPERM without CAP_SYS_ADMIN.
Result<std::vector<AttachedProgram>> attached_programs(const net::NetNs& netns,
                                                       const net::InterfaceInfo& interface);

// All bpf_links that there are.
[[nodiscard]] std::vector<bpf_link_info> all_links();

// A program of the kernel by its id.
Result<UniqueFd> open_program(std::uint32_t id);

// Who keeps a program or its link alive, as far as this process may see.
struct Holders {
    std::vector<std::string> processes;  // "xdp-loader[1234]": has it open
    std::vector<std::string> pins;       // paths in a bpffs
};
[[nodiscard]] Holders holders_of(const AttachedProgram& program);

// "id 812, ip_filter, tag 6f7e..., 264 bytes jited, native, loaded 3.2 s ago, through link 55"
[[nodiscard]] std::string describe(const AttachedProgram& program);

// Takes exactly this program off, also if somebody else holds its link (who keeps a link that leads
// nowhere). It is an error if another one is attached meanwhile.
Result<void> detach(const net::NetNs& netns, const net::InterfaceInfo& interface,
                    const AttachedProgram& program);

}  // namespace xdpbench::bpf
