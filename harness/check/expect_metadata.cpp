// `metadata`: the XDP metadata in front of what comes out.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bpf/metadata.h"
#include "check/common_value.h"
#include "check/expectation.h"
#include "packet/hex.h"
#include "scenario/emit.h"
#include "scenario/parse_parts.h"
#include "scenario/yaml_value.h"

namespace xdpbench::check {
namespace {

class MetadataExpectation : public Expectation {
  public:
    explicit MetadataExpectation(scenario::Metadata expected) : expected_(std::move(expected)) {}

    Result<void> validate(const PreparedCheck& /*prepared*/,
                          const bpf::Program& program) const override {
        XDPBENCH_CHECK(bpf::encode_metadata(program, expected_));
        return {};
    }

    Result<void> compare_frame(const FrameView& frame, FrameFault& fault) const override {
        XDPBENCH_TRY(const std::vector<std::string> lines,
                     bpf::metadata_differences(frame.program, expected_, frame.result.metadata));
        if (!lines.empty())
            fault.beside = fmt::format("other metadata:\n  {}", fmt::join(lines, "\n  "));
        return {};
    }

    Result<void> update_frame(const FrameTwice& frame, scenario::YamlNode& expect) const override {
        FrameFault fault;
        XDPBENCH_CHECK(compare_frame(frame.now, fault));
        XDPBENCH_CHECK(
            compare_frame({frame.now.program, frame.now.in, frame.now.number, frame.again}, fault));
        if (!fault.any()) return {};
        XDPBENCH_TRY(std::optional<scenario::YamlNode> now, current(frame));
        if (now) {
            scenario::entry_of(expect, "metadata") = std::move(*now);
        } else {
            scenario::erase_entry(expect, "metadata");
        }
        return {};
    }

  private:
    // What both runs left in front of the frame, as far as it is expected; nothing if that is
    // nothing.
    [[nodiscard]] Result<std::optional<scenario::YamlNode>> current(const FrameTwice& frame) const {
        const std::vector<std::uint8_t>& metadata = frame.now.result.metadata;
        if (!expected_.type.empty()) {
            const bpf::Program& program = frame.now.program;
            XDPBENCH_TRY(const std::optional<model::Value> now,
                         bpf::decode_metadata(program, expected_, metadata));
            XDPBENCH_TRY(const std::optional<model::Value> again,
                         bpf::decode_metadata(program, expected_, frame.again.metadata));
            if (now && again) {
                const std::optional<model::Value> steady = common_part(
                    restricted(*now, expected_.value), restricted(*again, expected_.value));
                if (!steady) return std::optional<scenario::YamlNode>();
                return std::optional(
                    scenario::yaml_mapping({{"type", scenario::yaml_text(expected_.type)},
                                            {"value", scenario::to_yaml(*steady)}}));
            }
        }
        if (metadata != frame.again.metadata) return std::optional<scenario::YamlNode>();
        return std::optional(scenario::yaml_text(
            metadata.empty() ? "none"
                             : std::string(packet::kHexPrefix) + packet::to_hex(metadata)));
    }

    scenario::Metadata expected_;
};

}  // namespace

ExpectationKind expect_metadata() {
    ExpectationKind kind;
    kind.keys = {"metadata"};
    kind.of_output = true;
    kind.properties = R"("metadata": {
      "description": "XDP metadata in front of what comes out, or 'none'.",
      "anyOf": [{ "const": "none" }, { "$ref": "#/definitions/metadata" }]
    })";
    kind.read = [](const scenario::Record& expect) -> Result<std::unique_ptr<Expectation>> {
        XDPBENCH_TRY(
            scenario::Metadata metadata,
            scenario::read_metadata(expect.at("metadata"), scenario::MetadataUse::expected));
        return std::make_unique<MetadataExpectation>(std::move(metadata));
    };
    return kind;
}

}  // namespace xdpbench::check
