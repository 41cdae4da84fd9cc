// A scenario file: parsed strictly, and its tree written as YAML that is read back as the same.
#include <string>

#include "fuzz.h"
#include "scenario/emit.h"
#include "scenario/parse.h"
#include "scenario/yaml.h"

namespace xdpbench::scenario {
namespace {

using fuzz::require;

void check_round_trip(const std::string& text) {
    const Result<YamlNode> tree = parse_yaml(text, "s.yaml");
    if (!tree) return;
    const std::string written = emit_yaml(*tree);
    if (written.size() > kMaxYamlBytes) return;
    const Result<YamlNode> again = parse_yaml(written, "s.yaml");
    require(again.has_value(), "what is written can be read");
    require(emit_yaml(*again) == written, "what is written is read as the same");
}

}  // namespace
}  // namespace xdpbench::scenario

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace xdpbench;
    using namespace xdpbench::scenario;
    const std::string text(fuzz::text_of(data, size));
    const Result<Scenario> scenario = parse_scenario_text(text, "s.yaml");
    if (scenario) fuzz::require(!scenario->name.empty(), "a scenario has a name");
    if (!scenario) {
        fuzz::require(scenario.error().kind == ErrorKind::input,
                      "a bad scenario is an input error");
        fuzz::require(scenario.error().what.starts_with("s.yaml"), "an error names its place");
    }
    check_round_trip(text);
    return 0;
}
