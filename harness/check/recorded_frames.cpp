#include "check/recorded_frames.h"

#include <fmt/format.h>

#include <system_error>

#include "packet/pcap.h"

namespace xdpbench::check {

namespace fs = std::filesystem;

std::string range_text(const std::string& pcap, std::size_t first, std::size_t last) {
    return first == last ? fmt::format("{}#{}", pcap, first)
                         : fmt::format("{}#{}-{}", pcap, first, last);
}

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
    if (added() == 0) return {};
    // A new one must not take the place of another process's.
    XDPBENCH_CHECK(
        packet::write_new_frames(path_, frames_, before_ == 0 ? Naming::fresh : Naming::replace));
    return {};
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

}  // namespace xdpbench::check
