// Frames as scenarios and the command line name them: in pcaps, in hex, made by Scapy.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "packet/frame.h"
#include "packet/pcap.h"
#include "scenario/scenario.h"

namespace xdpbench::target {

// The folder that holds bpf/, scenarios/ and pcaps/: ../share/xdp-bench, seen from the executable.
Result<std::filesystem::path> data_folder();

// Traffic of the command line; at most one of the first two is set.
struct TrafficOption {
    std::string pcap = {};                              // --pcap: a pcap, or a Python file
    std::string scapy = {};                             // --scapy: an expression, or a Python file
    packet::CutFrames cut = packet::CutFrames::refuse;  // --cut

    [[nodiscard]] bool empty() const { return pcap.empty() && scapy.empty(); }
    // For a shell, a blank in front: " --pcap traffic.pcap --cut pad".
    [[nodiscard]] std::string as_typed() const;
};
[[nodiscard]] scenario::FrameRef frames_of(const TrafficOption& traffic);

// "icmp_lb_mix.pcap#3": the frame number `index` of those that `frames` names.
[[nodiscard]] std::string frame_name(const scenario::FrameRef& frames, std::size_t index);

// Whether what is named is code: a Scapy expression or a Python file.
[[nodiscard]] bool is_code(const scenario::FrameRef& frames);

// Where a file that a scenario names is: as written if absolute, else beside the scenario, in
// ../pcaps beside the scenario's folder, or in the tool's pcaps/.
Result<std::filesystem::path> find_pcap(const scenario::FrameRef& frames,
                                        const scenario::Scenario& scenario);

// Frames one after the other; a pcap of any size is read as they are taken.
class FrameStream {
  public:
    static Result<FrameStream> open(const scenario::FrameRef& frames,
                                    const scenario::Scenario& scenario);

    // The next frame; nothing at the end.
    Result<std::optional<packet::Frame>> next();

    // How many were taken; how many of them the capture had cut and are padded with zeros.
    [[nodiscard]] std::uint64_t position() const {
        return reader_ ? reader_->position() : position_;
    }
    [[nodiscard]] std::uint64_t padded() const { return reader_ ? reader_->padded() : 0; }
    // Of how many the frame check sequence was removed, which the capture declares.
    [[nodiscard]] std::uint64_t fcs_removed() const { return reader_ ? reader_->fcs_removed() : 0; }

  private:
    explicit FrameStream(packet::PcapReader reader) : reader_(std::move(reader)) {}
    explicit FrameStream(packet::Frames frames) : frames_(std::move(frames)) {}

    std::optional<packet::PcapReader> reader_;  // else all are in frames_
    packet::Frames frames_;
    std::uint64_t position_ = 0;
};

Result<packet::Frames> load_frames(const scenario::FrameRef& frames,
                                   const scenario::Scenario& scenario);

}  // namespace xdpbench::target
