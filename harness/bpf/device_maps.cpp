#include "bpf/device_maps.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "bpf/opened_map.h"

namespace xdpbench::bpf {
namespace {

// The first 32 bits of an entry's key and of its value; without entries that are empty.
struct Word {
    std::uint32_t key = 0;
    std::uint32_t value = 0;
};
Result<std::vector<Word>> words_of(const TypedMap& map) {
    XDPBENCH_TRY(const std::vector<MapBytes> keys, read_keys(map, map.max_entries));
    MapBytes value(std::max(map.value.size, sizeof(std::uint32_t)));
    std::vector<Word> words;
    for (const MapBytes& key : keys) {
        Word word;
        if (::bpf_map_lookup_elem(map.fd, key.data(), value.data()) != 0) continue;
        std::memcpy(&word.key, key.data(), std::min(key.size(), sizeof(word.key)));
        std::memcpy(&word.value, value.data(), sizeof(word.value));
        if (word.value != 0) words.push_back(word);
    }
    return words;
}

Result<void> add_entries(const DeviceMap& device_map, std::vector<DeviceEntry>& entries) {
    XDPBENCH_TRY(const OpenedMap opened, open_map(device_map.id, device_map.name));
    if (is_map_of_maps(opened.map.kind)) {
        XDPBENCH_TRY(const std::vector<std::uint32_t> inside, maps_inside(opened.map));
        for (const std::uint32_t id : inside)
            XDPBENCH_CHECK(
                add_entries({id, fmt::format("{} (map {} in it)", device_map.name, id)}, entries));
        return {};
    }
    if (!is_device_map(opened.map.kind)) return {};
    XDPBENCH_TRY(const std::vector<Word> words, words_of(opened.map));
    for (const Word& word : words)
        entries.push_back({device_map.id, device_map.name, word.key, word.value});
    return {};
}

}  // namespace

bool is_device_map(std::uint32_t kind) {
    return kind == BPF_MAP_TYPE_DEVMAP || kind == BPF_MAP_TYPE_DEVMAP_HASH;
}

bool is_map_of_maps(std::uint32_t kind) {
    return kind == BPF_MAP_TYPE_ARRAY_OF_MAPS || kind == BPF_MAP_TYPE_HASH_OF_MAPS;
}

Result<std::vector<std::uint32_t>> maps_inside(const TypedMap& outer) {
    XDPBENCH_TRY(const std::vector<Word> words, words_of(outer));
    std::vector<std::uint32_t> ids;
    ids.reserve(words.size());
    for (const Word& word : words) ids.push_back(word.value);
    return ids;
}

Result<std::vector<DeviceEntry>> read_device_entries(const std::vector<DeviceMap>& maps) {
    std::vector<DeviceEntry> entries;
    for (const DeviceMap& map : maps) XDPBENCH_CHECK(add_entries(map, entries));
    return entries;
}

}  // namespace xdpbench::bpf
