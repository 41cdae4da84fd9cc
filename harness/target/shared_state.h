// Permission to run a program whose maps others use, and their content afterwards.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/map_state.h"
#include "target/target.h"

namespace xdpbench::target {

// --allow-state-changes and --restore-state.
struct StateOptions {
    bool allow = false;
    bool restore = false;
};

// Puts maps back when it ends, however that happens.
class RestoredState {
  public:
    RestoredState() = default;
    RestoredState(RestoredState&& other) noexcept = default;
    RestoredState& operator=(RestoredState&&) = delete;
    RestoredState(const RestoredState&) = delete;
    RestoredState& operator=(const RestoredState&) = delete;
    ~RestoredState();

    void add(std::shared_ptr<const bpf::MapState> stored, const Target& target);
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    // Now, also after an interruption. The first error, if some cannot be put back; nothing is left
    // to do at the end.
    Result<void> restore();

  private:
    struct Entry {
        std::shared_ptr<const bpf::MapState> stored;
        std::shared_ptr<const bpf::ExistingProgram> program;  // has the maps open
    };
    std::vector<Entry> entries_;
};

// Lets the target's program run. Of one that was loaded by others and changes maps that they use,
// or may, an input error without --allow-state-changes; it lists them. With --restore-state, reads
// what `restored` will put back; each load begins with that. `notes` gets what the user should
// know.
Result<void> permit(Target& target, const StateOptions& options, RestoredState& restored,
                    std::vector<std::string>& notes);

// When all targets are permitted: an input error if --restore-state has nothing to restore.
Result<void> require_restorable(const StateOptions& options, const RestoredState& restored);

}  // namespace xdpbench::target
