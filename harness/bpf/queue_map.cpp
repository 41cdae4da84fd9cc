#include "bpf/queue_map.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>

namespace xdpbench::bpf {

bool is_queue(const TypedMap& map) {
    return map.kind == BPF_MAP_TYPE_QUEUE || map.kind == BPF_MAP_TYPE_STACK;
}

Result<std::vector<MapBytes>> read_queue(const TypedMap& map) {
    std::vector<MapBytes> values;
    MapBytes value(map.value.size);
    while (values.size() < map.max_entries &&
           ::bpf_map_lookup_and_delete_elem(map.fd, nullptr, value.data()) == 0)
        values.push_back(value);
    const int number = values.size() < map.max_entries ? errno : ENOENT;
    // What came out of a stack first is what went in last.
    std::vector<MapBytes> back = values;
    if (map.kind == BPF_MAP_TYPE_STACK) std::reverse(back.begin(), back.end());
    for (const MapBytes& one : back) XDPBENCH_CHECK(update_entry(map, {}, one));
    if (number == ENOENT) return values;
    return system_error(fmt::format("cannot read map {}", map.name), number);
}

}  // namespace xdpbench::bpf
