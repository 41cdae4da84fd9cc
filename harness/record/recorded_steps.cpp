#include "record/recorded_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "packet/hex.h"
#include "packet/pcap.h"
#include "record/yaml.h"
#include "scenario/emit.h"
#include "scenario/reader.h"

namespace xdpbench::record {
namespace {

namespace fs = std::filesystem;

// What became of a frame as far as a scenario can say it in one word.
enum class Handling { gone, unchanged, changed };

Handling handling_of(const FrameResult& result, const packet::Frame& in) {
    // The bytes of a frame that is dropped reach nobody.
    if (result.action == model::Action::drop || result.action == model::Action::aborted)
        return Handling::gone;
    return result.out == in && result.varying.empty() ? Handling::unchanged : Handling::changed;
}

std::string range_text(const std::string& pcap, std::size_t first, std::size_t last) {
    return first == last ? fmt::format("{}#{}", pcap, first)
                         : fmt::format("{}#{}-{}", pcap, first, last);
}

// Whether a part of the frames that `ref` names has a name: those in a file do.
bool has_parts(const scenario::FrameRef& ref) { return !ref.pcap.empty(); }

// Frames `first` to `last` of `in`, which `ref` names.
std::string part_of(const scenario::FrameRef& ref, const packet::Frames& in, std::size_t first,
                    std::size_t last) {
    if (first == 0 && last + 1 == in.size()) return ref.text;
    if (!has_parts(ref)) return "hex:" + packet::to_hex(in[first].bytes);
    return range_text(ref.pcap, ref.first + first, ref.first + last);
}

// Whether what comes out of the frames is to be compared: as before, and where nothing is known of
// what the author wants.
bool compares_output(const scenario::YamlNode& step) {
    const scenario::YamlNode::Entry* const expect = scenario::find_entry(step, "expect");
    if (expect == nullptr || scenario::find_entry(expect->value, "out") != nullptr) return true;
    for (const char* const chosen : {"fields", "checksums", "length", "metadata"}) {
        if (scenario::find_entry(expect->value, chosen) != nullptr) return false;
    }
    const std::string& action = *scenario::find_entry(expect->value, "action")->value.scalar();
    return action == model::action_name(model::Action::drop) ||
           action == model::action_name(model::Action::aborted);
}

// The frames `first` to `end` of `seen`, with those fields masked too that came out otherwise.
void add_output(const StepRecording& seen, std::size_t first, std::size_t end,
                scenario::YamlNode& expect, RecordedFrames& out) {
    const Handling handling = handling_of(seen.results[first], seen.in[first]);
    if (handling == Handling::gone) {
        erase_entry(expect, "out");
        erase_entry(expect, "mask");
        return;
    }
    packet::Frames frames;
    scenario::YamlNode::List mask;
    if (const auto* const known = scenario::find_entry(expect, "mask")) mask = *known->value.list();
    const std::size_t known = mask.size();
    for (std::size_t i = first; i < end; ++i) {
        frames.push_back(seen.results[i].out);
        for (const std::string& field : seen.results[i].varying) {
            const bool there = std::any_of(
                mask.begin(), mask.end(),
                [&](const scenario::YamlNode& masked) { return *masked.scalar() == field; });
            if (!there) mask.push_back(scenario::yaml_text(field));
        }
    }
    entry_of(expect, "out") =
        scenario::yaml_text(handling == Handling::unchanged ? "unchanged" : out.add(frames));
    if (mask.size() > known) entry_of(expect, "mask") = scenario::yaml_list(std::move(mask));
}

}  // namespace

Result<RecordedFrames> RecordedFrames::beside(const fs::path& scenario) {
    const fs::path path = scenario.parent_path() / (scenario.stem().string() + "-out.pcap");
    std::error_code error;
    if (!fs::exists(path, error)) return RecordedFrames(path, {});
    XDPBENCH_TRY(packet::Frames frames, packet::read_frames(path));
    return RecordedFrames(path, std::move(frames));
}

std::string RecordedFrames::add(const packet::Frames& frames) {
    const std::size_t first = frames_.size();
    frames_.insert(frames_.end(), frames.begin(), frames.end());
    return range_text(path_.filename().string(), first, frames_.size() - 1);
}

Result<void> RecordedFrames::write() const {
    return added() == 0 ? Result<void>() : packet::write_frames(path_, frames_);
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
    const Result<void> written = packet::write_frames(path_, packet::Frames(frames_.begin(), end));
    (void)written;
}

std::vector<RecordedStep> recorded_steps(const scenario::FrameRef& ref, const StepRecording& seen,
                                         const scenario::YamlNode& step,
                                         const std::vector<scenario::YamlNode>& expectations,
                                         RecordedFrames& out) {
    const bool with_output = compares_output(step);
    std::vector<std::string> alike;  // frames of the same fate can be one step
    for (std::size_t i = 0; i < seen.results.size(); ++i) {
        const Handling handling = handling_of(seen.results[i], seen.in[i]);
        alike.push_back(scenario::emit_yaml(expectations[i]) +
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
        entry_of(recorded.node, "in") = scenario::yaml_text(part_of(ref, seen.in, first, end - 1));
        scenario::YamlNode expect = expectations[first];
        if (with_output) add_output(seen, first, end, expect, out);
        entry_of(recorded.node, "expect") = std::move(expect);
        steps.push_back(std::move(recorded));
        first = end;
    }
    return steps;
}

}  // namespace xdpbench::record
