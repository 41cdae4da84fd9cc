#include "engine/recorded_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "packet/hex.h"
#include "packet/pcap.h"
#include "scenario/emit.h"
#include "scenario/reader.h"

namespace xdpbench {
namespace {

namespace fs = std::filesystem;

// What became of a frame as far as a scenario can say it in one word.
enum class Handling { gone, unchanged, changed };

Handling handling_of(const FrameResult& result, const Frame& in) {
    // The bytes of a frame that is dropped reach nobody.
    if (result.action == Action::drop || result.action == Action::aborted) return Handling::gone;
    return result.out == in && result.varying.empty() ? Handling::unchanged : Handling::changed;
}

std::string range_text(const std::string& pcap, std::size_t first, std::size_t last) {
    return first == last ? fmt::format("{}#{}", pcap, first)
                         : fmt::format("{}#{}-{}", pcap, first, last);
}

// Whether a part of the frames that `ref` names has a name: those in a file do.
bool has_parts(const FrameRef& ref) { return !ref.pcap.empty(); }

// Frames `first` to `last` of `in`, which `ref` names.
std::string part_of(const FrameRef& ref, const Frames& in, std::size_t first, std::size_t last) {
    if (first == 0 && last + 1 == in.size()) return ref.text;
    if (!has_parts(ref)) return "hex:" + to_hex(in[first].bytes);
    return range_text(ref.pcap, ref.first + first, ref.first + last);
}

// Whether what comes out of the frames is to be compared: as before, and where nothing is known of
// what the author wants.
bool compares_output(const YamlNode& step) {
    const YamlNode::Entry* const expect = find_entry(step, "expect");
    if (expect == nullptr || find_entry(expect->value, "out") != nullptr) return true;
    for (const char* const chosen : {"fields", "checksums", "length", "metadata"}) {
        if (find_entry(expect->value, chosen) != nullptr) return false;
    }
    const std::string& action = *find_entry(expect->value, "action")->value.scalar();
    return action == action_name(Action::drop) || action == action_name(Action::aborted);
}

// The frames `first` to `end` of `seen`, with those fields masked too that came out otherwise.
void add_output(const StepRecording& seen, std::size_t first, std::size_t end, YamlNode& expect,
                RecordedFrames& out) {
    const Handling handling = handling_of(seen.results[first], seen.in[first]);
    if (handling == Handling::gone) {
        erase_entry(expect, "out");
        erase_entry(expect, "mask");
        return;
    }
    Frames frames;
    YamlNode::List mask;
    if (const auto* const known = find_entry(expect, "mask")) mask = *known->value.list();
    const std::size_t known = mask.size();
    for (std::size_t i = first; i < end; ++i) {
        frames.push_back(seen.results[i].out);
        for (const std::string& field : seen.results[i].varying) {
            const bool there = std::any_of(mask.begin(), mask.end(), [&](const YamlNode& masked) {
                return *masked.scalar() == field;
            });
            if (!there) mask.push_back(yaml_text(field));
        }
    }
    entry_of(expect, "out") =
        yaml_text(handling == Handling::unchanged ? "unchanged" : out.add(frames));
    if (mask.size() > known) entry_of(expect, "mask") = yaml_list(std::move(mask));
}

}  // namespace

Result<RecordedFrames> RecordedFrames::beside(const fs::path& scenario) {
    const fs::path path = scenario.parent_path() / (scenario.stem().string() + "-out.pcap");
    std::error_code error;
    if (!fs::exists(path, error)) return RecordedFrames(path, {});
    XDPBENCH_TRY(Frames frames, read_frames(path));
    return RecordedFrames(path, std::move(frames));
}

std::string RecordedFrames::add(const Frames& frames) {
    const std::size_t first = frames_.size();
    frames_.insert(frames_.end(), frames.begin(), frames.end());
    return range_text(path_.filename().string(), first, frames_.size() - 1);
}

Result<void> RecordedFrames::write() const {
    return added() == 0 ? Result<void>() : write_frames(path_, frames_);
}

void RecordedFrames::undo() const {
    if (added() == 0) return;
    std::error_code ignored;
    if (before_ == 0) {
        fs::remove(path_, ignored);
        return;
    }
    const auto end = frames_.begin() + static_cast<std::ptrdiff_t>(before_);
    // What cannot be restored has frames behind those that anybody refers to.
    const Result<void> written = write_frames(path_, Frames(frames_.begin(), end));
    (void)written;
}

std::vector<RecordedStep> recorded_steps(const FrameRef& ref, const StepRecording& seen,
                                         const YamlNode& step,
                                         const std::vector<YamlNode>& expectations,
                                         RecordedFrames& out) {
    const bool with_output = compares_output(step);
    std::vector<std::string> alike;  // frames of the same fate can be one step
    for (std::size_t i = 0; i < seen.results.size(); ++i) {
        const Handling handling = handling_of(seen.results[i], seen.in[i]);
        alike.push_back(emit_yaml(expectations[i]) +
                        (with_output ? std::to_string(static_cast<int>(handling)) : ""));
    }
    const bool all_alike =
        std::adjacent_find(alike.begin(), alike.end(), std::not_equal_to<>()) == alike.end();
    std::vector<RecordedStep> steps;
    for (std::size_t first = 0; first < alike.size();) {
        std::size_t end = first + 1;
        while (end < alike.size() && alike[end] == alike[first] && (all_alike || has_parts(ref)))
            ++end;
        RecordedStep recorded{first, end, step};
        entry_of(recorded.node, "in") = yaml_text(part_of(ref, seen.in, first, end - 1));
        YamlNode expect = expectations[first];
        if (with_output) add_output(seen, first, end, expect, out);
        entry_of(recorded.node, "expect") = std::move(expect);
        steps.push_back(std::move(recorded));
        first = end;
    }
    return steps;
}

YamlNode to_yaml(const Value& value) {
    if (const auto* text = value.scalar()) return yaml_text(*text);
    if (const auto* list = value.list()) {
        YamlNode::List items;
        for (const Value& item : *list) items.push_back(to_yaml(item));
        return yaml_list(std::move(items));
    }
    YamlNode mapping = yaml_mapping({});
    for (const Value::Field& field : *value.fields())
        entry_of(mapping, field.name) = to_yaml(field.value);
    return mapping;
}

YamlNode to_yaml(const MapEntry& entry) {
    YamlNode node = yaml_mapping({{"key", to_yaml(entry.key)}});
    if (entry.value) entry_of(node, "value") = to_yaml(*entry.value);
    if (entry.sum_cpus) entry_of(node, "sum_cpus") = to_yaml(*entry.sum_cpus);
    if (entry.absent) entry_of(node, "absent") = yaml_text("true");
    return node;
}

YamlNode to_yaml(const std::vector<MapContent>& maps) {
    YamlNode node = yaml_mapping({});
    for (const MapContent& content : maps) {
        YamlNode::List entries;
        for (const MapEntry& entry : content.entries) entries.push_back(to_yaml(entry));
        entry_of(node, content.map) = yaml_list(std::move(entries));
    }
    return node;
}

YamlNode& entry_of(YamlNode& mapping, const std::string& key) {
    auto& entries = std::get<YamlNode::Mapping>(mapping.data);
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const YamlNode::Entry& entry) { return entry.key == key; });
    if (found != entries.end()) return found->value;
    entries.push_back({{}, key, yaml_text("")});
    return entries.back().value;
}

void erase_entry(YamlNode& mapping, const std::string& key) {
    auto& entries = std::get<YamlNode::Mapping>(mapping.data);
    std::erase_if(entries, [&](const YamlNode::Entry& entry) { return entry.key == key; });
}

}  // namespace xdpbench
