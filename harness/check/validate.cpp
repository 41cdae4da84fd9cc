#include "check/validate.h"

#include <fmt/format.h>

#include <algorithm>

#include "bpf/inner_map.h"
#include "check/expectations.h"
#include "check/step_runner.h"
#include "net/network.h"
#include "scenario/diagnostic.h"
#include "scenario/interfaces.h"
#include "traffic/generator.h"

namespace xdpbench::check {
namespace {

Result<void> validate_checks(const target::Target& target) {
    for (const scenario::Check& check : target.scenario.checks) {
        XDPBENCH_TRY(const bpf::Program configured,
                     target::open_program(target, check.configuration));
        XDPBENCH_TRY(const PreparedCheck prepared, prepare_check(target, check));
        for (const scenario::Step& step : check.steps)
            XDPBENCH_CHECK(validate_context(target, configured, step));
        XDPBENCH_CHECK(validate_expectations(prepared, configured));
        for (const scenario::Step& step : check.steps)
            XDPBENCH_CHECK(validate_changes(target, configured, step));
    }
    return {};
}

// A lan's maps are changed as the command `map` does it, which knows no maps inside maps.
Result<void> validate_lan_changes(const bpf::Program& program,
                                  const std::vector<scenario::MapContent>& changes) {
    for (const scenario::MapContent& content : changes) {
        XDPBENCH_TRY(const bpf::TypedMap map, program.require_map(content.map, content.where));
        const bool deletes =
            std::all_of(content.entries.begin(), content.entries.end(),
                        [](const scenario::MapEntry& entry) { return entry.absent; });
        if (!bpf::holds_maps(map) || deletes) continue;
        return scenario::error_at(
            content.where,
            fmt::format("map {} holds maps, whose entries a lan cannot set", content.map));
    }
    return program.validate_changes(changes);
}

// Whether the steps can be done: maps, keys and values fit the program, frames are there and fit a
// cable. Contacts no kernel.
Result<void> validate_lan(const target::Target& target) {
    const scenario::Lan& lan = *target.scenario.lan;
    // Of a network's interfaces there is only the DUT's.
    for (const scenario::Configuration* const part :
         {&target.scenario.configuration, &lan.configuration})
        XDPBENCH_CHECK(scenario::with_indexes(*part, {{"dut0", 1}}));
    XDPBENCH_TRY(const bpf::Program program, target::open_program(target, lan.configuration));
    for (const scenario::LanStep& step : lan.steps) {
        if (const auto* send = std::get_if<scenario::LanSend>(&step.what)) {
            XDPBENCH_TRY(const packet::Frames frames,
                         target::load_frames(send->frames, target.scenario));
            const bool fit =
                std::all_of(frames.begin(), frames.end(), [](const packet::Frame& frame) {
                    return frame.bytes.size() <= net::kLongestLanFrame;
                });
            if (!fit)
                return scenario::error_at(
                    send->frames.where,
                    fmt::format("a frame is longer than {} bytes: the cables of a lan "
                                "take no more",
                                net::kLongestLanFrame));
        }
        const auto* changes = std::get_if<scenario::LanSet>(&step.what);
        if (changes == nullptr) continue;
        XDPBENCH_CHECK(validate_lan_changes(program, changes->maps));
    }
    return {};
}

Result<void> validate_scenario(const target::Target& target, bool sends) {
    const scenario::Scenario& scenario = target.scenario;
    XDPBENCH_CHECK(validate_checks(target));
    if (scenario.lan) XDPBENCH_CHECK(validate_lan(target));
    std::vector<const scenario::FrameRef*> sent;
    if (scenario.replay) sent.push_back(&scenario.replay->traffic);
    if (scenario.bench) sent.push_back(&scenario.bench->traffic);
    for (const scenario::FrameRef* const traffic : sent) {
        XDPBENCH_TRY(const packet::Frames frames, target::load_frames(*traffic, scenario));
        if (!sends) continue;
        Result<void> sendable = traffic::Generator::require_sendable(frames);
        if (!sendable) return sendable.error().in(traffic->where.text());
    }
    if (!scenario.replay) return {};
    if (scenario.replay->received)
        XDPBENCH_CHECK(target::load_frames(*scenario.replay->received, scenario));
    if (scenario.replay->passed)
        XDPBENCH_CHECK(target::load_frames(*scenario.replay->passed, scenario));
    if (scenario.replay->sockets)
        XDPBENCH_CHECK(target::load_frames(*scenario.replay->sockets, scenario));
    if (scenario.replay->replace) {
        XDPBENCH_TRY(const target::Target second, target::replacement_of(target));
        XDPBENCH_CHECK(open_program(second));
    }
    if (scenario.replay->forwarded)
        XDPBENCH_CHECK(target::load_frames(*scenario.replay->forwarded, scenario));
    return {};
}

// Reads as far as it must: the first frame, or, if all of them are to be sent, every one. Keeps
// none.
Result<void> validate_traffic(const target::Target& target, bool sends) {
    const std::string& name = target.traffic.text;
    XDPBENCH_TRY(target::FrameStream reader,
                 target::FrameStream::open(target.traffic, target.scenario));
    XDPBENCH_TRY(std::optional<packet::Frame> frame, reader.next());
    if (!frame) return input_error(fmt::format("{} has no frames", name));
    std::size_t longest = 0;
    while (sends && frame) {
        const std::size_t length = frame->bytes.size();
        Result<void> sendable = traffic::Generator::require_length(reader.position() - 1, length);
        if (!sendable) return sendable.error().in(name);
        longest = std::max(longest, length);
        XDPBENCH_TRY(frame, reader.next());
    }
    if (!sends) return {};
    Result<void> sendable = traffic::Generator::require_count(reader.position(), longest);
    if (!sendable) return sendable.error().in(name);
    return {};
}

}  // namespace

Result<void> validate(const target::Target& target, bool sends) {
    if (target.judged) {
        for (const scenario::Check& check : target.scenario.checks)
            XDPBENCH_CHECK(read_expectations(target, check));
    }
    XDPBENCH_CHECK(open_program(target));
    return target.judged ? validate_scenario(target, sends) : validate_traffic(target, sends);
}

}  // namespace xdpbench::check
