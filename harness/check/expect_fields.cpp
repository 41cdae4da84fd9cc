// `fields`, `checksums` and `length` of what comes out.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "check/expectation.h"
#include "packet/diff.h"
#include "packet/expected.h"
#include "scenario/diagnostic.h"
#include "scenario/emit.h"

namespace xdpbench::check {
namespace {

constexpr std::string_view kValid = "valid";

class FieldsExpectation : public Expectation {
  public:
    explicit FieldsExpectation(packet::FrameExpectation expected)
        : expected_(std::move(expected)) {}

    Result<void> compare_frame(const FrameView& frame, FrameFault& fault) const override {
        const packet::Frame& out = frame.result.out;
        const std::vector<packet::FieldDifference> differences =
            packet::differences_from(expected_, out);
        if (differences.empty()) return {};
        fault.frame = packet::difference_lines(differences) + fault.frame;
        fault.differences.insert(fault.differences.begin(), differences.begin(), differences.end());
        if (!fault.expected) fault.expected = packet::corrected(expected_, out);
        return {};
    }

    // A field that is otherwise in every run is left out.
    Result<void> update_frame(const FrameTwice& frame, scenario::YamlNode& expect) const override {
        const packet::Frame& out = frame.now.result.out;
        update_fields(out, frame.varying, expect);
        if (expected_.checksums && !packet::differences_from({{}, true, {}}, out).empty())
            scenario::erase_entry(expect, "checksums");
        if (expected_.length)
            scenario::entry_of(expect, "length") =
                scenario::yaml_text(std::to_string(out.bytes.size()));
        return {};
    }

  private:
    void update_fields(const packet::Frame& out, const packet::Mask& varying,
                       scenario::YamlNode& expect) const {
        if (expected_.fields.empty()) return;
        scenario::YamlNode& fields = scenario::entry_of(expect, "fields");
        for (const packet::ExpectedField& field : expected_.fields) {
            if (std::find(varying.begin(), varying.end(), field.name) != varying.end()) {
                scenario::erase_entry(fields, field.name);
            } else if (!packet::differences_from({{field}, false, {}}, out).empty()) {
                scenario::entry_of(fields, field.name) =
                    scenario::yaml_text(packet::field_value(field.name, out));
            }
        }
        if (fields.mapping()->empty()) scenario::erase_entry(expect, "fields");
    }

    packet::FrameExpectation expected_;
};

Result<std::vector<packet::ExpectedField>> read_fields(const scenario::YamlNode& node) {
    XDPBENCH_TRY(const auto* entries, scenario::read_entries(node, "fields"));
    std::vector<packet::ExpectedField> fields;
    for (const auto& [where, name, value] : *entries) {
        XDPBENCH_TRY(const std::string text,
                     scenario::read_line(value, "field " + scenario::in_quotes(name)));
        Result<packet::ExpectedField> field = packet::parse_expected_field(name, text);
        if (!field) return scenario::placed(where, field.error());
        fields.push_back(*std::move(field));
    }
    return fields;
}

Result<std::unique_ptr<Expectation>> read(const scenario::Record& expect) {
    packet::FrameExpectation frame;
    if (const auto* fields = expect.find("fields")) {
        XDPBENCH_TRY(frame.fields, read_fields(*fields));
    }
    if (const auto* checksums = expect.find("checksums")) {
        if (checksums->scalar() == nullptr || *checksums->scalar() != kValid)
            return scenario::error_at(checksums->where,
                                      fmt::format("expected 'checksums: valid', found {}",
                                                  scenario::describe(*checksums)));
        frame.checksums = true;
    }
    if (const auto* length = expect.find("length")) {
        XDPBENCH_TRY(frame.length, scenario::read_number(*length, "the length in bytes"));
    }
    return std::make_unique<FieldsExpectation>(std::move(frame));
}

}  // namespace

ExpectationKind expect_fields() {
    ExpectationKind kind;
    kind.keys = {"fields", "checksums", "length"};
    kind.of_output = true;
    kind.properties = R"("fields": {
      "description": "Fields of what comes out, such as ip.ttl: 63; 'absent' if it has no such field.",
      "type": "object",
      "minProperties": 1,
      "propertyNames": { "pattern": "^[a-z0-9_]+(\\.[a-z0-9_]+)?$" },
      "additionalProperties": { "anyOf": [{ "$ref": "#/definitions/line" }, { "type": "number" }] }
    },
    "checksums": { "description": "All checksums of what comes out are right.", "const": "valid" },
    "length": { "description": "Of what comes out, in bytes.", "type": "integer", "minimum": 0 })";
    kind.read = read;
    return kind;
}

}  // namespace xdpbench::check
