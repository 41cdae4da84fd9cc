// `events`: what the program writes into ring buffers and perf buffers.
#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "check/common_value.h"
#include "check/expectation.h"
#include "check/expectations.h"
#include "scenario/diagnostic.h"
#include "scenario/emit.h"
#include "scenario/yaml_value.h"

namespace xdpbench::check {
namespace {

// A scenario lists so many records of a map; the rest is counted.
constexpr std::size_t kMostRecords = 1000;

// What must be in one ring buffer or perf buffer.
struct MapEvents {
    model::Location where;
    std::string map;
    std::string type;  // of the records, a structure; empty: found as bpf/events.h says
    std::optional<std::uint64_t> count;  // records in all; without it as many as `records` has
    std::optional<std::uint64_t> lost;   // records that found the buffer full
    std::vector<model::Value> records;   // the first ones, in order

    [[nodiscard]] bool counts() const { return count || !records.empty(); }
    [[nodiscard]] std::uint64_t wanted() const { return count.value_or(records.size()); }
};

// What one record differs in; empty: in nothing.
Result<std::string> record_difference(const bpf::Event& event, const model::Value& expected) {
    XDPBENCH_TRY(const std::vector<bpf::ValueDifference> differences,
                 bpf::compare_event(event, expected));
    if (differences.empty()) return std::string();
    std::string line = fmt::format("event {} of {}: got {}", event.number, event.source->map,
                                   bpf::event_text(event));
    for (const bpf::ValueDifference& difference : differences) {
        line += fmt::format("\n  {}   expected {}   got {}",
                            difference.path.empty() ? "record" : difference.path,
                            difference.expected, difference.actual);
    }
    return line;
}

Result<std::vector<std::string>> differences_of(const ObservedEvents& seen,
                                                const MapEvents& expected) {
    std::vector<std::string> lines;
    const std::size_t count = seen.records.size();
    for (std::size_t i = 0; i < std::min(count, expected.records.size()); ++i) {
        XDPBENCH_TRY(std::string line, record_difference(seen.event(i), expected.records[i]));
        if (!line.empty()) lines.push_back(std::move(line));
    }
    if (expected.counts() && count != expected.wanted()) {
        lines.push_back(fmt::format("events of {}: expected {}, got {}", expected.map,
                                    counted(expected.wanted(), "record"), thousands(count)));
    }
    if (expected.lost && seen.lost != expected.lost) {
        lines.push_back(fmt::format("events of {}: expected {} lost, got {}", expected.map,
                                    thousands(*expected.lost),
                                    seen.lost ? thousands(*seen.lost) : "no count"));
    }
    return lines;
}

// The records that both runs wrote, as far as they can be expected.
std::vector<model::Value> common_records(const ObservedEvents& first, const ObservedEvents& again,
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

// What two runs over the same frames have in common: fields that differ are left out, records from
// the first on that has nothing in common, and counts.
MapEvents steady_events(const ObservedEvents& first, const ObservedEvents& again,
                        std::vector<std::string>& unsteady) {
    MapEvents events;
    events.map = first.source.map;
    events.records = common_records(first, again, unsteady);
    if (first.records.size() == again.records.size()) {
        events.count = first.records.size();
    } else {
        unsteady.push_back(fmt::format("{} in {}, and {}", counted(first.records.size(), "record"),
                                       events.map, again.records.size()));
        events.records.clear();  // listed records are all there are, where nothing is counted
    }
    if (first.lost == again.lost) {
        events.lost = first.lost;
    } else {
        unsteady.push_back(fmt::format("{} lost {}, and {}", events.map, first.lost.value_or(0),
                                       again.lost.value_or(0)));
    }
    return events;
}

// `steady` in the place of `expected`: of its fields, as many of the records if it listed some of
// them only, with its keys.
MapEvents as_chosen(MapEvents steady, const MapEvents& expected) {
    steady.type = expected.type;
    const bool some = expected.count && *expected.count > expected.records.size();
    if (some) steady.records.resize(std::min(steady.records.size(), expected.records.size()));
    for (std::size_t i = 0; i < std::min(steady.records.size(), expected.records.size()); ++i)
        steady.records[i] = restricted(steady.records[i], expected.records[i]);
    if (!expected.counts()) {
        steady.count.reset();
        steady.records.clear();
    }
    if (!expected.lost) steady.lost.reset();
    return steady;
}

scenario::YamlNode to_yaml(const MapEvents& events) {
    scenario::YamlNode node = scenario::yaml_mapping({});
    if (!events.type.empty()) scenario::entry_of(node, "type") = scenario::yaml_text(events.type);
    if (!events.records.empty()) {
        scenario::YamlNode::List records;
        for (const model::Value& record : events.records)
            records.push_back(scenario::to_yaml(record));
        scenario::entry_of(node, "records") = scenario::yaml_list(std::move(records));
    }
    if (events.count && (events.records.empty() || *events.count != events.records.size()))
        scenario::entry_of(node, "count") = scenario::yaml_text(std::to_string(*events.count));
    if (events.lost)
        scenario::entry_of(node, "lost") = scenario::yaml_text(std::to_string(*events.lost));
    return node;
}

// Writes what is expected of one map, or nothing.
void put(const MapEvents& events, scenario::YamlNode& expect) {
    if (events.count || events.lost) {
        scenario::entry_of(scenario::entry_of(expect, "events"), events.map) = to_yaml(events);
        return;
    }
    if (scenario::find_entry(expect, "events") == nullptr) return;
    scenario::YamlNode& all = scenario::entry_of(expect, "events");
    scenario::erase_entry(all, events.map);
    if (all.mapping()->empty()) scenario::erase_entry(expect, "events");
}

bool counts_losses(const bpf::EventSource& source) {
    if (source.buffer == bpf::EventBuffer::perf) return true;
    const std::string counter = source.map + "_lost";
    return source.types != nullptr &&
           ::btf__find_by_name_kind(source.types, counter.c_str(), BTF_KIND_VAR) > 0;
}

Result<void> validate_map(const std::vector<bpf::EventSource>& sources, const MapEvents& expected) {
    std::vector<std::string> names;
    const bpf::EventSource* source = nullptr;
    for (const bpf::EventSource& one : sources) {
        if (one.map == expected.map) source = &one;
        names.push_back(one.map);
    }
    if (source == nullptr)
        return scenario::error_at(expected.where,
                                  fmt::format("the program has no ring buffer or perf buffer {}{}",
                                              expected.map, what_there_is(expected.map, names)));
    for (const model::Value& record : expected.records)
        XDPBENCH_CHECK(bpf::validate_event(*source, record));
    if (!expected.lost || counts_losses(*source)) return {};
    Error error = scenario::error_at(
        expected.where,
        fmt::format("what ring buffer {} loses is known to the program only", expected.map));
    error.advice = fmt::format("count it in a global variable {}_lost", expected.map);
    return error;
}

class EventsExpectation : public Expectation {
  public:
    explicit EventsExpectation(std::optional<std::vector<MapEvents>> expected)
        : expected_(std::move(expected)) {}

    // A map's records have one type.
    Result<void> ask(Wanted& wanted) const override {
        wanted.events = true;
        if (!expected_) return {};
        for (const MapEvents& one : *expected_) {
            if (one.type.empty()) continue;
            const auto [known, is_new] = wanted.types.try_emplace(one.map, one.type);
            if (is_new || known->second == one.type) continue;
            return scenario::error_at(
                one.where, fmt::format("the records of {} are {} elsewhere in the check, and {} "
                                       "here",
                                       one.map, known->second, one.type));
        }
        return {};
    }

    Result<void> validate(const PreparedCheck& prepared,
                          const bpf::Program& program) const override {
        const Result<std::vector<bpf::EventSource>> sources =
            bpf::event_sources(program, prepared.wanted.types);
        if (!sources) return scenario::placed(expected_->front().where, sources.error());
        for (const MapEvents& one : *expected_) XDPBENCH_CHECK(validate_map(*sources, one));
        return {};
    }

    Result<std::vector<std::string>> compare(const Observation& seen,
                                             FrameRange frames) const override {
        std::vector<std::string> lines;
        for (const MapEvents& one : *expected_) {
            const ObservedEvents part =
                seen.events[index_of(seen, one.map)].of_frames(frames.first, frames.end);
            XDPBENCH_TRY(const std::vector<std::string> more, differences_of(part, one));
            lines.insert(lines.end(), more.begin(), more.end());
        }
        return lines;
    }

    Result<void> update(const RepeatedObservation& seen, FrameRange frames,
                        scenario::YamlNode& expect, RecordingNotes& notes) const override {
        const auto part_of = [&](const Observation& one, std::size_t map) {
            return one.events[map].of_frames(frames.first, frames.end);
        };
        if (expected_) {
            for (const MapEvents& one : *expected_) {
                const std::size_t map = index_of(seen.first, one.map);
                const ObservedEvents first = part_of(seen.first, map);
                XDPBENCH_TRY(const std::vector<std::string> lines, differences_of(first, one));
                if (lines.empty()) continue;
                put(as_chosen(steady_events(first, part_of(seen.again, map), notes.unsteady), one),
                    expect);
            }
            return {};
        }
        for (std::size_t map = 0; map < seen.first.events.size(); ++map) {
            const ObservedEvents first = part_of(seen.first, map);
            put(steady_events(first, part_of(seen.again, map), notes.unsteady), expect);
            notes.summary.push_back(
                fmt::format("{} in {}", counted(first.records.size(), "record"), first.source.map));
        }
        return {};
    }

  private:
    // validate() has found it.
    static std::size_t index_of(const Observation& seen, const std::string& map) {
        const auto found =
            std::find_if(seen.events.begin(), seen.events.end(),
                         [&](const ObservedEvents& one) { return one.source.map == map; });
        return static_cast<std::size_t>(found - seen.events.begin());
    }

    std::optional<std::vector<MapEvents>> expected_;  // none: they are recorded
};

Result<MapEvents> read_map_events(const scenario::YamlNode::Entry& entry) {
    const std::string what = "the events of " + scenario::in_quotes(entry.key);
    XDPBENCH_TRY(
        const scenario::Record record,
        scenario::Record::read(entry.value, what, {}, {"type", "count", "lost", "records"}));
    MapEvents events;
    events.where = entry.where;
    events.map = entry.key;
    if (const auto* type = record.find("type")) {
        XDPBENCH_TRY(events.type, scenario::read_line(*type, "the records' type"));
    }
    if (const auto* count = record.find("count")) {
        XDPBENCH_TRY(events.count, scenario::read_number(*count, "the number of records"));
    }
    if (const auto* lost = record.find("lost")) {
        XDPBENCH_TRY(events.lost, scenario::read_number(*lost, "the number of lost records"));
    }
    if (const auto* records = record.find("records")) {
        const auto read_record = [](const scenario::YamlNode& node) -> Result<model::Value> {
            return scenario::to_value(node);
        };
        XDPBENCH_TRY(events.records,
                     scenario::read_list<model::Value>(*records, "records", read_record));
    }
    if (!events.counts() && !events.lost)
        return scenario::error_at(entry.where,
                                  what + " expect nothing: add count, records or lost");
    if (events.count && *events.count < events.records.size()) {
        return scenario::error_at(record.find("count")->where,
                                  fmt::format("count is {}, but {} are listed", *events.count,
                                              counted(events.records.size(), "record")));
    }
    return events;
}

Result<std::unique_ptr<Expectation>> read(const scenario::Record& expect) {
    XDPBENCH_TRY(const auto* entries, scenario::read_entries(expect.at("events"), "events"));
    std::vector<MapEvents> events;
    for (const scenario::YamlNode::Entry& entry : *entries) {
        XDPBENCH_TRY(MapEvents one, read_map_events(entry));
        events.push_back(std::move(one));
    }
    return std::make_unique<EventsExpectation>(std::move(events));
}

}  // namespace

ExpectationKind expect_events() {
    ExpectationKind kind;
    kind.keys = {"events"};
    kind.scope = Scope::both;
    kind.properties = R"("events": { "$ref": "#/definitions/events_by_map" })";
    kind.read = read;
    kind.blank = []() -> std::unique_ptr<Expectation> {
        return std::make_unique<EventsExpectation>(std::nullopt);
    };
    kind.recorded_in = Scope::check;
    return kind;
}

}  // namespace xdpbench::check
