#include "bpf/offload_map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"
#include "base/text.h"

namespace xdpbench::bpf {
namespace {

namespace fs = std::filesystem;

Error map_error(const char* operation, const TypedMap& map, int number) {
    return system_error(fmt::format("cannot {} map {} in the device", operation, map.name), number,
                        number == ENODEV ? "the device was removed" : "");
}

Result<bpf_map_info> info_of(const TypedMap& map) {
    bpf_map_info info = {};
    std::uint32_t size = sizeof(info);
    if (::bpf_obj_get_info_by_fd(map.fd, &info, &size) != 0)
        return map_error("ask the kernel about", map, errno);
    return info;
}

// Nothing if there is no such entry.
Result<std::optional<Bytes>> read_value(const TypedMap& map, const Bytes& key) {
    Bytes value(map.value.size);
    if (::bpf_map_lookup_elem(map.fd, key.data(), value.data()) == 0) return std::optional(value);
    if (errno == ENOENT) return std::optional<Bytes>();
    return map_error("read", map, errno);
}

Result<void> write_entry(const TypedMap& map, const Bytes& key, const Bytes& value) {
    if (::bpf_map_update_elem(map.fd, key.data(), value.data(), BPF_ANY) == 0) return {};
    return map_error("write to", map, errno);
}

// The first key there is; of an empty hash map one of zeroes. (An entry that is there can always be
// written again: it takes no room.)
Bytes some_key(const TypedMap& map) {
    Bytes key(map.key.size);
    static_cast<void>(::bpf_map_get_next_key(map.fd, nullptr, key.data()));
    return key;
}

}  // namespace

Result<std::uint32_t> device_of_map(const TypedMap& map) {
    XDPBENCH_TRY(const bpf_map_info info, info_of(map));
    return info.ifindex;
}

std::string map_text(const TypedMap& map) {
    const Result<bpf_map_info> info = info_of(map);
    return fmt::format(
        "{} ({}, {}{})", map.name, ::libbpf_bpf_map_type_str(static_cast<bpf_map_type>(map.kind)),
        counted(map.max_entries, "entry"), info ? fmt::format(", id {}", info->id) : "");
}

Result<std::string> exercise_map(const TypedMap& map) {
    const Bytes key = some_key(map);
    XDPBENCH_TRY(const std::optional<Bytes> before, read_value(map, key));
    Bytes written(map.value.size);
    for (std::size_t i = 0; i < written.size(); ++i) written[i] = static_cast<std::uint8_t>(i + 1);
    XDPBENCH_CHECK(write_entry(map, key, written));
    XDPBENCH_TRY(const std::optional<Bytes> read, read_value(map, key));
    if (read != written) {
        return Error{
            ErrorKind::system,
            fmt::format("map {} in the device returns another value than was written", map.name),
            {},
            {}};
    }
    if (before) {
        XDPBENCH_CHECK(write_entry(map, key, *before));
        return fmt::format("{}: written, read back, put back", map.name);
    }
    if (::bpf_map_delete_elem(map.fd, key.data()) != 0) return map_error("delete from", map, errno);
    XDPBENCH_TRY(const std::optional<Bytes> deleted, read_value(map, key));
    if (!deleted) return fmt::format("{}: written, read back, deleted", map.name);
    return Error{ErrorKind::system,
                 fmt::format("map {} in the device still has an entry that was deleted", map.name),
                 {},
                 {}};
}

std::optional<std::uint32_t> netdevsim_program(const std::string& device, std::uint32_t expected) {
    std::error_code error;
    for (const auto& bus : fs::directory_iterator("/sys/bus/netdevsim/devices", error)) {
        if (!fs::exists(bus.path() / "net" / device, error)) continue;
        const fs::path state = "/sys/kernel/debug/netdevsim" / bus.path().filename() / "ports";
        if (!fs::is_directory(state, error)) return std::nullopt;
        for (const auto& port : fs::directory_iterator(state, error)) {
            if (xdpbench::read_entry(port.path() / "bpf_offloaded_id") == std::to_string(expected))
                return expected;
        }
        return 0;
    }
    return std::nullopt;
}

}  // namespace xdpbench::bpf
