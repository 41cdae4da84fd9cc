#include "scenario/parse_check.h"

#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "packet/hex.h"
#include "scenario/diagnostic.h"
#include "scenario/parse_parts.h"
#include "scenario/yaml_value.h"

namespace xdpbench::scenario {
namespace {

constexpr std::string_view kUnchanged = "unchanged";
constexpr std::string_view kValid = "valid";
constexpr std::string_view kNone = "none";
constexpr std::uint64_t kMostQueues = 64;

Result<EventExpectation> read_map_events(const YamlNode::Entry& entry) {
    const std::string what = "the events of " + in_quotes(entry.key);
    XDPBENCH_TRY(const Record record,
                 Record::read(entry.value, what, {}, {"type", "count", "lost", "records"}));
    EventExpectation events;
    events.where = entry.where;
    events.map = entry.key;
    if (const auto* type = record.find("type")) {
        XDPBENCH_TRY(events.type, read_line(*type, "the records' type"));
    }
    if (const auto* count = record.find("count")) {
        XDPBENCH_TRY(events.count, read_number(*count, "the number of records"));
    }
    if (const auto* lost = record.find("lost")) {
        XDPBENCH_TRY(events.lost, read_number(*lost, "the number of lost records"));
    }
    if (const auto* records = record.find("records")) {
        XDPBENCH_TRY(events.records,
                     read_list<model::Value>(*records, "records",
                                             [](const YamlNode& node) -> Result<model::Value> {
                                                 return to_value(node);
                                             }));
    }
    if (!events.count && !events.lost && events.records.empty())
        return error_at(entry.where, what + " expect nothing: add count, records or lost");
    if (events.count && *events.count < events.records.size()) {
        return error_at(record.find("count")->where,
                        fmt::format("count is {}, but {} are listed", *events.count,
                                    counted(events.records.size(), "record")));
    }
    return events;
}

Result<std::vector<EventExpectation>> read_events(const YamlNode& node) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "events"));
    std::vector<EventExpectation> events;
    for (const YamlNode::Entry& entry : *entries) {
        XDPBENCH_TRY(EventExpectation one, read_map_events(entry));
        events.push_back(std::move(one));
    }
    return events;
}

// `none` is taken only where `expected` says so: what is given to a program is left out instead.
Result<Metadata> read_metadata(const YamlNode& node, bool expected) {
    Metadata metadata;
    metadata.where = node.where;
    if (node.scalar() == nullptr) {
        XDPBENCH_TRY(const Record record, Record::read(node, "metadata", {"type", "value"}));
        XDPBENCH_TRY(metadata.type, read_line(record.at("type"), "the metadata's type"));
        metadata.value = to_value(record.at("value"));
        return metadata;
    }
    XDPBENCH_TRY(const std::string text, read_line(node, "metadata"));
    metadata.none = expected && text == kNone;
    metadata.value = to_value(node);
    if (metadata.none || text.starts_with(packet::kHexPrefix)) return metadata;
    return error_at(node.where,
                    fmt::format("expected metadata as \"hex:...\"{} or {{ type: STRUCT, "
                                "value: {{ MEMBER: VALUE }} }}, found {}",
                                expected ? ", none" : "", describe(node)));
}

Result<FrameContext> read_context(const YamlNode& node) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "ctx", {}, {"ingress", "rx_queue", "metadata"}));
    FrameContext context;
    context.where = node.where;
    if (const auto* ingress = record.find("ingress")) {
        XDPBENCH_TRY(context.ingress, read_line(*ingress, "the ingress interface"));
    }
    if (const auto* queue = record.entry("rx_queue")) {
        XDPBENCH_TRY(const std::uint64_t number, read_number(queue->value, "the receive queue"));
        if (context.ingress.empty())
            return error_at(queue->where,
                            "key 'rx_queue' without an interface: expected 'ingress' next to it");
        if (number >= kMostQueues)
            return error_at(queue->value.where,
                            fmt::format("expected a receive queue from 0 to {}, "
                                        "found {}",
                                        kMostQueues - 1, number));
        context.rx_queue = static_cast<std::uint32_t>(number);
    }
    if (const auto* metadata = record.find("metadata")) {
        XDPBENCH_TRY(context.metadata, read_metadata(*metadata, false));
    }
    return context;
}

Result<RedirectTarget> read_redirect(const YamlNode& node) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "redirect", {}, {"map", "key", "interface"}));
    RedirectTarget target;
    target.where = node.where;
    const auto* const map = record.find("map");
    const auto* const key = record.find("key");
    if ((map == nullptr) != (key == nullptr))
        return error_at(node.where, "a map of targets needs its 'map' and its 'key'");
    if (map != nullptr) {
        XDPBENCH_TRY(target.map, read_line(*map, "the map of targets"));
        target.key = to_value(*key);
    }
    if (const auto* interface = record.find("interface")) {
        XDPBENCH_TRY(target.interface, read_line(*interface, "the interface"));
    }
    return target;
}

Result<std::vector<packet::ExpectedField>> read_fields(const YamlNode& node) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "fields"));
    std::vector<packet::ExpectedField> fields;
    for (const auto& [where, name, value] : *entries) {
        XDPBENCH_TRY(const std::string text, read_line(value, "field " + in_quotes(name)));
        Result<packet::ExpectedField> field = packet::parse_expected_field(name, text);
        if (!field) return placed(where, field.error());
        fields.push_back(*std::move(field));
    }
    return fields;
}

Result<packet::FrameExpectation> read_frame_expectation(const Record& record) {
    packet::FrameExpectation frame;
    if (const auto* fields = record.find("fields")) {
        XDPBENCH_TRY(frame.fields, read_fields(*fields));
    }
    if (const auto* checksums = record.find("checksums")) {
        if (checksums->scalar() == nullptr || *checksums->scalar() != kValid)
            return error_at(checksums->where, fmt::format("expected 'checksums: valid', found {}",
                                                          describe(*checksums)));
        frame.checksums = true;
    }
    if (const auto* length = record.find("length")) {
        XDPBENCH_TRY(frame.length, read_number(*length, "the length in bytes"));
    }
    return frame;
}

Result<StepExpectation> read_step_expectation(const YamlNode& node) {
    XDPBENCH_TRY(const Record record, Record::read(node, "the step's expect", {"action"},
                                                   {"out", "mask", "fields", "checksums", "length",
                                                    "metadata", "events", "redirect"}));
    StepExpectation expect;
    XDPBENCH_TRY(expect.action, read_action(record.at("action")));
    XDPBENCH_TRY(expect.mask, read_mask(record, {"out"}));
    XDPBENCH_TRY(expect.frame, read_frame_expectation(record));
    if (const auto* metadata = record.find("metadata")) {
        XDPBENCH_TRY(expect.metadata, read_metadata(*metadata, true));
    }
    if (const auto* events = record.find("events")) {
        XDPBENCH_TRY(expect.events, read_events(*events));
    }
    if (const auto* redirect = record.entry("redirect")) {
        if (expect.action != model::Action::redirect)
            return error_at(redirect->where,
                            "key 'redirect' without a redirect: expected action XDP_REDIRECT");
        XDPBENCH_TRY(expect.redirect, read_redirect(redirect->value));
    }
    const YamlNode* const out = record.find("out");
    if (out == nullptr) return expect;
    expect.unchanged = out->scalar() != nullptr && *out->scalar() == kUnchanged;
    if (!expect.unchanged) {
        XDPBENCH_TRY(expect.out, read_frame_ref(*out));
    }
    return expect;
}

Result<Step> read_step(const YamlNode& node) {
    XDPBENCH_TRY(const Record record, Record::read(node, "the step", {"in", "expect"}, {"ctx"}));
    Step step;
    step.where = node.where;
    XDPBENCH_TRY(step.in, read_frame_ref(record.at("in")));
    if (const auto* context = record.find("ctx")) {
        XDPBENCH_TRY(step.context, read_context(*context));
    }
    XDPBENCH_TRY(step.expect, read_step_expectation(record.at("expect")));
    return step;
}

Result<void> read_check_expectation(const YamlNode& node, Check& check) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "the check's expect", {}, {"maps", "events"}));
    if (const auto* maps = record.find("maps")) {
        XDPBENCH_TRY(check.expect_maps, read_expected_maps(*maps));
    }
    if (const auto* events = record.find("events")) {
        XDPBENCH_TRY(check.expect_events, read_events(*events));
    }
    return {};
}

Result<Check> read_check(const YamlNode& node) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "the check", {"name", "steps"}, {"globals", "maps", "expect"}));
    Check check;
    check.where = node.where;
    XDPBENCH_TRY(check.name, read_line(record.at("name"), "the check's name"));
    XDPBENCH_TRY(check.configuration, read_configuration(record));
    XDPBENCH_TRY(check.steps, read_list<Step>(record.at("steps"), "steps", read_step));
    if (const auto* expect = record.find("expect")) {
        XDPBENCH_CHECK(read_check_expectation(*expect, check));
    }
    return check;
}

}  // namespace

Result<std::vector<Check>> read_checks(const YamlNode& node) {
    XDPBENCH_TRY(std::vector<Check> checks, read_list<Check>(node, "checks", read_check));
    std::map<std::string, model::Location> names;
    for (const Check& check : checks) {
        const auto [first, is_new] = names.try_emplace(check.name, check.where);
        if (is_new) continue;
        return error_at(check.where, fmt::format("check {} has the name of the one at line {}",
                                                 in_quotes(check.name), first->second.line));
    }
    return checks;
}

}  // namespace xdpbench::scenario
