// What the maps of a loaded program hold, kept to be put back: so that a program forgets what it
// has seen.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/bytes.h"
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

    // Which of these maps, of an object, take what is saved, and which do not, with the reason.
    // Alike are maps with the same name, type, key size and value size. Of a name of which only the
    // kernel's 15 characters are known those have to fit, and one map only on either side.
    struct Copying {
        std::vector<std::string> copied;      // "flows (3 entries)"
        std::vector<std::string> not_copied;  // "events (a map of this type)"
    };
    [[nodiscard]] Copying plan_copy(const std::vector<TypedMap>& maps) const;
    // Writes what is saved into those of these maps that are alike: they are loaded, and new.
    Result<void> copy_to(const std::vector<TypedMap>& maps) const;

    // Maps that a program can change and that cannot be put back (queues, stacks, filters, local
    // storage), by name.
    [[nodiscard]] const std::vector<std::string>& kept() const { return kept_; }

  private:
    struct Saved {
        TypedMap map;
        std::size_t memory = 0;  // bytes of an entry's values; of a per-CPU map, of all CPUs
        MapBytes keys = {};      // one after the other
        MapBytes values = {};
        std::size_t count = 0;

        [[nodiscard]] ByteView key(std::size_t entry) const;
        [[nodiscard]] ByteView value(std::size_t entry) const;
    };
    class Finder;
    // What a map is to be filled with; nothing, with the reason, if it is not.
    struct Source {
        const Saved* saved = nullptr;
        std::string reason = {};
    };
    Result<void> add(const TypedMap& map);
    [[nodiscard]] Source source_of(const TypedMap& map, const std::vector<TypedMap>& all) const;
    static Result<void> restore_one(const Saved& saved);

    std::vector<Saved> saved_;
    std::vector<std::string> kept_;
};

}  // namespace xdpbench::bpf
