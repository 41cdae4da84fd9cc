#include "packet/pcap.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pcap/pcap.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "packet/frame.h"

namespace xdpbench {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNanoseconds = 1'000'000'000;

struct CloseStream {
    void operator()(std::FILE* stream) const { std::fclose(stream); }
};
using Stream = std::unique_ptr<std::FILE, CloseStream>;

Error refused(const fs::path& path, std::string_view reason, std::string advice) {
    return input_error(fmt::format("cannot read {}: {}", path.string(), reason), std::move(advice));
}

// ---- The file ----

Error cannot_open(const fs::path& path, int number, std::string advice) {
    Error error =
        system_error(fmt::format("cannot read {}", path.string()), number, {}, std::move(advice));
    error.kind = ErrorKind::input;
    return error;
}

Result<Stream> open_stream(const fs::path& path) {
    // Non-blocking: opening a FIFO that nobody writes to would wait for ever.
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) return cannot_open(path, errno, "check the file's name and its permissions");
    struct stat status = {};
    if (::fstat(fd.get(), &status) != 0) return cannot_open(path, errno, {});
    if (S_ISDIR(status.st_mode)) return refused(path, "it is a folder", "name a pcap file in it");
    if (!S_ISREG(status.st_mode)) {
        return refused(path, "it is not a regular file but a pipe, socket or device",
                       "save the capture to a file first and name that");
    }
    Stream stream(::fdopen(fd.get(), "rb"));
    if (!stream) return cannot_open(path, errno, {});
    (void)fd.release();  // the stream closes it
    return stream;
}

// ---- Its first bytes ----

constexpr std::size_t kLongestMagic = 5;

struct Compression {
    std::string_view magic;
    std::string_view name;
    std::string_view unpack;
};
constexpr auto kCompressions = std::to_array<Compression>({
    {"\x1f\x8b", "gzip", "gunzip"},
    {"\x28\xb5\x2f\xfd", "zstd", "unzstd"},
    {"\xfd\x37\x7a\x58\x5a", "xz", "unxz"},
    {"BZh", "bzip2", "bunzip2"},
    {"\x04\x22\x4d\x18", "lz4", "unlz4"},
});

// draft-ietf-opsawg-pcap and -pcapng. a1b2cd34 is what a patched libpcap of the nineties wrote.
constexpr auto kCaptureMagics = std::to_array<std::string_view>({
    "\xa1\xb2\xc3\xd4",
    "\xd4\xc3\xb2\xa1",
    "\xa1\xb2\x3c\x4d",
    "\x4d\x3c\xb2\xa1",
    "\xa1\xb2\xcd\x34",
    "\x34\xcd\xb2\xa1",
    "\x0a\x0d\x0d\x0a",
});

Error header_cut_off(const fs::path& path) {
    return refused(path, "its header is cut off: the file ends in the middle of it",
                   "make or copy the capture again; this one is not complete");
}

Error not_a_pcap(const fs::path& path, std::string_view start) {
    const std::span bytes(reinterpret_cast<const unsigned char*>(start.data()), start.size());
    return refused(
        path,
        fmt::format("it is neither pcap nor pcapng: it starts with {:02x}", fmt::join(bytes, " ")),
        fmt::format("if it is a capture in another format: editcap -F pcap {} NEW.pcap",
                    path.string()));
}

// What libpcap would not explain. Leaves the stream at its start.
Result<void> check_start(const fs::path& path, std::FILE* stream) {
    std::array<char, kLongestMagic> buffer{};
    const std::string_view start(buffer.data(),
                                 std::fread(buffer.data(), 1, buffer.size(), stream));
    if (std::ferror(stream) != 0) return cannot_open(path, errno, {});
    std::rewind(stream);
    if (start.empty())
        return refused(path, "it is empty", "make the capture again, or name another file");
    for (const Compression& packed : kCompressions) {
        if (!start.starts_with(packed.magic)) continue;
        return refused(
            path, fmt::format("it is compressed with {}", packed.name),
            fmt::format("unpack it first: {} < {} > NEW.pcap", packed.unpack, path.string()));
    }
    if (std::none_of(kCaptureMagics.begin(), kCaptureMagics.end(),
                     [&](std::string_view magic) { return start.starts_with(magic); })) {
        return not_a_pcap(path, start.substr(0, 4));
    }
    return {};
}

// ---- The link type ----

struct LinkAdvice {
    int first;
    int last;
    std::string_view text;
};
// editcap -T only changes the name of the link type, not the frames: it is right for types that say
// nothing about the bytes. The others must be converted or captured again.
constexpr std::string_view kNoEthernetHeader =
    "its packets have no Ethernet header; give them one: "
    "tcprewrite --dlt=enet --enet-dmac=MAC --enet-smac=MAC -i OLD.pcap -o NEW.pcap";
constexpr std::string_view kAnyInterface =
    "this is what a capture on \"any\" gives; capture on one Ethernet interface: tcpdump -i eth0 "
    "-w NEW.pcap";
constexpr auto kLinkAdvice = std::to_array<LinkAdvice>({
    {DLT_NULL, DLT_NULL, kNoEthernetHeader},
    {DLT_LOOP, DLT_LOOP, kNoEthernetHeader},
    {DLT_RAW, DLT_RAW, kNoEthernetHeader},
    {DLT_IPV4, DLT_IPV6, kNoEthernetHeader},
    {DLT_LINUX_SLL, DLT_LINUX_SLL, kAnyInterface},
    {DLT_LINUX_SLL2, DLT_LINUX_SLL2, kAnyInterface},
    {DLT_USER0, DLT_USER15,
     "if its frames are Ethernet all the same, say so in the file: editcap -T ether OLD.pcap "
     "NEW.pcap"},
});

std::string link_advice(int link) {
    for (const LinkAdvice& advice : kLinkAdvice) {
        if (link >= advice.first && link <= advice.last) return std::string(advice.text);
    }
    return "XDP sees Ethernet frames: capture on an Ethernet interface";
}

std::string link_name(int link) {
    // libpcap has no names for these.
    if (link >= DLT_USER0 && link <= DLT_USER15) return fmt::format("USER{}", link - DLT_USER0);
    const char* const name = ::pcap_datalink_val_to_name(link);
    const char* const words = ::pcap_datalink_val_to_description(link);
    if (name == nullptr) return fmt::format("number {}", link);
    return words == nullptr ? std::string(name) : fmt::format("{} ({})", name, words);
}

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
    return refused(path, fmt::format("frame {} {}", number, reason), std::move(advice));
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

Result<void> check_record(const fs::path& path, std::uint64_t number, const pcap_pkthdr& record,
                          CutFrames cut) {
    if (record.len > kLongestFrameBytes || record.caplen > record.len) {
        return frame_refused(path, number,
                             fmt::format("is damaged: it claims {} of {}", record.caplen,
                                         counted(record.len, "byte")),
                             keep_the_good(path, number));
    }
    if (record.caplen < record.len && cut == CutFrames::refuse) {
        return frame_refused(path, number,
                             fmt::format("was cut by the capture: {} of {} are there",
                                         record.caplen, counted(record.len, "byte")),
                             "capture whole frames: tcpdump -s 0");
    }
    if (record.len < kEthernetHeaderBytes) {
        return frame_refused(path, number,
                             fmt::format("is too short: {}, and an Ethernet header has {}",
                                         counted(record.len, "byte"), kEthernetHeaderBytes),
                             "XDP never sees such a frame; leave it out");
    }
    return {};
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

PcapReader::PcapReader(fs::path path, CutFrames cut, std::unique_ptr<pcap, Close> handle)
    : path_(std::move(path)), cut_(cut), handle_(std::move(handle)) {}

Result<PcapReader> PcapReader::open(const fs::path& path, CutFrames cut) {
    XDPBENCH_TRY(Stream stream, open_stream(path));
    XDPBENCH_CHECK(check_start(path, stream.get()));
    std::array<char, PCAP_ERRBUF_SIZE> reason{};
    std::unique_ptr<pcap, Close> handle(::pcap_fopen_offline_with_tstamp_precision(
        stream.get(), PCAP_TSTAMP_PRECISION_NANO, reason.data()));
    if (!handle) {
        if (std::feof(stream.get()) != 0) return header_cut_off(path);
        return refused(path, fmt::format("its header is damaged: {}", reason.data()),
                       "make the capture again");
    }
    (void)stream.release();  // closed with the handle
    const int link = ::pcap_datalink(handle.get());
    if (link != DLT_EN10MB) {
        return refused(path, fmt::format("its link type is {}, not Ethernet", link_name(link)),
                       link_advice(link));
    }
    return PcapReader(path, cut, std::move(handle));
}

Result<std::optional<Frame>> PcapReader::next() {
    pcap_pkthdr* record = nullptr;
    const u_char* data = nullptr;
    const int status = ::pcap_next_ex(handle_.get(), &record, &data);
    if (status == PCAP_ERROR_BREAK) return std::optional<Frame>();
    if (status != 1) return unreadable_frame(path_, position_, handle_.get());
    XDPBENCH_CHECK(check_record(path_, position_, *record, cut_));
    Frame frame{.bytes = {data, data + record->caplen}, .timestamp_ns = timestamp_of(record->ts)};
    if (record->caplen < record->len) {
        frame.bytes.resize(record->len);
        ++padded_;
    }
    ++position_;
    return std::optional(std::move(frame));
}

Result<Frames> read_frames(const fs::path& path, std::uint64_t first,
                           std::optional<std::uint64_t> last, CutFrames cut) {
    if (last && *last < first) {
        return refused(path, fmt::format("frames {} to {} were asked for", first, *last),
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
        return refused(path,
                       fmt::format("there is no frame {}: it has {}", wanted,
                                   counted(reader.position(), "frame")),
                       "frames are numbered from 0");
    }
    return frames;
}

Result<void> write_frames(const fs::path& path, const Frames& frames) {
    XDPBENCH_CHECK(check_writable(path, frames));
    XDPBENCH_TRY(OutputFile file, OutputFile::create(path));
    PcapText pcap_text;
    const auto out_of_memory = [&] {
        return system_error(fmt::format("cannot write {}", path.string()), ENOMEM);
    };
    if (!pcap_text.valid()) return out_of_memory();
    for (const Frame& frame : frames) pcap_text.add(frame);
    const std::optional<std::string_view> text = pcap_text.text();
    if (!text) return out_of_memory();
    return file.commit(*text);
}

}  // namespace xdpbench
