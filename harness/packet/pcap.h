// pcap and pcapng files of Ethernet frames, read as a stream and written whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/file.h"
#include "base/result.h"
#include "packet/capture_input.h"
#include "packet/frame.h"

struct pcap;

namespace xdpbench::packet {

// What to do with a frame that the capture cut short (captured length < original length).
enum class CutFrames {
    refuse,  // an error that names the frame
    pad,     // zeros up to the original length
};

// Reads frames one at a time from a regular file: memory does not grow with it. Reads what libpcap
// reads: pcap (microseconds, nanoseconds, either byte order) and pcapng. Refused, each with the
// reason and what to do: an empty, truncated or damaged file, compressed files, frames of link
// types other than Ethernet, cut frames, frames shorter than an Ethernet header (14 bytes, the
// least that XDP accepts) or longer than libpcap's limit (262,144 bytes). A frame check sequence
// that the file declares is removed: XDP does not see one. After an error, do not call next()
// again.
class PcapReader {
  public:
    static Result<PcapReader> open(const std::filesystem::path& path,
                                   CutFrames cut = CutFrames::refuse);

    // The next frame; nothing at the end of the file. The error names file and frame number.
    Result<std::optional<Frame>> next();

    // Frames handed out so far; the number (from 0) of the frame next() hands out next.
    [[nodiscard]] std::uint64_t position() const { return position_; }
    // Cut frames that were padded so far.
    [[nodiscard]] std::uint64_t padded() const { return padded_; }
    // Frames so far whose frame check sequence was removed.
    [[nodiscard]] std::uint64_t fcs_removed() const { return fcs_removed_; }

  private:
    struct Close {
        void operator()(pcap* handle) const;
    };
    PcapReader(std::filesystem::path path, CutFrames cut, std::unique_ptr<CaptureInput> input,
               std::unique_ptr<pcap, Close> handle);

    // Of the next frame; 0 in bytes where the file declares no frame check sequence.
    Result<std::uint32_t> fcs_bytes();

    std::filesystem::path path_;
    CutFrames cut_;
    std::unique_ptr<CaptureInput> input_;  // the handle reads through it
    std::unique_ptr<pcap, Close> handle_;
    std::uint64_t position_ = 0;
    std::uint64_t padded_ = 0;
    std::uint64_t fcs_removed_ = 0;
};

// All frames, or those numbered first..last (from 0, both included). A range beyond the end is an
// error that says how many frames there are.
Result<Frames> read_frames(const std::filesystem::path& path, std::uint64_t first = 0,
                           std::optional<std::uint64_t> last = std::nullopt,
                           CutFrames cut = CutFrames::refuse);

// Writes a pcap with nanosecond time stamps; the file appears whole or not at all (OutputFile).
Result<void> write_frames(const std::filesystem::path& path, const Frames& frames);

// The same for a file that must not replace another one (Naming::fresh or invented). Returns the
// name that it has.
Result<std::filesystem::path> write_new_frames(const std::filesystem::path& path,
                                               const Frames& frames, Naming naming);

}  // namespace xdpbench::packet
