#include "record/recorded_steps.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "packet/hex.h"
#include "scenario/emit.h"
#include "scenario/reader.h"

namespace xdpbench::record {
namespace {

// Whether a part of the frames that `ref` names has a name: those in a file do.
bool has_parts(const scenario::FrameRef& ref) { return !ref.pcap.empty(); }

// Frames `first` to `last` of `in`, which `ref` names.
std::string part_of(const scenario::FrameRef& ref, const packet::Frames& in, std::size_t first,
                    std::size_t last) {
    if (first == 0 && last + 1 == in.size()) return ref.text;
    if (!has_parts(ref)) return "hex:" + packet::to_hex(in[first].bytes);
    return check::range_text(ref.pcap, ref.first + first, ref.first + last);
}

// What is expected of each frame, what settle() adds left aside.
Result<std::vector<scenario::YamlNode>> frame_expectations(
    const std::vector<check::FrameTwice>& frames, const scenario::YamlNode& node,
    const std::vector<const check::Expectation*>& expected) {
    const scenario::YamlNode::Entry* const before = scenario::find_entry(node, "expect");
    std::vector<scenario::YamlNode> expectations;
    for (const check::FrameTwice& frame : frames) {
        expectations.push_back(before == nullptr ? scenario::yaml_mapping({}) : before->value);
        for (const check::Expectation* const one : expected)
            XDPBENCH_CHECK(one->update_frame(frame, expectations.back()));
    }
    return expectations;
}

}  // namespace

check::FrameTwice frame_twice(const check::PreparedCheck& prepared,
                              const check::RepeatedObservation& seen, std::size_t step,
                              std::size_t frame) {
    return {
        {seen.first.program(), prepared.in[step][frame], frame, seen.first.results[step][frame]},
        seen.again.results[step][frame],
        seen.varying[step][frame]};
}

Result<std::vector<RecordedStep>> recorded_steps(
    const check::PreparedCheck& prepared, const check::RepeatedObservation& seen,
    std::size_t number, const scenario::FrameRef& ref, const scenario::YamlNode& node,
    const std::vector<const check::Expectation*>& expected, check::RecordedFrames& out) {
    const packet::Frames& in = prepared.in[number];
    std::vector<check::FrameTwice> frames;
    for (std::size_t i = 0; i < in.size(); ++i)
        frames.push_back(frame_twice(prepared, seen, number, i));
    XDPBENCH_TRY(std::vector<scenario::YamlNode> expectations,
                 frame_expectations(frames, node, expected));
    std::vector<std::string> alike;
    alike.reserve(expectations.size());
    for (const scenario::YamlNode& expect : expectations)
        alike.push_back(scenario::emit_yaml(expect));
    const bool all_alike =
        std::adjacent_find(alike.begin(), alike.end(), std::not_equal_to<>()) == alike.end();
    std::vector<RecordedStep> steps;
    for (std::size_t first = 0; first < alike.size();) {
        std::size_t end = first + 1;
        while (end < alike.size() && alike[end] == alike[first] && (all_alike || has_parts(ref)))
            ++end;
        const std::vector<check::FrameTwice> together(
            frames.begin() + static_cast<std::ptrdiff_t>(first),
            frames.begin() + static_cast<std::ptrdiff_t>(end));
        scenario::YamlNode& expect = expectations[first];
        for (const check::Expectation* const one : expected) one->settle(together, expect, out);
        RecordedStep recorded{{first, end}, node};
        scenario::entry_of(recorded.node, "in") =
            scenario::yaml_text(part_of(ref, in, first, end - 1));
        scenario::entry_of(recorded.node, "expect") = std::move(expect);
        steps.push_back(std::move(recorded));
        first = end;
    }
    return steps;
}

}  // namespace xdpbench::record
