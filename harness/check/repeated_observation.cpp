#include "check/repeated_observation.h"

#include <fmt/format.h>

#include <utility>

#include "bpf/test_run.h"
#include "check/step_runner.h"
#include "model/action.h"

namespace xdpbench::check {
namespace {

// The fields in which the frame came out otherwise the second time.
Result<packet::Mask> varying_fields(const std::string& frame, const FrameResult& result,
                                    const FrameResult& again) {
    constexpr const char* kAdvice =
        "what depends on time or chance cannot be recorded: write a scenario by hand";
    if (result.returned >= model::kActionCount) {
        return input_error(
            fmt::format("{}: the program returned {}", frame, bpf::returned_text(result.returned)),
            "correct the program: there is no action to expect");
    }
    if (result.returned != again.returned) {
        return input_error(
            fmt::format("{}: the program returned {}, and {} when all was repeated", frame,
                        bpf::returned_text(result.returned), bpf::returned_text(again.returned)),
            kAdvice);
    }
    packet::Mask fields;
    for (packet::FieldDifference& difference : packet::diff_frames(result.out, again.out)) {
        if (difference.field == "length") {
            return input_error(
                fmt::format("{}: came out with another length when all was repeated", frame),
                kAdvice);
        }
        fields.push_back(std::move(difference.field));
    }
    return fields;
}

Result<void> add_varying(const scenario::Check& check, RepeatedObservation& seen) {
    for (std::size_t step = 0; step < check.steps.size(); ++step) {
        std::vector<packet::Mask>& masks = seen.varying.emplace_back();
        for (std::size_t i = 0; i < seen.first.results[step].size(); ++i) {
            XDPBENCH_TRY(packet::Mask fields,
                         varying_fields(target::frame_name(check.steps[step].in, i),
                                        seen.first.results[step][i], seen.again.results[step][i]));
            masks.push_back(std::move(fields));
        }
    }
    return {};
}

}  // namespace

Result<RepeatedObservation> observe_twice(const target::Target& target,
                                          const scenario::Check& check,
                                          const std::vector<packet::Frames>& in,
                                          const Wanted& wanted) {
    XDPBENCH_TRY(target::LoneProgram fresh,
                 target::load_alone(target, check.configuration, queues_needed(check)));
    XDPBENCH_TRY(Observation first, observe(target, check, in, wanted));
    XDPBENCH_TRY(Observation again, observe(target, check, in, wanted));
    RepeatedObservation seen{std::move(fresh), std::move(first), std::move(again), {}};
    // Both runs' records are read by the types of the one program.
    for (std::size_t i = 0; i < seen.first.events.size(); ++i)
        seen.again.events[i].source = seen.first.events[i].source;
    XDPBENCH_CHECK(add_varying(check, seen));
    return seen;
}

}  // namespace xdpbench::check
