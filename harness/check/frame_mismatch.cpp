#include "check/frame_mismatch.h"

#include <fmt/format.h>

#include <vector>

#include "packet/pcap.h"

namespace xdpbench::check {

std::string save_mismatch(const FrameMismatch& mismatch, const std::string& stem) {
    std::vector<std::string> written;
    const auto write = [&](const char* which, const packet::Frame& frame) {
        const std::string name = fmt::format("{}-{}.pcap", stem, which);
        Result<void> done = packet::write_frames(name, {frame});
        if (done) written.push_back(name);
        return done;
    };
    Result<void> done;
    if (mismatch.expected) done = write("expected", *mismatch.expected);
    if (done) done = write("actual", mismatch.actual);
    if (!done)
        return fmt::format("{} was not written for packet tools: {}", mismatch.frame,
                           done.error().text());
    return fmt::format("{} as pcap: {}", mismatch.frame, fmt::join(written, ", "));
}

}  // namespace xdpbench::check
