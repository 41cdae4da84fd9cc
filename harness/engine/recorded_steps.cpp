#include "engine/recorded_steps.h"

#include <fmt/format.h>

#include <algorithm>

#include "packet/hex.h"
#include "packet/pcap.h"
#include "scenario/emit.h"

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

// Whether all frames become one step.
bool all_alike(const Frames& in, const std::vector<FrameResult>& results) {
    for (std::size_t i = 1; i < results.size(); ++i) {
        if (results[i].action != results[0].action ||
            handling_of(results[i], in[i]) != handling_of(results[0], in[0]))
            return false;
    }
    return true;
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

void erase(YamlNode& mapping, const std::string& key) {
    auto& entries = std::get<YamlNode::Mapping>(mapping.data);
    std::erase_if(entries, [&](const YamlNode::Entry& entry) { return entry.key == key; });
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

YamlNode::List recorded_steps(const FrameRef& ref, const Frames& in,
                              const std::vector<FrameResult>& results, const YamlNode& step,
                              RecordedFrames& out) {
    YamlNode::List steps;
    const bool one_fate = all_alike(in, results);
    for (std::size_t first = 0; first < results.size();) {
        const Handling handling = handling_of(results[first], in[first]);
        std::size_t end = first;
        Frames frames;
        Mask varying;
        for (; end < results.size() && results[end].action == results[first].action &&
               handling_of(results[end], in[end]) == handling &&
               (end == first || one_fate || has_parts(ref));
             ++end) {
            frames.push_back(results[end].out);
            for (const std::string& field : results[end].varying) {
                if (std::find(varying.begin(), varying.end(), field) == varying.end())
                    varying.push_back(field);
            }
        }
        YamlNode recorded = step;
        entry_of(recorded, "in") = yaml_text(part_of(ref, in, first, end - 1));
        YamlNode& expect = entry_of(recorded, "expect");
        if (expect.mapping() == nullptr) expect = yaml_mapping({});
        entry_of(expect, "action") = yaml_text(std::string(action_name(results[first].action)));
        if (handling == Handling::gone) {
            erase(expect, "out");
            erase(expect, "mask");
        } else {
            entry_of(expect, "out") =
                yaml_text(handling == Handling::unchanged ? "unchanged" : out.add(frames));
        }
        if (!varying.empty()) {
            YamlNode::List mask;
            for (std::string& field : varying) mask.push_back(yaml_text(std::move(field)));
            entry_of(expect, "mask") = yaml_list(std::move(mask));
        }
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

}  // namespace xdpbench
