// `globals`: what global variables hold after the last step.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "bpf/btf_value.h"
#include "check/common_value.h"
#include "check/expectation.h"
#include "scenario/emit.h"
#include "scenario/parse_parts.h"
#include "scenario/yaml_value.h"

namespace xdpbench::check {
namespace {

using Globals = std::vector<scenario::GlobalSetting>;

void put(scenario::YamlNode& expect, const std::string& name, const model::Value& value) {
    scenario::entry_of(scenario::entry_of(expect, "globals"), name) = scenario::to_yaml(value);
}

class GlobalsExpectation : public Expectation {
  public:
    explicit GlobalsExpectation(std::optional<Globals> expected) : expected_(std::move(expected)) {}

    Result<void> validate(const PreparedCheck& /*prepared*/,
                          const bpf::Program& program) const override {
        return program.validate_globals(*expected_);
    }

    Result<std::vector<std::string>> compare(const Observation& seen,
                                             FrameRange /*frames*/) const override {
        return seen.program().compare_globals(*expected_);
    }

    Result<void> update(const RepeatedObservation& seen, FrameRange /*frames*/,
                        scenario::YamlNode& expect, RecordingNotes& notes) const override {
        return expected_ ? update_values(seen, expect) : record(seen, expect, notes);
    }

  private:
    // The variables that are other than before the first frame, as far as both runs agree.
    static Result<void> record(const RepeatedObservation& seen, scenario::YamlNode& expect,
                               RecordingNotes& notes) {
        XDPBENCH_TRY(const auto before, seen.fresh.program.read_globals());
        XDPBENCH_TRY(const auto now, seen.first.program().read_globals());
        XDPBENCH_TRY(const auto again, seen.again.program().read_globals());
        std::size_t count = 0;
        for (std::size_t i = 0; i < now.size(); ++i) {
            if (now[i].memory == before[i].memory) continue;
            const model::Value value = bpf::decode(now[i].type, now[i].memory);
            const std::optional<model::Value> steady =
                common_part(value, bpf::decode(again[i].type, again[i].memory));
            if (now[i].memory != again[i].memory)
                notes.unsteady.push_back("global " + now[i].name + ", which is " +
                                         model::one_line(value) + " the first time");
            if (!steady) continue;
            put(expect, now[i].name, *steady);
            ++count;
        }
        if (count > 0) notes.summary.push_back(counted(count, "global") + " changed");
        return {};
    }

    // What differs between the runs is left out.
    Result<void> update_values(const RepeatedObservation& seen, scenario::YamlNode& expect) const {
        for (const scenario::GlobalSetting& one : *expected_) {
            XDPBENCH_TRY(const std::vector<std::string> differences,
                         seen.first.program().compare_globals({one}));
            if (differences.empty()) continue;
            XDPBENCH_TRY(const bpf::StoredGlobal now, seen.first.program().read_global(one));
            XDPBENCH_TRY(const bpf::StoredGlobal again, seen.again.program().read_global(one));
            const std::optional<model::Value> steady =
                common_part(restricted(bpf::decode(now.type, now.memory), one.value),
                            restricted(bpf::decode(again.type, again.memory), one.value));
            if (steady) {
                put(expect, one.name, *steady);
            } else {
                scenario::erase_entry(scenario::entry_of(expect, "globals"), one.name);
            }
        }
        const auto* const globals = scenario::find_entry(expect, "globals");
        if (globals != nullptr && globals->value.mapping()->empty())
            scenario::erase_entry(expect, "globals");
        return {};
    }

    std::optional<Globals> expected_;  // none: they are recorded
};

}  // namespace

ExpectationKind expect_globals() {
    ExpectationKind kind;
    kind.keys = {"globals"};
    kind.scope = Scope::check;
    kind.properties = R"("globals": {
      "description": "What global variables must hold after the last step. Members and elements not named are not compared.",
      "type": "object",
      "minProperties": 1,
      "additionalProperties": { "$ref": "#/definitions/filled_value" }
    })";
    kind.read = [](const scenario::Record& expect) -> Result<std::unique_ptr<Expectation>> {
        const scenario::YamlNode& node = expect.at("globals");
        XDPBENCH_TRY(Globals globals, scenario::read_globals(node));
        for (const auto& [where, name, value] : *node.mapping()) {
            XDPBENCH_CHECK(scenario::to_filled_value(value, fmt::format("global '{}'", name)));
        }
        return std::make_unique<GlobalsExpectation>(std::move(globals));
    };
    kind.blank = []() -> std::unique_ptr<Expectation> {
        return std::make_unique<GlobalsExpectation>(std::nullopt);
    };
    kind.recorded_in = Scope::check;
    return kind;
}

}  // namespace xdpbench::check
