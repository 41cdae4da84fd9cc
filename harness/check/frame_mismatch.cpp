#include "check/frame_mismatch.h"

#include <fmt/format.h>

#include <algorithm>
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

model::ChangedFrame changed_frame(const FrameMismatch& mismatch) {
    model::ChangedFrame changed;
    changed.name = mismatch.frame;
    for (const packet::FieldDifference& one : mismatch.differences)
        changed.fields.push_back({one.field, one.expected, one.actual});
    const std::size_t expected = mismatch.expected ? mismatch.expected->bytes.size() : 0;
    const std::size_t longest = std::max(expected, mismatch.actual.bytes.size());
    if (longest > model::ChangedFrame::kLongestShown) return changed;
    if (mismatch.expected) changed.expected = mismatch.expected->bytes;
    changed.actual = mismatch.actual.bytes;
    return changed;
}

}  // namespace xdpbench::check
