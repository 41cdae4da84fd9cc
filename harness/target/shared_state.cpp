#include "target/shared_state.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "base/interrupt.h"
#include "base/print.h"
#include "base/text.h"

namespace xdpbench::target {
namespace {

std::string changes_of(const bpf::SharedState& state) {
    std::string text;
    for (const std::string& line : state.writes) text += "\n    " + line;
    if (state.unknown.empty()) return text;
    text += "\n    what else it changes cannot be told:";
    for (const std::string& line : state.unknown) text += "\n      " + line;
    return text;
}

Error needs_permission(const bpf::ExistingProgram& program) {
    return input_error(
        fmt::format("{} (program {}, {}) changes maps that are not the tool's own:{}",
                    program.origin(), program.id(), program.name(), changes_of(program.state())),
        "their entries and records may have readers; --allow-state-changes runs it nevertheless, "
        "and --restore-state puts the entries back afterwards");
}

}  // namespace

RestoredState::~RestoredState() {
    const Result<void> restored = restore();
    if (!restored) print(stderr, "xdp-bench: {}\n", restored.error().text());
}

void RestoredState::add(std::shared_ptr<const bpf::MapState> stored, const Target& target) {
    entries_.push_back({std::move(stored), target.existing});
}

Result<void> RestoredState::restore() {
    const ToTheEnd whole;
    Result<void> all;
    for (const Entry& entry : std::exchange(entries_, {})) {
        Result<void> one = entry.stored->restore();
        if (all) all = std::move(one);
    }
    return all;
}

Result<void> permit(Target& target, const StateOptions& options, RestoredState& restored,
                    std::vector<std::string>& notes) {
    if (!target.existing) return {};
    const bpf::ExistingProgram& program = *target.existing;
    const bpf::SharedState& state = program.state();
    const bool changes = !state.writes.empty() || !state.unknown.empty();
    if (changes && !options.allow) return needs_permission(program);
    target.access.allowed = options.allow;
    std::vector<std::string> behind;
    for (const bpf::BehindDispatcher& one : program.behind())
        behind.push_back(fmt::format("{} (id {})", one.name, one.id));
    if (!behind.empty())
        notes.push_back(
            fmt::format("{} is a dispatcher; the programs behind it: {}. One of them "
                        "alone: dev:INTERFACE/NAME",
                        program.origin(), fmt::join(behind, ", ")));
    if (!options.restore) return {};
    XDPBENCH_TRY(bpf::MapState saved, bpf::MapState::save(program.state_maps()));
    target.access.saved = std::make_shared<const bpf::MapState>(std::move(saved));
    restored.add(target.access.saved, target);
    notes.push_back(fmt::format(
        "{}: {} saved, and put back at the end{}", program.origin(),
        counted(target.access.saved->entries(), "map entry"),
        target.access.saved->kept().empty()
            ? ""
            : fmt::format("; not saved: {}", fmt::join(target.access.saved->kept(), ", "))));
    return {};
}

Result<void> require_restorable(const StateOptions& options, const RestoredState& restored) {
    if (!options.restore || !restored.empty()) return {};
    return input_error(
        "--restore-state goes with a loaded program (id:N, tag:T, pinned:PATH, dev:IF)",
        "the maps of others begin anew each time: leave it out");
}

}  // namespace xdpbench::target
