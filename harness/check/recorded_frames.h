// The frames that a recorded scenario expects to come out, in a pcap beside it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>

#include "base/result.h"
#include "packet/frame.h"

namespace xdpbench::check {

// "mine.pcap#4-9", or "mine.pcap#4" of one frame.
[[nodiscard]] std::string range_text(const std::string& pcap, std::size_t first, std::size_t last);

// Added to a pcap that is there already.
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

}  // namespace xdpbench::check
