// The maps of a loaded program, whoever loaded it, through the kernel's ids.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "bpf/typed_map.h"

namespace xdpbench::bpf {

// What the kernel reports about a program: struct bpf_prog_info with the lists that were asked for.
struct LoadedInfo {
    std::vector<std::uint32_t> map_ids;
    std::vector<std::uint64_t> instructions;  // translated; empty if the kernel does not show them
};
Result<LoadedInfo> read_loaded_info(int program_fd);

// The maps of a loaded program, by the names that they have in its source; "NAME (id N)" where
// several may be meant.
class ProgramMaps {
  public:
    static Result<ProgramMaps> open(std::uint32_t program_id);
    // The maps of these programs that are not among these, each once.
    [[nodiscard]] Result<ProgramMaps> others_of(const std::vector<std::uint32_t>& programs) const;

    // Without those of global variables.
    [[nodiscard]] std::vector<TypedMap> all() const;
    [[nodiscard]] std::vector<TypedMap> with_sections() const;
    // By its name or its id. The error lists the maps there are.
    Result<TypedMap> find(const std::string& name) const;

  private:
    struct Free {
        void operator()(btf* types) const;
    };
    Result<void> add_maps_of(std::uint32_t program_id, const ProgramMaps* without);
    [[nodiscard]] bool has(std::uint32_t map_id) const;
    void tell_apart();
    struct Opened {
        std::uint32_t id = 0;
        UniqueFd fd;
        std::unique_ptr<btf, Free> types;
        TypedMap map;
    };
    std::vector<Opened> maps_;
};

}  // namespace xdpbench::bpf
