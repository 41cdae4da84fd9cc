#include "target/traffic_source.h"

#include <fmt/format.h>

#include <iterator>
#include <system_error>
#include <vector>

#include "base/text.h"
#include "target/scapy.h"

namespace xdpbench::target {
namespace {

namespace fs = std::filesystem;

bool is_python_file(const scenario::FrameRef& frames) { return frames.pcap.ends_with(".py"); }

bool is_whole_pcap(const scenario::FrameRef& frames) {
    return !frames.pcap.empty() && !is_python_file(frames) && frames.first == 0 && !frames.last;
}

// Those of `all` that the reference names.
Result<packet::Frames> part_of(packet::Frames all, const scenario::FrameRef& frames) {
    const std::uint64_t last = frames.last.value_or(all.size() - 1);
    if (last >= all.size()) {
        return input_error(fmt::format("there is no frame {}: {} makes {}", last, frames.pcap,
                                       counted(all.size(), "frame")),
                           "frames are numbered from 0");
    }
    return packet::Frames(
        std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(frames.first)),
        std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(last + 1)));
}

Result<packet::Frames> load(const scenario::FrameRef& frames, const scenario::Scenario& scenario) {
    if (!frames.scapy.empty()) return scapy_expression(frames.scapy);
    if (frames.pcap.empty()) return packet::Frames{packet::Frame{frames.bytes, 0}};
    XDPBENCH_TRY(const fs::path file, find_pcap(frames, scenario));
    if (!is_python_file(frames))
        return packet::read_frames(file, frames.first, frames.last, frames.cut);
    XDPBENCH_TRY(packet::Frames all, scapy_file(file));
    return part_of(std::move(all), frames);
}

// The error with the place in the scenario that names the frames, if one does.
Error placed(const scenario::FrameRef& frames, const Error& error) {
    return frames.where.file.empty() ? error : error.in(frames.where.text());
}

}  // namespace

Result<fs::path> data_folder() {
    std::error_code error;
    const fs::path executable = fs::read_symlink("/proc/self/exe", error);
    if (error)
        return unavailable_error("cannot read /proc/self/exe: " + error.message(),
                                 "/proc is not mounted", "mount -t proc proc /proc");
    const fs::path data = executable.parent_path().parent_path() / "share" / "xdp-bench";
    if (fs::is_directory(data / "scenarios", error)) return data;
    if (error == std::errc::permission_denied)
        return unavailable_error(
            fmt::format("cannot read the tool's programs and scenarios at {}: {}", data.string(),
                        error.message()),
            "a folder above them is closed to this user", "run it as root, or open the folder");
    return input_error(
        fmt::format("the tool's programs and scenarios are not at {}", data.string()),
        "install with cmake --install, or run it from the build tree");
}

std::string TrafficOption::as_typed() const {
    std::string text =
        scapy.empty() ? " --pcap " + shell_word(pcap) : " --scapy " + shell_word(scapy);
    if (cut == packet::CutFrames::pad) text += " --cut pad";
    return text;
}

scenario::FrameRef frames_of(const TrafficOption& traffic) {
    scenario::FrameRef frames;
    const std::string& written = traffic.scapy.empty() ? traffic.pcap : traffic.scapy;
    if (!traffic.scapy.empty() && !written.ends_with(".py")) {
        frames.text = "scapy: " + written;
        frames.scapy = written;
        return frames;
    }
    frames.text = frames.pcap = written;
    frames.cut = traffic.cut;
    // A path on the command line is meant as it stands, not as a file of the scenario's.
    std::error_code error;
    if (fs::exists(written, error)) frames.pcap = fs::absolute(written, error).string();
    return frames;
}

std::string frame_name(const scenario::FrameRef& frames, std::size_t index) {
    if (!frames.scapy.empty()) return fmt::format("{} (frame {})", frames.text, index);
    if (frames.pcap.empty()) return frames.text;
    return fmt::format("{}#{}", frames.pcap, frames.first + index);
}

bool is_code(const scenario::FrameRef& frames) {
    return !frames.scapy.empty() || is_python_file(frames);
}

Result<fs::path> find_pcap(const scenario::FrameRef& frames, const scenario::Scenario& scenario) {
    const fs::path file = frames.pcap;
    if (file.is_absolute()) return file;
    std::vector<fs::path> places;
    if (!scenario.file.empty()) {
        const fs::path folder = scenario.file.parent_path();
        places = {folder / file, folder / ".." / "pcaps" / file};
    }
    XDPBENCH_TRY(const fs::path data, data_folder());
    places.push_back(data / "pcaps" / file);
    std::error_code error;
    for (const fs::path& place : places) {
        if (fs::exists(place, error)) return place;
    }
    return input_error(
        fmt::format("there is no file {}", file.string()),
        "looked in the folder of the scenario, in pcaps/ next to it, and in the tool's pcaps/");
}

Result<FrameStream> FrameStream::open(const scenario::FrameRef& frames,
                                      const scenario::Scenario& scenario) {
    if (!is_whole_pcap(frames)) {
        XDPBENCH_TRY(packet::Frames all, load_frames(frames, scenario));
        return FrameStream(std::move(all));
    }
    const Result<fs::path> file = find_pcap(frames, scenario);
    if (!file) return placed(frames, file.error());
    XDPBENCH_TRY(packet::PcapReader reader, packet::PcapReader::open(*file, frames.cut));
    return FrameStream(std::move(reader));
}

Result<std::optional<packet::Frame>> FrameStream::next() {
    if (reader_) return reader_->next();
    if (position_ == frames_.size()) return std::optional<packet::Frame>();
    return std::optional(std::move(frames_[position_++]));
}

Result<packet::Frames> load_frames(const scenario::FrameRef& frames,
                                   const scenario::Scenario& scenario) {
    Result<packet::Frames> loaded = load(frames, scenario);
    if (!loaded) return placed(frames, loaded.error());
    if (loaded && loaded->empty()) return input_error(fmt::format("{} has no frames", frames.text));
    return loaded;
}

}  // namespace xdpbench::target
