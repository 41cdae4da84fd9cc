#include "check/frame_mismatch.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "packet/pcap.h"

namespace xdpbench::check {

std::string save_mismatch(const FrameMismatch& mismatch, const std::string& stem) {
    std::vector<std::string> written;
    const auto write = [&](const char* which, const packet::Frame& frame) {
        const std::string name = fmt::format("{}-{}.pcap", stem, which);
        Result<std::filesystem::path> done =
            packet::write_new_frames(name, {frame}, Naming::invented);
        if (done) written.push_back(done->string());
        return done;
    };
    Result<std::filesystem::path> done;
    if (mismatch.expected) done = write("expected", *mismatch.expected);
    if (done) done = write("actual", mismatch.actual);
    if (!done)
        return fmt::format("{} was not written for packet tools: {}", mismatch.frame,
                           done.error().text());
    return fmt::format("{} as pcap: {}", mismatch.frame, fmt::join(written, ", "));
}

}  // namespace xdpbench::check
