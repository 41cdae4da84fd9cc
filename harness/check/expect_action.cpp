// `action`: what the program returns.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "bpf/test_run.h"
#include "check/expectation.h"
#include "model/action.h"
#include "scenario/emit.h"
#include "scenario/parse_parts.h"

namespace xdpbench::check {
namespace {

class ActionExpectation : public Expectation {
  public:
    explicit ActionExpectation(std::optional<model::Action> action) : action_(action) {}

    Result<void> compare_frame(const FrameView& frame, FrameFault& fault) const override {
        if (action_ && frame.result.returned == static_cast<std::uint32_t>(*action_)) return {};
        fault.action =
            fmt::format("expected {}, got {}", action_ ? model::action_name(*action_) : "nothing",
                        bpf::returned_text(frame.result.returned));
        return {};
    }

    [[nodiscard]] bool frame_is_gone() const override {
        return action_ == model::Action::drop || action_ == model::Action::aborted;
    }

    Result<void> update_frame(const FrameTwice& frame, scenario::YamlNode& expect) const override {
        scenario::entry_of(expect, "action") =
            scenario::yaml_text(bpf::returned_text(frame.now.result.returned));
        return {};
    }

  private:
    std::optional<model::Action> action_;  // none: it is recorded
};

}  // namespace

ExpectationKind expect_action() {
    ExpectationKind kind;
    kind.keys = {"action"};
    kind.required = true;
    kind.properties = R"("action": {
      "description": "What the program must return for each frame.",
      "allOf": [{ "$ref": "#/definitions/action" }]
    })";
    kind.read = [](const scenario::Record& expect) -> Result<std::unique_ptr<Expectation>> {
        XDPBENCH_TRY(const model::Action action, scenario::read_action(expect.at("action")));
        return std::make_unique<ActionExpectation>(action);
    };
    kind.blank = []() -> std::unique_ptr<Expectation> {
        return std::make_unique<ActionExpectation>(std::nullopt);
    };
    return kind;
}

}  // namespace xdpbench::check
