// The empty program, which the baseline of a measurement is made of: it does at once what the
// program under test does with its frames.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/result.h"
#include "bpf/program.h"
#include "net/network.h"
#include "scenario/scenario.h"

namespace xdpbench::testbed {

// Where a program redirects frames to, and by what means.
struct RedirectPath {
    enum class Means { interface, devmap, cpumap, sockets };
    Means means = Means::interface;
    std::uint32_t map_type = 0;  // of a devmap: BPF_MAP_TYPE_DEVMAP or _HASH
    bool back = false;           // to the interface that the frames came from; else to the far end
    std::vector<std::uint32_t> cpus;  // of a cpumap: all that are in it, ascending
    // Of a cpumap: slots of its shortest queue. A frame that finds it full is lost, and nobody
    // counts it: see most_in_flight(). Of AF_XDP sockets: slots of the receive ring.
    std::uint32_t queue = 0;
};

// Looks into the maps of a loaded program that stands on `link`. Without a filled one it is taken
// to redirect by interface index: to the far end, or back if there is none. Unavailable where the
// maps do not tell: targets of several kinds.
Result<RedirectPath> find_redirect_target(const bpf::Program& program, const net::Link& link);

// How many frames may be under way at once, whoever has to wait for a CPU meanwhile: `most`, or
// fewer where a queue on the way is sure to hold fewer.
[[nodiscard]] std::uint64_t most_in_flight(const std::optional<RedirectPath>& redirect_path,
                                           std::uint64_t most);

class EmptyProgram {
  public:
    // Does what `program` does with frames that take `action`, on `link` of `network`. `of`: the
    // link that `program` was loaded for. Of a redirect to AF_XDP sockets: there is none in its map
    // yet.
    static Result<EmptyProgram> load(model::Action action, const bpf::Program& program,
                                     const net::Network& network, std::size_t of, std::size_t link);

    // Does so in the place of `program` on a real interface, the only link of `devices`, and counts
    // its frames as that does: no driver's counters mean the same. In offload mode it is bound to
    // the device; unavailable for a redirect then.
    static Result<EmptyProgram> load_counting(model::Action action, const bpf::Program& program,
                                              const net::Network& devices, model::Mode mode);

    [[nodiscard]] int fd() const { return program_.fd(); }
    [[nodiscard]] const bpf::Program& program() const { return program_; }
    // If it redirects.
    [[nodiscard]] const std::optional<RedirectPath>& redirect_path() const { return target_; }

  private:
    EmptyProgram(bpf::Program program, std::optional<RedirectPath> redirect_path)
        : program_(std::move(program)), target_(std::move(redirect_path)) {}

    bpf::Program program_;
    std::optional<RedirectPath> target_;
};

}  // namespace xdpbench::testbed
