// `out` and `mask`: the whole frame that comes out.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "check/expectation.h"
#include "model/action.h"
#include "packet/diff.h"
#include "scenario/diagnostic.h"
#include "scenario/emit.h"
#include "scenario/parse_parts.h"

namespace xdpbench::check {
namespace {

constexpr std::string_view kUnchanged = "unchanged";
// Stands in the place of a file until settle() knows which frames go there together.
constexpr std::string_view kChanged = "changed";

class OutputExpectation : public Expectation {
  public:
    OutputExpectation() = default;
    // Without frames: each output equals its input.
    OutputExpectation(std::optional<scenario::FrameRef> out, packet::Mask mask)
        : compared_(true), out_(std::move(out)), mask_(std::move(mask)) {}

    Result<void> load(const scenario::Step& step, const packet::Frames& in,
                      const scenario::Scenario& scenario) override {
        if (!out_) return {};
        XDPBENCH_TRY(frames_, target::load_frames(*out_, scenario));
        if (frames_.size() == in.size()) return {};
        return input_error(fmt::format("{}: {} in, but {} expected out: each needs its own",
                                       step.where.text(), counted(in.size(), "frame"),
                                       frames_.size()));
    }

    Result<void> compare_frame(const FrameView& frame, FrameFault& fault) const override {
        if (!compared_) return {};
        const packet::Frame& expected = out_ ? frames_[frame.number] : frame.in;
        const std::string difference =
            packet::describe_difference(expected, frame.result.out, mask_);
        if (difference.empty()) return {};
        fault.frame += difference;
        for (packet::FieldDifference& one : packet::diff_frames(expected, frame.result.out, mask_))
            fault.differences.push_back(std::move(one));
        fault.expected = expected;
        return {};
    }

    Result<void> update_frame(const FrameTwice& frame, scenario::YamlNode& expect) const override {
        const std::uint32_t returned = frame.now.result.returned;
        // The bytes of a frame that is dropped reach nobody.
        if (returned == static_cast<std::uint32_t>(model::Action::drop) ||
            returned == static_cast<std::uint32_t>(model::Action::aborted)) {
            scenario::erase_entry(expect, "out");
            scenario::erase_entry(expect, "mask");
            return {};
        }
        const bool unchanged = frame.now.result.out == frame.now.in && frame.varying.empty();
        scenario::entry_of(expect, "out") =
            scenario::yaml_text(std::string(unchanged ? kUnchanged : kChanged));
        return {};
    }

    // With those fields masked too that came out otherwise the second time.
    void settle(const std::vector<FrameTwice>& frames, scenario::YamlNode& expect,
                RecordedFrames& out) const override {
        const auto* const entry = scenario::find_entry(expect, "out");
        if (entry == nullptr || *entry->value.scalar() != kChanged) return;
        scenario::YamlNode::List mask;
        if (const auto* const known = scenario::find_entry(expect, "mask"))
            mask = *known->value.list();
        const std::size_t known = mask.size();
        packet::Frames results;
        for (const FrameTwice& frame : frames) {
            results.push_back(frame.now.result.out);
            for (const std::string& field : frame.varying) {
                const bool there = std::any_of(
                    mask.begin(), mask.end(),
                    [&](const scenario::YamlNode& masked) { return *masked.scalar() == field; });
                if (!there) mask.push_back(scenario::yaml_text(field));
            }
        }
        scenario::entry_of(expect, "out") = scenario::yaml_text(out.add(results));
        if (mask.size() > known)
            scenario::entry_of(expect, "mask") = scenario::yaml_list(std::move(mask));
    }

  private:
    bool compared_ = false;  // false: it is recorded
    std::optional<scenario::FrameRef> out_;
    packet::Mask mask_;
    packet::Frames frames_;  // of `out_`
};

Result<std::unique_ptr<Expectation>> read(const scenario::Record& expect) {
    XDPBENCH_TRY(packet::Mask mask, scenario::read_mask(expect, {"out"}));
    const scenario::YamlNode& node = expect.at("out");
    std::optional<scenario::FrameRef> out;
    if (node.scalar() == nullptr || *node.scalar() != kUnchanged) {
        XDPBENCH_TRY(out, scenario::read_frame_ref(node));
    }
    return std::make_unique<OutputExpectation>(std::move(out), std::move(mask));
}

}  // namespace

ExpectationKind expect_output() {
    ExpectationKind kind;
    kind.keys = {"out", "mask"};
    kind.of_output = true;
    kind.properties = R"("out": {
      "description": "What each frame must have become: 'unchanged', or as many frames as 'in' has.",
      "anyOf": [{ "const": "unchanged" }, { "$ref": "#/definitions/frames" }]
    },
    "mask": { "$ref": "#/definitions/mask" })";
    kind.dependencies = R"("mask": ["out"])";
    kind.read = read;
    kind.blank = []() -> std::unique_ptr<Expectation> {
        return std::make_unique<OutputExpectation>();
    };
    return kind;
}

}  // namespace xdpbench::check
