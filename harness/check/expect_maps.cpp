// `maps`: what maps hold after the last step.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "check/common_value.h"
#include "check/expectation.h"
#include "scenario/diagnostic.h"
#include "scenario/emit.h"
#include "scenario/parse_parts.h"
#include "scenario/yaml_value.h"

namespace xdpbench::check {
namespace {

using Contents = std::vector<scenario::MapContent>;

scenario::YamlNode to_yaml(const scenario::MapEntry& entry) {
    scenario::YamlNode node = scenario::yaml_mapping({});
    if (!entry.keyless) scenario::entry_of(node, "key") = scenario::to_yaml(entry.key);
    if (entry.value) scenario::entry_of(node, "value") = scenario::to_yaml(*entry.value);
    if (entry.sum_cpus) scenario::entry_of(node, "sum_cpus") = scenario::to_yaml(*entry.sum_cpus);
    if (entry.absent) scenario::entry_of(node, "absent") = scenario::yaml_text("true");
    return node;
}

// The entry as it is now, in the place of one that does not hold.
Result<scenario::YamlNode> updated_entry(const bpf::Program& program, const std::string& map,
                                         const scenario::MapEntry& entry) {
    XDPBENCH_TRY(const std::optional<bpf::StoredEntry> stored, program.find_entry(map, entry.key));
    scenario::MapEntry now{entry.key, std::nullopt, std::nullopt, true};
    if (!stored) return to_yaml(now);
    now = program.expectation_of(*stored);
    now.key = entry.key;
    if (entry.value && now.value) now.value = restricted(*now.value, *entry.value);
    if (entry.sum_cpus && now.sum_cpus) now.sum_cpus = restricted(*now.sum_cpus, *entry.sum_cpus);
    return to_yaml(now);
}

// What of a map cannot be expected: of many entries one is enough to know why.
struct LeftOut {
    std::size_t entries = 0;
    std::string example;
};
std::string first_of(const std::vector<std::string>& differences) {
    constexpr std::size_t kMost = 3;
    if (differences.size() <= kMost) return fmt::format("{}", fmt::join(differences, "; "));
    return fmt::format("{} (and {})", differences.front(),
                       counted(differences.size() - 1, "more member"));
}

// By map, in the order of their names.
using LeftOuts = std::map<std::string, LeftOut>;

void leave_out(const std::string& map, std::string why, LeftOuts& left_out) {
    LeftOut& one = left_out[map];
    if (one.entries++ == 0) one.example = std::move(why);
}

std::string text_of(const LeftOut& left_out) {
    if (left_out.entries == 1) return left_out.example;
    return fmt::format("{} (and of {})", left_out.example,
                       counted(left_out.entries - 1, "more entry"));
}

// What the entry, as it is after the first time, has in common with what it is when repeated;
// nothing if that is nothing.
Result<std::optional<scenario::MapEntry>> steady_part(const bpf::Program& again,
                                                      const std::string& map,
                                                      const scenario::MapEntry& entry) {
    const auto none = std::optional<scenario::MapEntry>();
    const bool has_value = entry.value || entry.sum_cpus;
    if (entry.keyless || !has_value) return none;
    XDPBENCH_TRY(const std::optional<bpf::StoredEntry> stored, again.find_entry(map, entry.key));
    if (!stored) return none;
    const scenario::MapEntry other = again.expectation_of(*stored);
    scenario::MapEntry kept{entry.key, {}, {}, false};
    if (entry.value && other.value) kept.value = common_part(*entry.value, *other.value);
    if (entry.sum_cpus && other.sum_cpus)
        kept.sum_cpus = common_part(*entry.sum_cpus, *other.sum_cpus);
    return kept.value || kept.sum_cpus ? std::optional(std::move(kept)) : none;
}

// Keeps the entries, one or all of a queue, if the program that saw the same frames again agrees;
// of one whose members differ, those that do not.
Result<void> add_change(const bpf::Program& again, const std::string& map,
                        std::vector<scenario::MapEntry> entries, Contents& changes,
                        LeftOuts& left_out) {
    const auto lines = again.compare_maps({scenario::MapContent{{}, map, entries}});
    if (!lines) {
        leave_out(map, fmt::format("map {}: {}", map, lines.error().what), left_out);
        return {};
    }
    if (!lines->empty()) {
        leave_out(map, fmt::format("{}, the first time and when repeated", first_of(*lines)),
                  left_out);
        XDPBENCH_TRY(std::optional<scenario::MapEntry> kept,
                     steady_part(again, map, entries.front()));
        if (!kept) return {};
        entries = {*std::move(kept)};
    }
    auto content = std::find_if(changes.begin(), changes.end(),
                                [&](const scenario::MapContent& one) { return one.map == map; });
    if (content == changes.end())
        content = changes.insert(content, scenario::MapContent{{}, map, {}});
    std::move(entries.begin(), entries.end(), std::back_inserter(content->entries));
    return {};
}

Result<void> add_queues(const RepeatedObservation& seen, Contents& changes, LeftOuts& left_out) {
    const bpf::Program& program = seen.first.program();
    for (const std::string& map : program.own_queues()) {
        XDPBENCH_TRY(std::vector<scenario::MapEntry> now, program.expectation_of_queue(map));
        XDPBENCH_TRY(const std::vector<std::string> differences,
                     seen.fresh.program.compare_maps({scenario::MapContent{{}, map, now}}));
        if (!differences.empty())
            XDPBENCH_CHECK(
                add_change(seen.again.program(), map, std::move(now), changes, left_out));
    }
    return {};
}

// Values by map and key.
using Index = std::map<std::pair<std::string, std::vector<std::uint8_t>>, const bpf::StoredEntry*>;

Index index_of(const std::vector<bpf::StoredEntry>& entries) {
    Index index;
    for (const bpf::StoredEntry& entry : entries) index[{entry.map, entry.key}] = &entry;
    return index;
}

// Entries that are other than before the first frame, the same in both runs; one that is gone is
// `absent`.
Result<Contents> steady_changes(const RepeatedObservation& seen, LeftOuts& left_out) {
    const bpf::Program& program = seen.first.program();
    XDPBENCH_TRY(const std::vector<bpf::StoredEntry> entries_before,
                 seen.fresh.program.read_maps());
    XDPBENCH_TRY(const std::vector<bpf::StoredEntry> entries_after, program.read_maps());
    const Index before = index_of(entries_before);
    const Index after = index_of(entries_after);
    Contents changes;
    for (const bpf::StoredEntry& entry : entries_after) {
        const auto earlier = before.find({entry.map, entry.key});
        if (earlier != before.end() && earlier->second->value == entry.value) continue;
        XDPBENCH_CHECK(add_change(seen.again.program(), entry.map, {program.expectation_of(entry)},
                                  changes, left_out));
    }
    for (const bpf::StoredEntry& entry : entries_before) {
        if (after.contains({entry.map, entry.key})) continue;
        bpf::StoredEntry zero = entry;
        std::fill(zero.value.begin(), zero.value.end(), std::uint8_t{0});
        scenario::MapEntry gone = program.expectation_of(zero);
        if (!program.has_fixed_entries(entry.map))
            gone = {gone.key, std::nullopt, std::nullopt, true};
        XDPBENCH_CHECK(
            add_change(seen.again.program(), entry.map, {std::move(gone)}, changes, left_out));
    }
    XDPBENCH_CHECK(add_queues(seen, changes, left_out));
    return changes;
}

class MapsExpectation : public Expectation {
  public:
    explicit MapsExpectation(std::optional<Contents> expected) : expected_(std::move(expected)) {}

    Result<void> validate(const PreparedCheck& /*prepared*/,
                          const bpf::Program& program) const override {
        return program.validate_expectations(*expected_);
    }

    Result<std::vector<std::string>> compare(const Observation& seen,
                                             FrameRange /*frames*/) const override {
        return seen.program().compare_maps(*expected_);
    }

    Result<void> update(const RepeatedObservation& seen, FrameRange /*frames*/,
                        scenario::YamlNode& expect, RecordingNotes& notes) const override {
        return expected_ ? update_entries(seen.first.program(), expect)
                         : record(seen, expect, notes);
    }

  private:
    static Result<void> record(const RepeatedObservation& seen, scenario::YamlNode& expect,
                               RecordingNotes& notes) {
        // All observations share them: what was there before is not known any more.
        if (seen.first.program().is_shared()) {
            notes.summary.emplace_back("maps that others use are not recorded");
            return {};
        }
        LeftOuts left_out;
        XDPBENCH_TRY(const Contents changes, steady_changes(seen, left_out));
        for (const auto& [map, one] : left_out) notes.unsteady.push_back(text_of(one));
        std::size_t count = 0;
        for (const scenario::MapContent& content : changes) {
            scenario::YamlNode::List entries;
            for (const scenario::MapEntry& entry : content.entries)
                entries.push_back(to_yaml(entry));
            count += entries.size();
            scenario::entry_of(scenario::entry_of(expect, "maps"), content.map) =
                scenario::yaml_list(std::move(entries));
        }
        notes.summary.push_back(fmt::format("{} of maps changed", counted(count, "entry")));
        return {};
    }

    Result<void> update_entries(const bpf::Program& program, scenario::YamlNode& expect) const {
        for (const scenario::MapContent& content : *expected_) {
            scenario::YamlNode& list =
                scenario::entry_of(scenario::entry_of(expect, "maps"), content.map);
            if (content.entries.front().keyless) {
                XDPBENCH_CHECK(update_queue(program, content, list));
                continue;
            }
            for (std::size_t i = 0; i < content.entries.size(); ++i) {
                const scenario::MapEntry& entry = content.entries[i];
                XDPBENCH_TRY(const std::vector<std::string> differences,
                             program.compare_maps({{content.where, content.map, {entry}}}));
                if (differences.empty()) continue;
                XDPBENCH_TRY(std::get<scenario::YamlNode::List>(list.data)[i],
                             updated_entry(program, content.map, entry));
            }
        }
        return {};
    }

    // Of a queue all values are expected.
    static Result<void> update_queue(const bpf::Program& program,
                                     const scenario::MapContent& content,
                                     scenario::YamlNode& list) {
        XDPBENCH_TRY(const std::vector<std::string> differences, program.compare_maps({content}));
        if (differences.empty()) return {};
        XDPBENCH_TRY(const std::vector<scenario::MapEntry> now,
                     program.expectation_of_queue(content.map));
        scenario::YamlNode::List values;
        for (const scenario::MapEntry& entry : now) values.push_back(to_yaml(entry));
        list = scenario::yaml_list(std::move(values));
        return {};
    }

    std::optional<Contents> expected_;  // none: they are recorded
};

Result<scenario::MapEntry> read_entry(const scenario::YamlNode& node) {
    XDPBENCH_TRY(const scenario::Record record,
                 scenario::Record::read(node, "the expected map entry", {},
                                        {"key", "value", "sum_cpus", "absent"}));
    const scenario::YamlNode* const key = record.find("key");
    if (record.entries().size() != (key == nullptr ? 1 : 2)) {
        return scenario::error_at(node.where,
                                  "the expected map entry needs exactly one of value, sum_cpus "
                                  "and absent beside its key");
    }
    if (key == nullptr && record.find("sum_cpus") != nullptr)
        return scenario::error_at(node.where, "the expected map entry has no key 'key'");
    scenario::MapEntry entry;
    entry.key = key == nullptr ? model::Value{node.where, ""} : scenario::to_value(*key);
    entry.keyless = key == nullptr;
    if (const auto* value = record.find("value")) {
        XDPBENCH_TRY(entry.value, scenario::to_filled_value(*value, "the entry's value"));
    }
    if (const auto* value = record.find("sum_cpus")) {
        XDPBENCH_TRY(entry.sum_cpus, scenario::to_filled_value(*value, "the entry's sum_cpus"));
    }
    if (const auto* value = record.find("absent")) {
        XDPBENCH_CHECK(scenario::read_absent(*value));
        entry.absent = true;
    }
    return entry;
}

}  // namespace

ExpectationKind expect_maps() {
    ExpectationKind kind;
    kind.keys = {"maps"};
    kind.scope = Scope::check;
    kind.properties = R"("maps": { "$ref": "#/definitions/expected_maps" })";
    kind.read = [](const scenario::Record& expect) -> Result<std::unique_ptr<Expectation>> {
        XDPBENCH_TRY(Contents contents, scenario::read_maps(expect.at("maps"), read_entry));
        return std::make_unique<MapsExpectation>(std::move(contents));
    };
    kind.blank = []() -> std::unique_ptr<Expectation> {
        return std::make_unique<MapsExpectation>(std::nullopt);
    };
    kind.recorded_in = Scope::check;
    return kind;
}

}  // namespace xdpbench::check
