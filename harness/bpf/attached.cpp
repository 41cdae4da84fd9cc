#include "bpf/attached.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/if_link.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "net/netlink.h"
#include "packet/hex.h"

namespace xdpbench::bpf {
namespace {

namespace fs = std::filesystem;

double seconds_since_boot() {
    timespec now = {};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// The kernel says which interface a link belongs to, but not in which namespace; with the program's
// id beside it is hardly another's.
std::uint32_t find_link(unsigned ifindex, std::uint32_t program) {
    for (const bpf_link_info& info : all_links()) {
        if (info.type == BPF_LINK_TYPE_XDP && info.xdp.ifindex == ifindex &&
            info.prog_id == program)
            return info.id;
    }
    return 0;
}

Result<AttachedProgram> read_program(unsigned ifindex, model::Mode mode, std::uint32_t id) {
    XDPBENCH_TRY(const UniqueFd fd, open_program(id));
    bpf_prog_info info = {};
    std::uint32_t size = sizeof(info);
    if (::bpf_obj_get_info_by_fd(fd.get(), &info, &size) != 0) {
        return system_error(fmt::format("cannot read the kernel's information on program {}", id),
                            errno);
    }
    AttachedProgram program;
    program.mode = mode;
    program.id = id;
    program.name = info.name;
    program.tag = packet::to_hex(info.tag);
    program.jited_bytes = info.jited_prog_len;
    program.loaded_seconds = seconds_since_boot() - static_cast<double>(info.load_time) / 1e9;
    program.xdp_link = find_link(ifindex, id);
    return program;
}

// Whether a line of /proc/<pid>/fdinfo/<fd> says that it is this program or its link.
bool is_held(const fs::path& fdinfo, const AttachedProgram& program) {
    const auto is = [](const std::string& line, std::string_view key, std::uint32_t id) {
        return line.starts_with(key) && trim(line.substr(key.size())) == std::to_string(id);
    };
    std::ifstream file(fdinfo);
    bool xdp_link = false;
    for (std::string line; std::getline(file, line);) {
        if (is(line, "link_id:", program.xdp_link)) return true;
        xdp_link = xdp_link || line.starts_with("link_");
        // A link's entry names its program too: that of another link of this program does not
        // count.
        if (!xdp_link && is(line, "prog_id:", program.id)) return true;
    }
    return false;
}

std::vector<std::string> find_processes(const AttachedProgram& program) {
    std::vector<std::string> found;
    std::error_code error;
    for (const fs::directory_entry& process : fs::directory_iterator("/proc", error)) {
        const std::string pid = process.path().filename();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        std::error_code gone;
        for (const fs::directory_entry& fd :
             fs::directory_iterator(process.path() / "fdinfo", gone)) {
            if (!is_held(fd.path(), program)) continue;
            found.push_back(
                fmt::format("{}[{}]", xdpbench::read_entry(process.path() / "comm"), pid));
            break;
        }
    }
    return found;
}

// Whether what is pinned at `path` is this program or its link.
bool is_pin(const fs::path& path, const AttachedProgram& program) {
    const UniqueFd fd(::bpf_obj_get(path.c_str()));
    return fd.valid() && is_held(fmt::format("/proc/self/fdinfo/{}", fd.get()), program);
}

std::vector<std::string> find_pins(const AttachedProgram& program) {
    std::vector<std::string> found;
    std::ifstream mounts("/proc/self/mounts");
    for (std::string line; std::getline(mounts, line);) {
        const std::vector<std::string> fields = split(line, ' ');
        if (fields.size() < 3 || fields[2] != "bpf") continue;
        std::error_code error;
        for (const fs::directory_entry& entry : fs::recursive_directory_iterator(
                 fields[1], fs::directory_options::skip_permission_denied, error)) {
            if (!entry.is_directory(error) && is_pin(entry.path(), program))
                found.push_back(entry.path());
        }
    }
    return found;
}

Result<void> detach_link(const net::InterfaceInfo& interface, std::uint32_t id) {
    const UniqueFd xdp_link(::bpf_link_get_fd_by_id(id));
    if (xdp_link.valid() && ::bpf_link_detach(xdp_link.get()) == 0) return {};
    return system_error(fmt::format("cannot detach link {} from {}", id, interface.name), errno);
}

std::uint32_t mode_flag(model::Mode mode) {
    return mode == model::Mode::generic  ? XDP_FLAGS_SKB_MODE
           : mode == model::Mode::native ? XDP_FLAGS_DRV_MODE
                                         : XDP_FLAGS_HW_MODE;
}

}  // namespace

std::vector<bpf_link_info> all_links() {
    std::vector<bpf_link_info> links;
    std::uint32_t id = 0;
    while (::bpf_link_get_next_id(id, &id) == 0) {
        const UniqueFd fd(::bpf_link_get_fd_by_id(id));
        bpf_link_info info = {};
        std::uint32_t size = sizeof(info);
        if (fd.valid() && ::bpf_obj_get_info_by_fd(fd.get(), &info, &size) == 0)
            links.push_back(info);
    }
    return links;
}

Result<UniqueFd> open_program(std::uint32_t id) {
    UniqueFd fd(::bpf_prog_get_fd_by_id(id));
    if (fd.valid()) return fd;
    return system_error(fmt::format("cannot open the program with id {}", id), errno,
                        errno == EPERM ? "CAP_SYS_ADMIN is missing" : "");
}

Result<std::vector<AttachedProgram>> attached_programs(const net::NetNs& netns,
                                                       const net::InterfaceInfo& interface) {
    XDPBENCH_TRY(const net::LinkDetails xdp_link, net::query_link(netns, interface.index));
    std::vector<AttachedProgram> programs;
    for (const auto& [mode, id] : {std::pair(model::Mode::generic, xdp_link.generic_program),
                                   std::pair(model::Mode::native, xdp_link.native_program),
                                   std::pair(model::Mode::offload, xdp_link.offloaded_program)}) {
        if (id == 0) continue;
        XDPBENCH_TRY(AttachedProgram program, read_program(interface.index, mode, id));
        programs.push_back(std::move(program));
    }
    return programs;
}

Holders holders_of(const AttachedProgram& program) {
    return {find_processes(program), find_pins(program)};
}

std::string describe(const AttachedProgram& program) {
    return fmt::format(
        "id {}, {}, tag {}, {}, {} mode, loaded {:.1f} s ago, {}", program.id, program.name,
        program.tag,
        program.jited_bytes == 0 ? "not jited" : fmt::format("{} bytes jited", program.jited_bytes),
        model::mode_name(program.mode), program.loaded_seconds,
        program.xdp_link == 0 ? "attached by netlink"
                              : fmt::format("through link {}", program.xdp_link));
}

Result<void> detach(const net::NetNs& netns, const net::InterfaceInfo& interface,
                    const AttachedProgram& program) {
    if (program.xdp_link != 0) return detach_link(interface, program.xdp_link);
    XDPBENCH_TRY(const UniqueFd expected, open_program(program.id));
    XDPBENCH_TRY(
        const net::NetlinkAnswer answer,
        net::set_xdp(netns, {interface.index, -1, mode_flag(program.mode) | XDP_FLAGS_REPLACE,
                             expected.get()}));
    if (answer.error == 0) return {};
    return system_error(fmt::format("cannot detach program {} from {}", program.id, interface.name),
                        answer.error, answer.text);
}

}  // namespace xdpbench::bpf
