#include "packet/capture_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pcap/pcap.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <utility>

#include "base/unique_fd.h"

namespace xdpbench::packet {
namespace {

namespace fs = std::filesystem;

// ---- The file ----

Error cannot_open(const fs::path& path, int number, std::string advice) {
    return access_error(fmt::format("cannot read {}", path.string()), number, std::move(advice));
}

Result<Stream> open_stream(const fs::path& path) {
    // Non-blocking: opening a FIFO that nobody writes to would wait for ever.
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) return cannot_open(path, errno, "check the file's name and its permissions");
    struct stat status = {};
    if (::fstat(fd.get(), &status) != 0) return cannot_open(path, errno, {});
    if (S_ISDIR(status.st_mode))
        return capture_refused(path, "it is a folder", "name a pcap file in it");
    if (!S_ISREG(status.st_mode)) {
        return capture_refused(path, "it is not a regular file but a pipe, socket or device",
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

Error not_a_pcap(const fs::path& path, std::string_view start) {
    const std::span bytes(reinterpret_cast<const unsigned char*>(start.data()), start.size());
    return capture_refused(
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
        return capture_refused(path, "it is empty", "make the capture again, or name another file");
    for (const Compression& packed : kCompressions) {
        if (!start.starts_with(packed.magic)) continue;
        return capture_refused(
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
    "captures on \"any\" have this link type; capture on one Ethernet interface: tcpdump -i eth0 "
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

}  // namespace

Error capture_refused(const fs::path& path, std::string_view reason, std::string advice) {
    return input_error(fmt::format("cannot read {}: {}", path.string(), reason), std::move(advice));
}

Result<Stream> open_capture(const fs::path& path) {
    XDPBENCH_TRY(Stream stream, open_stream(path));
    XDPBENCH_CHECK(check_start(path, stream.get()));
    return stream;
}

Result<void> require_ethernet(const fs::path& path, int link, std::string_view whose) {
    if (link == DLT_EN10MB) return {};
    return capture_refused(path, fmt::format("{} is {}, not Ethernet", whose, link_name(link)),
                           link_advice(link));
}

Result<void> require_ethernet_frame(const fs::path& path, int link_type,
                                    std::uint64_t frame_number) {
    // The one common type whose number in files is not libpcap's own.
    constexpr int kRawInFiles = 101;
    return require_ethernet(path, link_type == kRawInFiles ? DLT_RAW : link_type,
                            fmt::format("the link type of frame {}", frame_number));
}

}  // namespace xdpbench::packet
