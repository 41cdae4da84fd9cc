#include "bpf/opened_map.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <cerrno>

namespace xdpbench::bpf {
namespace {

Result<bpf_map_info> info_of(int fd, const std::string& name) {
    bpf_map_info info = {};
    std::uint32_t size = sizeof(info);
    if (::bpf_obj_get_info_by_fd(fd, &info, &size) == 0) return info;
    return system_error(fmt::format("cannot read the kernel's information on map {}", name), errno);
}

}  // namespace

Result<OpenedMap> open_map(std::uint32_t id, const std::string& name) {
    OpenedMap opened{UniqueFd(::bpf_map_get_fd_by_id(id)), {}};
    if (!opened.fd.valid())
        return system_error(fmt::format("cannot open map {}, id {}", name, id), errno);
    XDPBENCH_TRY(const bpf_map_info info, info_of(opened.fd.get(), name));
    opened.map = typed_map(info, opened.fd.get(), nullptr, name);
    return opened;
}

Result<std::uint32_t> id_of_map(const TypedMap& map) {
    XDPBENCH_TRY(const bpf_map_info info, info_of(map.fd, map.name));
    return info.id;
}

}  // namespace xdpbench::bpf
