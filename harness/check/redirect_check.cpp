#include "check/redirect_check.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/typed_map.h"
#include "check/step_check.h"
#include "scenario/diagnostic.h"
#include "testbed/frame_tracer.h"
#include "traffic/pinned.h"

namespace xdpbench::check {
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

bool judges_interfaces(const scenario::Check& check) {
    return std::any_of(check.steps.begin(), check.steps.end(), [](const scenario::Step& step) {
        return step.expect.redirect && !step.expect.redirect->interface.empty();
    });
}

std::string target_text(const scenario::RedirectTarget& destination) {
    return fmt::format("{}[{}]", destination.map, model::one_line(*destination.key));
}

bool same_entry(const scenario::RedirectTarget& one, const scenario::RedirectTarget& other) {
    return !one.map.empty() && one.map == other.map &&
           model::one_line(*one.key) == model::one_line(*other.key);
}

Result<void> validate_target(const target::Target& target, const bpf::Program& program,
                             const scenario::RedirectTarget& destination) {
    if (!destination.map.empty()) {
        XDPBENCH_TRY(const bpf_map* const map,
                     program.require_map(destination.map, destination.where));
        if (!holds_targets(map))
            return scenario::error_at(
                destination.where,
                fmt::format("map {} holds no targets of redirects: expected a DEVMAP, "
                            "DEVMAP_HASH, CPUMAP or XSKMAP",
                            destination.map));
        const Result<bpf::MapBytes> key =
            bpf::encode(bpf::typed_map(program.handle(), map).key, *destination.key);
        if (!key) return key.error().in("map " + destination.map + ", key");
    }
    const std::vector<std::string> names =
        net::Network::interface_names(target::network_of(target));
    if (destination.interface.empty() ||
        std::find(names.begin(), names.end(), destination.interface) != names.end())
        return {};
    return scenario::error_at(destination.where,
                              fmt::format("there is no interface {}{}", destination.interface,
                                          what_there_is(destination.interface, names)));
}

// A frame over a cable has no metadata, and comes in by the first queue of dut0.
Result<void> validate_sending(const target::Target& target, const scenario::Check& check) {
    for (const scenario::Step& step : check.steps) {
        if (step.context && (step.context->metadata || step.context->rx_queue != 0 ||
                             step.context->ingress != "dut0"))
            return scenario::error_at(
                step.context->where,
                "the interfaces of this check's redirects are seen by sending its "
                "frames, which come in by dut0, queue 0, without metadata");
        XDPBENCH_TRY(const packet::Frames frames, target::load_frames(step.in, target.scenario));
        for (std::size_t i = 0; i < frames.size(); ++i) {
            Result<void> sendable = traffic::Generator::require_length(i, frames[i].bytes.size());
            if (!sendable) return sendable.error().in(step.in.where.text());
        }
    }
    return {};
}

// Which entries of the maps of targets there are in a run.
enum class Left { only_it, all_but_it };

Result<void> thin_out(const bpf::Program& program, const std::string& map, const bpf::MapBytes& key,
                      Left left) {
    for (const bpf_map* const raw : program.maps()) {
        if (!holds_targets(raw)) continue;
        const bpf::TypedMap destinations = bpf::typed_map(program.handle(), raw);
        XDPBENCH_TRY(const std::vector<bpf::MapBytes> keys,
                     bpf::read_keys(destinations, destinations.max_entries));
        for (const bpf::MapBytes& one : keys) {
            const bool is_it = destinations.name == map && one == key;
            if (is_it == (left == Left::only_it)) continue;
            // An array of targets has all its keys, with something behind them or not.
            XDPBENCH_CHECK(bpf::delete_entry(destinations, one));
        }
    }
    return {};
}

// The first frame of the target's steps that is not redirected as it must be, if there is one.
Result<std::optional<std::string>> contradiction(const target::Target& target,
                                                 const scenario::Check& check,
                                                 const scenario::RedirectTarget& destination,
                                                 Left left) {
    XDPBENCH_TRY(const target::LoneProgram lone,
                 target::load_alone(target, check.configuration, queues_needed(check)));
    XDPBENCH_TRY(const std::optional<bpf::StoredEntry> entry,
                 lone.program.find_entry(destination.map, *destination.key));
    if (!entry) return std::optional(std::string("the map has no such entry"));
    XDPBENCH_CHECK(thin_out(lone.program, destination.map, entry->key, left));
    XDPBENCH_TRY(StepRunner runner, StepRunner::create(lone, check));
    for (const scenario::Step& step : check.steps) {
        if (interrupted()) return interrupted_error();
        XDPBENCH_TRY(const std::vector<std::uint32_t> returned,
                     runner.returned(step, target.scenario));
        if (!step.expect.redirect || !same_entry(*step.expect.redirect, destination)) continue;
        for (std::size_t i = 0; i < returned.size(); ++i) {
            const bool redirected =
                returned[i] == static_cast<std::uint32_t>(model::Action::redirect);
            if (redirected == (left == Left::only_it)) continue;
            return std::optional(fmt::format(
                "{}: {} {}, {}", target::frame_name(step.in, i),
                left == Left::only_it ? "with no other target in the maps"
                                      : "with all targets but that one",
                left == Left::only_it ? "it is not redirected" : "it is still redirected",
                bpf::returned_text(returned[i])));
        }
    }
    return std::optional<std::string>();
}

Result<void> judge_entries(const target::Target& target, const scenario::Check& check,
                           std::vector<std::string>& lines) {
    std::vector<const scenario::RedirectTarget*> judged;
    for (const scenario::Step& step : check.steps) {
        if (!step.expect.redirect || step.expect.redirect->map.empty()) continue;
        const scenario::RedirectTarget& destination = *step.expect.redirect;
        const bool known = std::any_of(judged.begin(), judged.end(),
                                       [&](const scenario::RedirectTarget* const other) {
                                           return same_entry(*other, destination);
                                       });
        if (known) continue;
        judged.push_back(&destination);
        for (const Left left : {Left::only_it, Left::all_but_it}) {
            XDPBENCH_TRY(const std::optional<std::string> found,
                         contradiction(target, check, destination, left));
            if (!found) continue;
            lines.push_back(
                fmt::format("expected a redirect by {}, but {}", target_text(destination), *found));
            break;
        }
    }
    return {};
}

Result<void> judge_interfaces(const target::Target& target, const scenario::Check& check,
                              std::vector<std::string>& lines) {
    packet::Frames all;
    for (const scenario::Step& step : check.steps) {
        XDPBENCH_TRY(const packet::Frames frames, target::load_frames(step.in, target.scenario));
        all.insert(all.end(), frames.begin(), frames.end());
    }
    XDPBENCH_TRY(
        const std::unique_ptr<testbed::FrameTracer> tracer,
        testbed::FrameTracer::create(target, all, model::Mode::native, check.configuration));
    for (const scenario::Step& step : check.steps) {
        XDPBENCH_TRY(const packet::Frames frames, target::load_frames(step.in, target.scenario));
        for (std::size_t i = 0; i < frames.size(); ++i) {
            if (interrupted()) return interrupted_error();
            XDPBENCH_TRY(const testbed::FrameOutcome frame_outcome, tracer->send_next());
            if (!step.expect.redirect || step.expect.redirect->interface.empty()) continue;
            const std::string& interface = step.expect.redirect->interface;
            const model::End expected = interface == "out0" ? model::End::far : model::End::tester;
            if (frame_outcome.end == expected) continue;
            lines.push_back(fmt::format("{}: expected to leave by {}, but when sent it {}",
                                        target::frame_name(step.in, i), interface,
                                        testbed::end_text(frame_outcome.end)));
        }
    }
    return {};
}

}  // namespace

Result<void> validate_redirects(const target::Target& target, const bpf::Program& program,
                                const scenario::Check& check) {
    for (const scenario::Step& step : check.steps) {
        if (step.expect.redirect)
            XDPBENCH_CHECK(validate_target(target, program, *step.expect.redirect));
    }
    return judges_interfaces(check) ? validate_sending(target, check) : Result<void>();
}

Result<std::vector<std::string>> redirect_differences(const target::Target& target,
                                                      const scenario::Check& check) {
    std::vector<std::string> lines;
    XDPBENCH_CHECK(judge_entries(target, check, lines));
    if (judges_interfaces(check)) XDPBENCH_CHECK(judge_interfaces(target, check, lines));
    return lines;
}

}  // namespace xdpbench::check
