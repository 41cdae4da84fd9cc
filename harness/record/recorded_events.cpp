#include "record/recorded_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "record/yaml.h"
#include "scenario/emit.h"

namespace xdpbench::record {
namespace {

// The records that both runs wrote, as far as they can be expected.
std::vector<model::Value> common_records(const RecordedEvents& first, const RecordedEvents& again,
                                         std::vector<std::string>& unsteady) {
    std::vector<model::Value> records;
    const std::size_t most = std::min({first.records.size(), again.records.size(), kMostRecords});
    for (std::size_t i = 0; i < most; ++i) {
        const model::Value record = bpf::decode_event(first.event(i));
        std::optional<model::Value> kept = common_part(record, bpf::decode_event(again.event(i)));
        const bool whole = kept && model::one_line(*kept) == model::one_line(record);
        if (!whole) {
            unsteady.push_back(fmt::format("record {} of {}: {}, and {}", i, first.source.map,
                                           bpf::event_text(first.event(i)),
                                           bpf::event_text(again.event(i))));
        }
        if (!kept) break;
        records.push_back(std::move(*kept));
    }
    return records;
}

}  // namespace

std::optional<model::Value> common_part(const model::Value& a, const model::Value& b) {
    const model::Value::Fields* const fields = a.fields();
    const model::Value::Fields* const others = b.fields();
    if (fields == nullptr || others == nullptr)
        return model::one_line(a) == model::one_line(b) ? std::optional(a) : std::nullopt;
    model::Value::Fields kept;
    for (std::size_t i = 0; i < std::min(fields->size(), others->size()); ++i) {
        if ((*fields)[i].name != (*others)[i].name) continue;
        if (std::optional<model::Value> value = common_part((*fields)[i].value, (*others)[i].value))
            kept.push_back({(*fields)[i].name, std::move(*value)});
    }
    if (kept.empty()) return std::nullopt;
    return model::Value{{}, std::move(kept)};
}

RecordedEvents RecordedEvents::of_frames(std::size_t first, std::size_t end) const {
    const Mark& before = marks[first];
    const Mark& after = marks[end];
    const auto at = [&](const Mark& mark) {
        return records.begin() + static_cast<std::ptrdiff_t>(mark.records);
    };
    RecordedEvents part{source, {at(before), at(after)}, after.lost, {}};
    if (part.lost && before.lost) *part.lost -= *before.lost;
    return part;
}

EventRecorder::EventRecorder(bpf::Events events) : events_(std::move(events)) {
    for (const bpf::EventSource& source : events_.sources()) maps_.push_back({source, {}, {}, {}});
}

Result<EventRecorder> EventRecorder::open(const bpf::Program& program,
                                          const bpf::EventTypes& types) {
    XDPBENCH_TRY(bpf::Events events, bpf::Events::open(program, types));
    EventRecorder recorder(std::move(events));
    XDPBENCH_CHECK(recorder.read());  // the marks before the first frame
    return recorder;
}

Result<void> EventRecorder::read() {
    const bpf::EventSource* const first = events_.sources().data();
    const auto keep = [&](const bpf::Event& event) {
        maps_[static_cast<std::size_t>(event.source - first)].records.emplace_back(
            event.bytes.begin(), event.bytes.end());
    };
    XDPBENCH_CHECK(events_.consume(keep));
    for (std::size_t i = 0; i < maps_.size(); ++i) {
        XDPBENCH_TRY(maps_[i].lost, events_.lost(i));
        maps_[i].marks.push_back({maps_[i].records.size(), maps_[i].lost});
    }
    return {};
}

std::vector<scenario::EventExpectation> steady_events(const std::vector<RecordedEvents>& first,
                                                      const std::vector<RecordedEvents>& again,
                                                      std::vector<std::string>& unsteady) {
    std::vector<scenario::EventExpectation> steady;
    for (std::size_t i = 0; i < first.size(); ++i) {
        scenario::EventExpectation events;
        events.map = first[i].source.map;
        events.records = common_records(first[i], again[i], unsteady);
        if (first[i].records.size() == again[i].records.size()) {
            events.count = first[i].records.size();
        } else {
            unsteady.push_back(fmt::format("{} in {}, and {}",
                                           counted(first[i].records.size(), "record"), events.map,
                                           again[i].records.size()));
            events.records.clear();  // listed records are all there are, where nothing is counted
        }
        if (first[i].lost == again[i].lost) {
            events.lost = first[i].lost;
        } else {
            unsteady.push_back(fmt::format("{} lost {}, and {}", events.map,
                                           first[i].lost.value_or(0), again[i].lost.value_or(0)));
        }
        if (events.count || events.lost) steady.push_back(std::move(events));
    }
    return steady;
}

Result<std::optional<scenario::EventExpectation>> updated_events(
    const RecordedEvents& recorded, const scenario::EventExpectation& steady,
    const scenario::EventExpectation& expected) {
    const bool counts = expected.count || !expected.records.empty();
    const std::uint64_t wanted = expected.count.value_or(expected.records.size());
    bool holds = (!counts || recorded.records.size() == wanted) &&
                 (!expected.lost || expected.lost == recorded.lost);
    for (std::size_t i = 0; holds && i < expected.records.size(); ++i) {
        XDPBENCH_TRY(const std::vector<bpf::ValueDifference> differences,
                     bpf::compare_event(recorded.event(i), expected.records[i]));
        holds = differences.empty();
    }
    if (holds) return std::optional<scenario::EventExpectation>();
    scenario::EventExpectation now = steady;
    now.type = expected.type;
    const bool some = expected.count && *expected.count > expected.records.size();
    if (some) now.records.resize(std::min(now.records.size(), expected.records.size()));
    for (std::size_t i = 0; i < std::min(now.records.size(), expected.records.size()); ++i)
        now.records[i] = restricted(now.records[i], expected.records[i]);
    if (!counts) {
        now.count.reset();
        now.records.clear();
    }
    if (!expected.lost) now.lost.reset();
    return std::optional(std::move(now));
}

scenario::YamlNode to_yaml(const scenario::EventExpectation& events) {
    scenario::YamlNode node = scenario::yaml_mapping({});
    if (!events.type.empty()) entry_of(node, "type") = scenario::yaml_text(events.type);
    if (!events.records.empty()) {
        scenario::YamlNode::List records;
        for (const model::Value& record : events.records) records.push_back(to_yaml(record));
        entry_of(node, "records") = scenario::yaml_list(std::move(records));
    }
    if (events.count && (events.records.empty() || *events.count != events.records.size()))
        entry_of(node, "count") = scenario::yaml_text(std::to_string(*events.count));
    if (events.lost) entry_of(node, "lost") = scenario::yaml_text(std::to_string(*events.lost));
    return node;
}

scenario::YamlNode to_yaml(const std::vector<scenario::EventExpectation>& events) {
    scenario::YamlNode node = scenario::yaml_mapping({});
    for (const scenario::EventExpectation& one : events) entry_of(node, one.map) = to_yaml(one);
    return node;
}

model::Value restricted(const model::Value& actual, const model::Value& expected) {
    if (actual.fields() != nullptr && expected.fields() != nullptr) {
        model::Value::Fields fields;
        for (const model::Value::Field& wanted : *expected.fields()) {
            const auto found = std::find_if(
                actual.fields()->begin(), actual.fields()->end(),
                [&](const model::Value::Field& field) { return field.name == wanted.name; });
            fields.push_back({wanted.name, found == actual.fields()->end()
                                               ? wanted.value
                                               : restricted(found->value, wanted.value)});
        }
        return model::Value{{}, std::move(fields)};
    }
    if (actual.list() != nullptr && expected.list() != nullptr) {
        model::Value::List items;
        for (std::size_t i = 0; i < std::min(actual.list()->size(), expected.list()->size()); ++i)
            items.push_back(restricted((*actual.list())[i], (*expected.list())[i]));
        return model::Value{{}, std::move(items)};
    }
    return actual;
}

}  // namespace xdpbench::record
