#include "packet/pcap.h"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "packet/capture_file.h"
#include "packet/frame.h"

namespace xdpbench::packet {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNanoseconds = 1'000'000'000;

// ---- The frames ----

// libpcap gives nanoseconds where timeval says microseconds (PCAP_TSTAMP_PRECISION_NANO). pcap has
// 32 bits of seconds, which libpcap takes as signed: after 2038 they would come out negative. A
// stamp that a damaged file makes impossible is none.
std::uint64_t timestamp_of(const timeval& time) {
    auto seconds = static_cast<std::int64_t>(time.tv_sec);
    if (seconds >= std::numeric_limits<std::int32_t>::min() && seconds < 0)
        seconds += std::int64_t{1} << 32;
    const auto limit =
        static_cast<std::int64_t>(std::numeric_limits<std::uint64_t>::max() / kNanoseconds);
    if (seconds < 0 || seconds >= limit || time.tv_usec < 0) return 0;
    return static_cast<std::uint64_t>(seconds) * kNanoseconds +
           static_cast<std::uint64_t>(time.tv_usec);
}

timeval time_of(std::uint64_t timestamp_ns) {
    return {.tv_sec = static_cast<time_t>(timestamp_ns / kNanoseconds),
            .tv_usec = static_cast<suseconds_t>(timestamp_ns % kNanoseconds)};
}

// Numbers count from 0, as in "a.pcap#17".
Error frame_refused(const fs::path& path, std::uint64_t number, std::string_view reason,
                    std::string advice) {
    return capture_refused(path, fmt::format("frame {} {}", number, reason), std::move(advice));
}

std::string keep_the_good(const fs::path& path, std::uint64_t good) {
    if (good == 0) return "make the capture again";
    return fmt::format(
        "make the capture again, or keep the {} before it: editcap -r {} NEW.pcap 1-{} (editcap "
        "counts from 1)",
        counted(good, "frame"), path.string(), good);
}

// Why libpcap could not read frame `number`.
Error unreadable_frame(const fs::path& path, std::uint64_t number, pcap* handle) {
    std::FILE* const stream = ::pcap_file(handle);
    const std::string advice = keep_the_good(path, number);
    if (std::ferror(stream) == 0 && std::feof(stream) != 0) {
        return frame_refused(path, number, "is cut off: the file ends in the middle of it", advice);
    }
    return frame_refused(path, number, fmt::format("cannot be read: {}", ::pcap_geterr(handle)),
                         advice);
}

// Lengths of one record in bytes, without the frame check sequence.
struct RecordLengths {
    std::uint32_t captured;
    std::uint32_t whole;
};

Result<RecordLengths> record_lengths(const fs::path& path, std::uint64_t number,
                                     const pcap_pkthdr& record, std::uint32_t fcs) {
    if (record.len > kLongestFrameBytes || record.caplen > record.len) {
        return frame_refused(path, number,
                             fmt::format("is damaged: it claims {} of {}", record.caplen,
                                         counted(record.len, "byte")),
                             keep_the_good(path, number));
    }
    const std::uint32_t whole = record.len - std::min(record.len, fcs);
    if (whole < kEthernetHeaderBytes) {
        return frame_refused(path, number,
                             fmt::format("is too short: {}, and an Ethernet header has {}",
                                         counted(whole, "byte"), kEthernetHeaderBytes),
                             "XDP never sees such a frame; leave it out");
    }
    return RecordLengths{std::min(record.caplen, whole), whole};
}

Result<void> require_whole(const fs::path& path, std::uint64_t number,
                           const RecordLengths& lengths) {
    if (lengths.captured == lengths.whole) return {};
    return frame_refused(path, number,
                         fmt::format("was cut by the capture: {} of {} are there", lengths.captured,
                                     counted(lengths.whole, "byte")),
                         "capture whole frames: tcpdump -s 0");
}

// ---- Writing ----

// A pcap in memory, written by libpcap.
class PcapText {
  public:
    PcapText()
        : handle_(::pcap_open_dead_with_tstamp_precision(
              DLT_EN10MB, static_cast<int>(kLongestFrameBytes), PCAP_TSTAMP_PRECISION_NANO)) {
        std::FILE* const stream = ::open_memstream(&text_, &size_);
        if (handle_ != nullptr && stream != nullptr) dumper_ = ::pcap_dump_fopen(handle_, stream);
    }
    PcapText(const PcapText&) = delete;
    PcapText(PcapText&&) = delete;
    PcapText& operator=(const PcapText&) = delete;
    PcapText& operator=(PcapText&&) = delete;
    ~PcapText() {
        if (dumper_ != nullptr) ::pcap_dump_close(dumper_);  // closes the stream
        if (handle_ != nullptr) ::pcap_close(handle_);
        std::free(text_);
    }

    [[nodiscard]] bool valid() const { return dumper_ != nullptr; }
    void add(const Frame& frame) {
        const auto length = static_cast<bpf_u_int32>(frame.bytes.size());
        const pcap_pkthdr record{
            .ts = time_of(frame.timestamp_ns), .caplen = length, .len = length};
        ::pcap_dump(reinterpret_cast<u_char*>(dumper_), &record, frame.bytes.data());
    }
    // Nothing if memory ran out.
    [[nodiscard]] std::optional<std::string_view> text() {
        const bool failed =
            ::pcap_dump_flush(dumper_) != 0 || std::ferror(::pcap_dump_file(dumper_)) != 0;
        if (failed) return std::nullopt;
        return std::string_view(text_, size_);
    }

  private:
    char* text_ = nullptr;
    std::size_t size_ = 0;
    pcap_t* handle_ = nullptr;
    pcap_dumper_t* dumper_ = nullptr;
};

// What is written must be readable again.
Result<void> check_writable(const fs::path& path, const Frames& frames) {
    const auto wrong = [&](std::size_t number, std::string_view reason) {
        return input_error(
            fmt::format("cannot write {}: frame {} {}", path.string(), number, reason));
    };
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const std::size_t length = frames[i].bytes.size();
        if (length < kEthernetHeaderBytes || length > kLongestFrameBytes) {
            return wrong(i, fmt::format("has {}; a frame has {} to {}", counted(length, "byte"),
                                        kEthernetHeaderBytes, thousands(kLongestFrameBytes)));
        }
        if (frames[i].timestamp_ns / kNanoseconds > std::numeric_limits<std::uint32_t>::max()) {
            return wrong(i, "has a time stamp after the year 2106, which a pcap cannot hold");
        }
    }
    return {};
}

}  // namespace

void PcapReader::Close::operator()(pcap* handle) const { ::pcap_close(handle); }

PcapReader::PcapReader(fs::path path, CutFrames cut, std::unique_ptr<CaptureInput> input,
                       std::unique_ptr<pcap, Close> handle)
    : path_(std::move(path)), cut_(cut), input_(std::move(input)), handle_(std::move(handle)) {}

Result<PcapReader> PcapReader::open(const fs::path& path, CutFrames cut) {
    XDPBENCH_TRY(Stream file, open_capture(path));
    auto input = std::make_unique<CaptureInput>(std::move(file));
    Stream stream = input->stream();
    if (!stream) return system_error(fmt::format("cannot read {}", path.string()), errno);
    std::array<char, PCAP_ERRBUF_SIZE> reason{};
    std::unique_ptr<pcap, Close> handle(::pcap_fopen_offline_with_tstamp_precision(
        stream.get(), PCAP_TSTAMP_PRECISION_NANO, reason.data()));
    if (!handle) {
        const bool at_end = std::feof(stream.get()) != 0;
        if (at_end && input->is_behind_block()) {
            return capture_refused(path, "it is empty: a header without an interface or frames",
                                   "make the capture again, with frames");
        }
        if (at_end) {
            return capture_refused(path, "its header is cut off: the file ends in the middle of it",
                                   "make or copy the capture again; this one is not complete");
        }
        return capture_refused(path, fmt::format("its header is damaged: {}", reason.data()),
                               "make the capture again");
    }
    (void)stream.release();  // closed with the handle
    XDPBENCH_CHECK(require_ethernet(path, ::pcap_datalink(handle.get())));
    return PcapReader(path, cut, std::move(input), std::move(handle));
}

Result<std::uint32_t> PcapReader::fcs_bytes() {
    const FrameOrigin origin = input_->take_origin();
    XDPBENCH_CHECK(require_ethernet_frame(path_, origin.link, position_));
    // The upper half of a pcap's link type field; LT_FCS_LENGTH counts in 16-bit words.
    const auto extension = static_cast<std::uint32_t>(::pcap_datalink_ext(handle_.get()));
    return LT_FCS_LENGTH_PRESENT(extension) ? LT_FCS_LENGTH(extension) * 2 : origin.fcs;
}

Result<std::optional<Frame>> PcapReader::next() {
    pcap_pkthdr* record = nullptr;
    const u_char* data = nullptr;
    const int status = ::pcap_next_ex(handle_.get(), &record, &data);
    if (status == PCAP_ERROR_BREAK) return std::optional<Frame>();
    if (status != 1) return unreadable_frame(path_, position_, handle_.get());
    XDPBENCH_TRY(const std::uint32_t fcs, fcs_bytes());
    XDPBENCH_TRY(const RecordLengths lengths, record_lengths(path_, position_, *record, fcs));
    if (cut_ == CutFrames::refuse) XDPBENCH_CHECK(require_whole(path_, position_, lengths));
    Frame frame{.bytes = {data, data + lengths.captured}, .timestamp_ns = timestamp_of(record->ts)};
    frame.bytes.resize(lengths.whole);
    if (lengths.captured < lengths.whole) ++padded_;
    if (record->caplen > lengths.whole) ++fcs_removed_;
    ++position_;
    return std::optional(std::move(frame));
}

Result<Frames> read_frames(const fs::path& path, std::uint64_t first,
                           std::optional<std::uint64_t> last, CutFrames cut) {
    if (last && *last < first) {
        return capture_refused(path, fmt::format("frames {} to {} were asked for", first, *last),
                               "name the lower number first");
    }
    XDPBENCH_TRY(PcapReader reader, PcapReader::open(path, cut));
    Frames frames;
    while (!last || reader.position() <= *last) {
        const std::uint64_t number = reader.position();
        XDPBENCH_TRY(std::optional<Frame> frame, reader.next());
        if (!frame) break;
        if (number >= first) frames.push_back(std::move(*frame));
    }
    const std::uint64_t wanted = last ? *last : first;
    const bool whole_file = first == 0 && !last;
    if (!whole_file && wanted >= reader.position()) {
        return capture_refused(path,
                               fmt::format("there is no frame {}: it has {}", wanted,
                                           counted(reader.position(), "frame")),
                               "frames are numbered from 0");
    }
    return frames;
}

Result<void> write_frames(const fs::path& path, const Frames& frames) {
    XDPBENCH_CHECK(write_new_frames(path, frames, Naming::replace));
    return {};
}

Result<fs::path> write_new_frames(const fs::path& path, const Frames& frames, Naming naming) {
    XDPBENCH_CHECK(check_writable(path, frames));
    XDPBENCH_TRY(OutputFile file, OutputFile::create(path, naming));
    PcapText pcap_text;
    const auto out_of_memory = [&] {
        return system_error(fmt::format("cannot write {}", path.string()), ENOMEM);
    };
    if (!pcap_text.valid()) return out_of_memory();
    for (const Frame& frame : frames) pcap_text.add(frame);
    const std::optional<std::string_view> text = pcap_text.text();
    if (!text) return out_of_memory();
    XDPBENCH_CHECK(file.commit(*text));
    return file.path();
}

}  // namespace xdpbench::packet
