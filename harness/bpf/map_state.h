// What the maps of a loaded program hold, kept to be put back: so that a program forgets what it
// has seen.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/typed_map.h"

namespace xdpbench::bpf {

// Arrays, hashes and prefix tries of all kinds, and the program's global variables.
class MapState {
  public:
    // As the maps are now; who owns their descriptors must outlive this.
    static Result<MapState> save(const std::vector<TypedMap>& maps);

    // How many entries are saved.
    [[nodiscard]] std::size_t entries() const;

    // Brings all saved maps back: entries that came are deleted, those that changed or went are
    // written.
    Result<void> restore() const;

    // Maps that a program can change and that cannot be put back (queues, stacks, filters, local
    // storage), by name.
    [[nodiscard]] const std::vector<std::string>& kept() const { return kept_; }

  private:
    struct Entry {
        MapBytes key;
        MapBytes value;  // of a per-CPU map, of all CPUs
    };
    struct Saved {
        TypedMap map;
        std::vector<Entry> entries;  // by key
    };
    Result<void> add(const TypedMap& map);
    static Result<void> restore_one(const Saved& saved);

    std::vector<Saved> saved_;
    std::vector<std::string> kept_;
};

}  // namespace xdpbench::bpf
