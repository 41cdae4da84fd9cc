#include "bpf/map_room.h"

#include <bpf/libbpf.h>
#include <linux/bpf.h>

namespace xdpbench::bpf {
namespace {

bool is_sized_for_its_users(bpf_map_type kind) {
    switch (kind) {
        case BPF_MAP_TYPE_HASH:
        case BPF_MAP_TYPE_PERCPU_HASH:
        case BPF_MAP_TYPE_LRU_HASH:
        case BPF_MAP_TYPE_LRU_PERCPU_HASH:
        case BPF_MAP_TYPE_LPM_TRIE:
            return true;
        default:
            return false;
    }
}

}  // namespace

void leave_no_room(const bpf_object* object) {
    bpf_map* map = nullptr;
    if (object == nullptr) return;
    bpf_object__for_each_map(map, object) {
        // One without a size is the loader's error; one that is pinned has to be as it is.
        if (is_sized_for_its_users(::bpf_map__type(map)) && ::bpf_map__max_entries(map) > 1 &&
            ::bpf_map__pin_path(map) == nullptr)
            ::bpf_map__set_max_entries(map, 1);
    }
}

}  // namespace xdpbench::bpf
