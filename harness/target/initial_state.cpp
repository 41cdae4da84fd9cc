#include "target/initial_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <utility>

#include "base/text.h"
#include "bpf/map_state.h"
#include "bpf/program_kind.h"

namespace xdpbench::target {

void load_like(Target& target, const Target& running) {
    target.attach_type = bpf::kind_of_program(running.existing->fd()).attach_type;
}

Result<std::string> begin_like(Target& target, const Target& running) {
    XDPBENCH_TRY(const bpf::Program program, open_program(target));
    XDPBENCH_TRY(bpf::MapState saved, bpf::MapState::save(running.existing->maps()));
    const bpf::MapState::Copying copying = saved.plan_copy(program.maps());
    target.begins_with = std::make_shared<const bpf::MapState>(std::move(saved));
    load_like(target, running);
    std::string note = fmt::format(
        "{} begins with the content of the maps of {}: {}", target.object.string(),
        running.existing->origin(),
        copying.copied.empty() ? "none" : fmt::format("{}", fmt::join(copying.copied, ", ")));
    if (!copying.not_copied.empty())
        note += fmt::format("; not copied: {}", fmt::join(copying.not_copied, ", "));
    return note;
}

}  // namespace xdpbench::target
