// The programs of the cases (bpf/harness/qualify.bpf.c).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "model/action.h"

struct qualify_programs;
struct xdp_counter;

namespace xdpbench::qualify {

enum class Function {
    act,
    resize,
    mark,
    to_port,
    to_other,  // the port at the other end of the cable; then into the stack
    to_all,    // two copies to `target`
    to_cpu,
    to_cpu_program,  // with a program in the map that passes
    drop_untouched,  // counts the frames of others, too
    drop_parsed,
    to_socket,
};

struct ProgramSettings {
    Function function = Function::act;
    model::Action action = model::Action::pass;
    unsigned target = 0;  // interface index or CPU, of a redirect
    bool frags = false;   // takes frames in several buffers
};

// What a program has counted since it was loaded. Only the tool's own frames have actions.
struct ProgramCounts {
    model::ActionTally actions{};
    model::ActionTally bytes{};  // of the frames as they arrived
    std::uint64_t foreign = 0;
    std::uint64_t refused = 0;  // frames that the kernel did not let change
    std::uint64_t on_cpus = 0;  // frames that the program of a CPUMAP handled
    std::uint64_t marked = 0;   // frames that reached the stack with their metadata
    std::uint64_t unmarked = 0;

    [[nodiscard]] std::uint64_t handled() const;
};

class CaseProgram {
  public:
    static Result<CaseProgram> load(const ProgramSettings& settings);

    [[nodiscard]] int fd() const;
    Result<std::uint32_t> id() const;
    [[nodiscard]] int ingress_fd() const;  // of Function::mark: reads the metadata in the stack
    [[nodiscard]] const ProgramSettings& settings() const { return settings_; }
    [[nodiscard]] int sockets_fd() const;  // of Function::to_socket: its XSKMAP, by queue
    // Of Function::resize: by how many bytes head and tail of the frames to come move.
    void move_ends(std::int32_t head, std::int32_t tail);
    Result<ProgramCounts> counts() const;
    // Frames handled by CPU, for every possible one, since it was loaded.
    Result<std::vector<std::uint64_t>> handled_by_cpu() const;

  private:
    struct Close {
        void operator()(qualify_programs* skeleton) const;
    };
    Result<std::vector<std::vector<xdp_counter>>> read_counters() const;
    CaseProgram(std::unique_ptr<qualify_programs, Close> skeleton, const ProgramSettings& settings)
        : skeleton_(std::move(skeleton)), settings_(settings) {}

    std::unique_ptr<qualify_programs, Close> skeleton_;
    ProgramSettings settings_;
};

// What happened between two moments.
[[nodiscard]] ProgramCounts since(const ProgramCounts& before, const ProgramCounts& now);

}  // namespace xdpbench::qualify
