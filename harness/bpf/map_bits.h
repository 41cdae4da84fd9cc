// Sets of a program's maps, one bit each.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "bpf/register_content.h"

namespace xdpbench::bpf {

// A map that instructions refer to.
struct KnownMap {
    std::uint32_t id = 0;
    std::uint32_t kind = 0;  // enum bpf_map_type
    bool constant = false;   // no program may write to it (BPF_F_RDONLY_PROG)
};

class MapBits {
  public:
    explicit MapBits(std::span<const KnownMap> maps) : maps_(maps) {}

    // More than there are bits: those behind them are in no set.
    [[nodiscard]] bool are_too_many() const;
    // 0: there is no map with this id.
    [[nodiscard]] Maps bit_of(std::uint32_t id) const;
    [[nodiscard]] Maps all() const;
    [[nodiscard]] std::vector<const KnownMap*> in(Maps maps) const;

    // Those of certain kinds.
    [[nodiscard]] Maps of_maps(Maps maps) const;
    [[nodiscard]] Maps per_cpu(Maps maps) const;
    [[nodiscard]] Maps least_recently_used(Maps maps) const;
    // Of whose values programs get pointers to write to.
    [[nodiscard]] Maps storable(Maps maps) const;

  private:
    [[nodiscard]] Maps of_kind(Maps maps, std::span<const std::uint32_t> kinds) const;

    std::span<const KnownMap> maps_;
};

}  // namespace xdpbench::bpf
