#include "engine/redirect_check.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/interrupt.h"
#include "base/text.h"
#include "engine/follower.h"
#include "engine/step_check.h"
#include "kernel/typed_map.h"
#include "scenario/diagnostic.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

bool holds_targets(const bpf_map* map) {
    switch (::bpf_map__type(map)) {
        case BPF_MAP_TYPE_DEVMAP:
        case BPF_MAP_TYPE_DEVMAP_HASH:
        case BPF_MAP_TYPE_CPUMAP:
        case BPF_MAP_TYPE_XSKMAP:
            return true;
        default:
            return false;
    }
}

bool judges_interfaces(const Check& check) {
    return std::any_of(check.steps.begin(), check.steps.end(), [](const Step& step) {
        return step.expect.redirect && !step.expect.redirect->interface.empty();
    });
}

std::string target_text(const RedirectTarget& target) {
    return fmt::format("{}[{}]", target.map, one_line(*target.key));
}

bool same_entry(const RedirectTarget& one, const RedirectTarget& other) {
    return !one.map.empty() && one.map == other.map && one_line(*one.key) == one_line(*other.key);
}

Result<void> validate_target(const Subject& subject, const Program& program,
                             const RedirectTarget& target) {
    if (!target.map.empty()) {
        XDPBENCH_TRY(const bpf_map* const map, program.require_map(target.map, target.where));
        if (!holds_targets(map))
            return error_at(target.where,
                            fmt::format("map {} holds no targets of redirects: expected a DEVMAP, "
                                        "DEVMAP_HASH, CPUMAP or XSKMAP",
                                        target.map));
        const Result<MapBytes> key = encode(typed_map(program.handle(), map).key, *target.key);
        if (!key) return key.error().in("map " + target.map + ", key");
    }
    const std::vector<std::string> names = Topology::interface_names(topology_of(subject));
    if (target.interface.empty() ||
        std::find(names.begin(), names.end(), target.interface) != names.end())
        return {};
    return error_at(target.where, fmt::format("there is no interface {}{}", target.interface,
                                              what_there_is(target.interface, names)));
}

// A frame over a cable has no metadata, and comes in by the first queue of dut0.
Result<void> validate_sending(const Subject& subject, const Check& check) {
    for (const Step& step : check.steps) {
        if (step.context && (step.context->metadata || step.context->rx_queue != 0 ||
                             step.context->ingress != "dut0"))
            return error_at(step.context->where,
                            "the interfaces of this check's redirects are seen by sending its "
                            "frames, which come in by dut0, queue 0, without metadata");
        XDPBENCH_TRY(const Frames frames, load_frames(step.in, subject.scenario));
        for (std::size_t i = 0; i < frames.size(); ++i) {
            Result<void> sendable = Generator::require_length(i, frames[i].bytes.size());
            if (!sendable) return sendable.error().in(step.in.where.text());
        }
    }
    return {};
}

// Which entries of the maps of targets there are in a run.
enum class Left { only_it, all_but_it };

Result<void> thin_out(const Program& program, const std::string& map, const MapBytes& key,
                      Left left) {
    for (const bpf_map* const raw : program.maps()) {
        if (!holds_targets(raw)) continue;
        const TypedMap targets = typed_map(program.handle(), raw);
        XDPBENCH_TRY(const std::vector<MapBytes> keys, read_keys(targets, targets.max_entries));
        for (const MapBytes& one : keys) {
            const bool is_it = targets.name == map && one == key;
            if (is_it == (left == Left::only_it)) continue;
            // An array of targets has all its keys, with something behind them or not.
            XDPBENCH_CHECK(delete_entry(targets, one));
        }
    }
    return {};
}

// The first frame of the target's steps that is not redirected as it must be, if there is one.
Result<std::optional<std::string>> contradiction(const Subject& subject, const Check& check,
                                                 const RedirectTarget& target, Left left) {
    XDPBENCH_TRY(const LoneProgram lone,
                 load_alone(subject, check.configuration, queues_needed(check)));
    XDPBENCH_TRY(const std::optional<StoredEntry> entry,
                 lone.program.find_entry(target.map, *target.key));
    if (!entry) return std::optional(std::string("the map has no such entry"));
    XDPBENCH_CHECK(thin_out(lone.program, target.map, entry->key, left));
    XDPBENCH_TRY(StepRunner runner, StepRunner::create(lone, check));
    for (const Step& step : check.steps) {
        if (interrupted()) return interrupted_error();
        XDPBENCH_TRY(const std::vector<std::uint32_t> returned,
                     runner.returned(step, subject.scenario));
        if (!step.expect.redirect || !same_entry(*step.expect.redirect, target)) continue;
        for (std::size_t i = 0; i < returned.size(); ++i) {
            const bool redirected = returned[i] == static_cast<std::uint32_t>(Action::redirect);
            if (redirected == (left == Left::only_it)) continue;
            return std::optional(fmt::format(
                "{}: {} {}, {}", frame_name(step.in, i),
                left == Left::only_it ? "with no other target in the maps"
                                      : "with all targets but that one",
                left == Left::only_it ? "it is not redirected" : "it is still redirected",
                returned_text(returned[i])));
        }
    }
    return std::optional<std::string>();
}

Result<void> judge_entries(const Subject& subject, const Check& check,
                           std::vector<std::string>& lines) {
    std::vector<const RedirectTarget*> judged;
    for (const Step& step : check.steps) {
        if (!step.expect.redirect || step.expect.redirect->map.empty()) continue;
        const RedirectTarget& target = *step.expect.redirect;
        const bool known = std::any_of(
            judged.begin(), judged.end(),
            [&](const RedirectTarget* const other) { return same_entry(*other, target); });
        if (known) continue;
        judged.push_back(&target);
        for (const Left left : {Left::only_it, Left::all_but_it}) {
            XDPBENCH_TRY(const std::optional<std::string> found,
                         contradiction(subject, check, target, left));
            if (!found) continue;
            lines.push_back(
                fmt::format("expected a redirect by {}, but {}", target_text(target), *found));
            break;
        }
    }
    return {};
}

Result<void> judge_interfaces(const Subject& subject, const Check& check,
                              std::vector<std::string>& lines) {
    Frames all;
    for (const Step& step : check.steps) {
        XDPBENCH_TRY(const Frames frames, load_frames(step.in, subject.scenario));
        all.insert(all.end(), frames.begin(), frames.end());
    }
    XDPBENCH_TRY(const std::unique_ptr<Follower> follower,
                 Follower::create(subject, all, Mode::native, check.configuration));
    for (const Step& step : check.steps) {
        XDPBENCH_TRY(const Frames frames, load_frames(step.in, subject.scenario));
        for (std::size_t i = 0; i < frames.size(); ++i) {
            if (interrupted()) return interrupted_error();
            XDPBENCH_TRY(const Fate fate, follower->send_next());
            if (!step.expect.redirect || step.expect.redirect->interface.empty()) continue;
            const std::string& interface = step.expect.redirect->interface;
            const End expected = interface == "out0" ? End::far : End::tester;
            if (fate.end == expected) continue;
            lines.push_back(fmt::format("{}: expected to leave by {}, but when sent it {}",
                                        frame_name(step.in, i), interface, end_text(fate.end)));
        }
    }
    return {};
}

}  // namespace

Result<void> validate_redirects(const Subject& subject, const Program& program,
                                const Check& check) {
    for (const Step& step : check.steps) {
        if (step.expect.redirect)
            XDPBENCH_CHECK(validate_target(subject, program, *step.expect.redirect));
    }
    return judges_interfaces(check) ? validate_sending(subject, check) : Result<void>();
}

Result<std::vector<std::string>> redirect_differences(const Subject& subject, const Check& check) {
    std::vector<std::string> lines;
    XDPBENCH_CHECK(judge_entries(subject, check, lines));
    if (judges_interfaces(check)) XDPBENCH_CHECK(judge_interfaces(subject, check, lines));
    return lines;
}

}  // namespace xdpbench
