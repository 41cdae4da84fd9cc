// Recordings as the YAML of a scenario.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "record/recording.h"
#include "scenario/yaml.h"

namespace xdpbench::record {

// The frames that a recorded scenario expects to come out, in a pcap beside it, added to one that
// is there already.
class RecordedFrames {
  public:
    // "mine-out.pcap" beside "mine.yaml".
    static Result<RecordedFrames> beside(const std::filesystem::path& scenario);

    // Adds frames; the reference to them: "mine-out.pcap#4-9".
    std::string add(const packet::Frames& frames);

    // Writes the pcap, if something was added.
    Result<void> write() const;

    // The pcap as it was before write().
    void undo() const;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::size_t added() const { return frames_.size() - before_; }

  private:
    RecordedFrames(std::filesystem::path path, packet::Frames frames)
        : path_(std::move(path)), frames_(std::move(frames)), before_(frames_.size()) {}

    std::filesystem::path path_;
    packet::Frames frames_;
    std::size_t before_;
};

// A step of its own for neighbours of which the same is expected.
struct RecordedStep {
    std::size_t first = 0;  // frames of the recording,
    std::size_t end = 0;    // this one not included
    scenario::YamlNode node;
};

// `seen`, whose frames `ref` names, as steps: neighbours with the same expectation, all changed or
// all not, are one. `step` is one that is replaced, whose other keys are kept; an empty mapping if
// none is. `expectations` has for each frame what is expected beside `out` and `mask`. What came
// out is added where `step` compared it, or could not, as its frames were dropped.
std::vector<RecordedStep> recorded_steps(const scenario::FrameRef& ref, const StepRecording& seen,
                                         const scenario::YamlNode& step,
                                         const std::vector<scenario::YamlNode>& expectations,
                                         RecordedFrames& out);

}  // namespace xdpbench::record
