// `redirect`: where a redirect leads.
//
// A program that redirects tells only that it does. So its targets are proven by what happens:
// - a map's entry, by two more runs of the check: with that entry alone in all maps of targets the
//   step's frames must be redirected, and with all but that entry they must not;
// - an interface, by sending the check's frames through the program, attached natively: the step's
//   must arrive at that interface's other end.
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/typed_map.h"
#include "check/expectation.h"
#include "check/expectations.h"
#include "check/step_runner.h"
#include "scenario/diagnostic.h"
#include "scenario/emit.h"
#include "scenario/parse_parts.h"
#include "scenario/yaml_value.h"
#include "target/lone_program.h"
#include "testbed/frame_tracer.h"
#include "traffic/generator.h"

namespace xdpbench::check {
namespace {

// The entry of a map of targets that a redirect takes, the interface that the frame leaves by, or
// both.
struct RedirectTarget {
    model::Location where;
    std::string map;                  // empty: not judged
    std::optional<model::Value> key;  // of the map
    std::string interface;            // of the network; empty: not judged
};

class RedirectExpectation : public Expectation {
  public:
    explicit RedirectExpectation(RedirectTarget destination)
        : destination_(std::move(destination)) {}

    Result<void> validate(const PreparedCheck& prepared,
                          const bpf::Program& program) const override;
    Result<std::vector<std::string>> prove(const PreparedCheck& prepared) const override;

    // Where a redirect leads is not recorded.
    Result<void> update_frame(const FrameTwice& frame, scenario::YamlNode& expect) const override {
        if (frame.now.result.returned != static_cast<std::uint32_t>(model::Action::redirect))
            scenario::erase_entry(expect, "redirect");
        return {};
    }

    [[nodiscard]] const RedirectTarget& destination() const { return destination_; }

  private:
    RedirectTarget destination_;
};

// By step; nullptr where none is expected.
std::vector<const RedirectTarget*> targets_of(const PreparedCheck& prepared) {
    std::vector<const RedirectTarget*> targets;
    for (const Expectations& step : prepared.steps) {
        targets.push_back(nullptr);
        for (const auto& one : step) {
            if (const auto* const found = dynamic_cast<const RedirectExpectation*>(one.get()))
                targets.back() = &found->destination();
        }
    }
    return targets;
}

bool holds_targets(const bpf::TypedMap& map) {
    switch (map.kind) {
        case BPF_MAP_TYPE_DEVMAP:
        case BPF_MAP_TYPE_DEVMAP_HASH:
        case BPF_MAP_TYPE_CPUMAP:
        case BPF_MAP_TYPE_XSKMAP:
            return true;
        default:
            return false;
    }
}

std::string target_text(const RedirectTarget& destination) {
    return fmt::format("{}[{}]", destination.map, model::one_line(*destination.key));
}

bool same_entry(const RedirectTarget& one, const RedirectTarget& other) {
    return !one.map.empty() && one.map == other.map &&
           model::one_line(*one.key) == model::one_line(*other.key);
}

Result<void> validate_target(const target::Target& target, const bpf::Program& program,
                             const RedirectTarget& destination) {
    if (!destination.map.empty()) {
        XDPBENCH_TRY(const bpf::TypedMap map,
                     program.require_map(destination.map, destination.where));
        if (!holds_targets(map))
            return scenario::error_at(
                destination.where,
                fmt::format("map {} holds no targets of redirects: expected a DEVMAP, "
                            "DEVMAP_HASH, CPUMAP or XSKMAP",
                            destination.map));
        const Result<bpf::MapBytes> key = bpf::encode(map.key, *destination.key);
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
Result<void> validate_sending(const PreparedCheck& prepared) {
    for (std::size_t number = 0; number < prepared.in.size(); ++number) {
        const scenario::Step& step = prepared.check->steps[number];
        if (step.context && (step.context->metadata || step.context->linear ||
                             step.context->rx_queue != 0 || step.context->ingress != "dut0"))
            return scenario::error_at(
                step.context->where,
                "the interfaces of this check's redirects are seen by sending its "
                "frames, which come in by dut0, queue 0, without metadata and 'linear'");
        if (!step.set.empty() || step.wait_seconds > 0)
            return scenario::error_at(
                step.where,
                "the interfaces of this check's redirects are seen by sending its frames, with no "
                "'set' and no 'wait' between its steps");
        const packet::Frames& frames = prepared.in[number];
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
    XDPBENCH_CHECK(program.require_own_maps("take targets out of map " + map));
    for (const bpf::TypedMap& destinations : program.maps()) {
        if (!holds_targets(destinations)) continue;
        // An array has all its keys, with a target behind them or not.
        XDPBENCH_TRY(const std::vector<bpf::MapBytes> keys,
                     bpf::read_keys(destinations, destinations.max_entries));
        for (const bpf::MapBytes& one : keys) {
            const bool is_it = destinations.name == map && one == key;
            if (is_it == (left == Left::only_it)) continue;
            XDPBENCH_CHECK(bpf::delete_entry(destinations, one));
        }
    }
    return {};
}

// The entry's key; nothing if there is no such entry. Of an XSKMAP nobody can tell, but with no
// other entry left frames are redirected only if it is there.
Result<std::optional<bpf::MapBytes>> key_of(const bpf::Program& program,
                                            const RedirectTarget& destination) {
    XDPBENCH_TRY(const bpf::TypedMap map, program.require_map(destination.map, destination.where));
    XDPBENCH_TRY(bpf::MapBytes key, bpf::encode(map.key, *destination.key));
    if (map.kind == BPF_MAP_TYPE_XSKMAP) return std::optional(std::move(key));
    XDPBENCH_TRY(const std::optional<bpf::MapBytes> value, bpf::read_entry(map, key));
    return value ? std::optional(std::move(key)) : std::nullopt;
}

// The first frame of the target's steps that is not redirected as it must be, if there is one.
Result<std::optional<std::string>> contradiction(const PreparedCheck& prepared,
                                                 const std::vector<const RedirectTarget*>& targets,
                                                 const RedirectTarget& destination, Left left) {
    const scenario::Check& check = *prepared.check;
    XDPBENCH_TRY(const target::LoneProgram lone,
                 target::load_alone(*prepared.target, check.configuration, queues_needed(check)));
    XDPBENCH_TRY(const std::optional<bpf::MapBytes> key, key_of(lone.program, destination));
    if (!key) return std::optional(std::string("the map has no such entry"));
    XDPBENCH_CHECK(thin_out(lone.program, destination.map, *key, left));
    XDPBENCH_TRY(StepRunner runner, StepRunner::create(lone, check));
    for (std::size_t number = 0; number < check.steps.size(); ++number) {
        const scenario::Step& step = check.steps[number];
        XDPBENCH_TRY(const std::vector<std::uint32_t> returned,
                     runner.returned(step, prepared.in[number]));
        if (targets[number] == nullptr || !same_entry(*targets[number], destination)) continue;
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

Result<void> judge_entry(const PreparedCheck& prepared,
                         const std::vector<const RedirectTarget*>& targets,
                         const RedirectTarget& destination, std::vector<std::string>& lines) {
    for (const Left left : {Left::only_it, Left::all_but_it}) {
        XDPBENCH_TRY(const std::optional<std::string> found,
                     contradiction(prepared, targets, destination, left));
        if (!found) continue;
        lines.push_back(
            fmt::format("expected a redirect by {}, but {}", target_text(destination), *found));
        break;
    }
    return {};
}

Result<void> judge_interfaces(const PreparedCheck& prepared,
                              const std::vector<const RedirectTarget*>& targets,
                              std::vector<std::string>& lines) {
    packet::Frames all;
    for (const packet::Frames& frames : prepared.in)
        all.insert(all.end(), frames.begin(), frames.end());
    XDPBENCH_TRY(const std::unique_ptr<testbed::FrameTracer> tracer,
                 testbed::FrameTracer::create(*prepared.target, all, model::Mode::native,
                                              prepared.check->configuration));
    for (std::size_t number = 0; number < prepared.in.size(); ++number) {
        for (std::size_t i = 0; i < prepared.in[number].size(); ++i) {
            if (interrupted()) return interrupted_error();
            XDPBENCH_TRY(const testbed::FrameOutcome frame_outcome, tracer->send_next());
            if (targets[number] == nullptr || targets[number]->interface.empty()) continue;
            const std::string& interface = targets[number]->interface;
            const model::End expected = interface == "out0" ? model::End::far : model::End::tester;
            if (frame_outcome.end == expected) continue;
            lines.push_back(fmt::format("{}: expected to leave by {}, but when sent it {}",
                                        target::frame_name(prepared.check->steps[number].in, i),
                                        interface, testbed::end_text(frame_outcome.end)));
        }
    }
    return {};
}

Result<void> RedirectExpectation::validate(const PreparedCheck& prepared,
                                           const bpf::Program& program) const {
    XDPBENCH_CHECK(validate_target(*prepared.target, program, destination_));
    return destination_.interface.empty() ? Result<void>() : validate_sending(prepared);
}

// What several steps name is proven once, by the first of them.
Result<std::vector<std::string>> RedirectExpectation::prove(const PreparedCheck& prepared) const {
    const std::vector<const RedirectTarget*> targets = targets_of(prepared);
    const auto is_first = [&](auto alike) {
        const auto first = std::find_if(
            targets.begin(), targets.end(),
            [&](const RedirectTarget* const other) { return other != nullptr && alike(*other); });
        return first != targets.end() && *first == &destination_;
    };
    std::vector<std::string> lines;
    if (is_first([&](const RedirectTarget& other) { return same_entry(other, destination_); }))
        XDPBENCH_CHECK(judge_entry(prepared, targets, destination_, lines));
    if (is_first([](const RedirectTarget& other) { return !other.interface.empty(); }))
        XDPBENCH_CHECK(judge_interfaces(prepared, targets, lines));
    return lines;
}

Result<RedirectTarget> read_redirect(const scenario::YamlNode& node) {
    XDPBENCH_TRY(const scenario::Record record,
                 scenario::Record::read(node, "redirect", {}, {"map", "key", "interface"}));
    RedirectTarget target;
    target.where = node.where;
    const auto* const map = record.find("map");
    const auto* const key = record.find("key");
    if ((map == nullptr) != (key == nullptr))
        return scenario::error_at(node.where, "a map of targets needs its 'map' and its 'key'");
    if (map != nullptr) {
        XDPBENCH_TRY(target.map, scenario::read_line(*map, "the map of targets"));
        target.key = scenario::to_value(*key);
    }
    if (const auto* interface = record.find("interface")) {
        XDPBENCH_TRY(target.interface, scenario::read_line(*interface, "the interface"));
    }
    return target;
}

Result<std::unique_ptr<Expectation>> read(const scenario::Record& expect) {
    const scenario::YamlNode::Entry& redirect = *expect.entry("redirect");
    XDPBENCH_TRY(const model::Action action, scenario::read_action(expect.at("action")));
    if (action != model::Action::redirect)
        return scenario::error_at(redirect.where,
                                  "key 'redirect' without a redirect: expected action "
                                  "XDP_REDIRECT");
    XDPBENCH_TRY(RedirectTarget target, read_redirect(redirect.value));
    return std::make_unique<RedirectExpectation>(std::move(target));
}

}  // namespace

ExpectationKind expect_redirect() {
    ExpectationKind kind;
    kind.keys = {"redirect"};
    kind.properties = R"("redirect": {
      "description": "Of XDP_REDIRECT: the entry of a map of targets, the interface, or both; proven by what happens.",
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "dependencies": { "map": ["key"], "key": ["map"] },
      "properties": {
        "map": { "description": "A DEVMAP, DEVMAP_HASH, CPUMAP or XSKMAP.", "allOf": [{ "$ref": "#/definitions/line" }] },
        "key": { "$ref": "#/definitions/value" },
        "interface": { "description": "dut0, in a chain out0 too.", "allOf": [{ "$ref": "#/definitions/line" }] }
      }
    })";
    kind.dependencies =
        R"("redirect": { "properties": { "action": { "const": "XDP_REDIRECT" } } })";
    kind.read = read;
    return kind;
}

}  // namespace xdpbench::check
