// Files that should be captures: opened, and if they are none, what they are and what to do.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace xdpbench::packet {

// A file of C's, closed with its owner.
struct CloseStream {
    void operator()(std::FILE* stream) const { std::fclose(stream); }
};
using Stream = std::unique_ptr<std::FILE, CloseStream>;

// An input error: why the capture cannot be read, and what to do about it.
[[nodiscard]] Error capture_refused(const std::filesystem::path& path, std::string_view reason,
                                    std::string advice);

// A regular file that starts as a pcap or a pcapng does, at its start. libpcap would not say of the
// others that they are folders, pipes, compressed or of another format.
Result<Stream> open_capture(const std::filesystem::path& path);

// Refuses every link type (DLT_ of libpcap) but Ethernet's, and says how to get captures that have
// it. `whose` is the subject of the error: "its link type".
Result<void> require_ethernet(const std::filesystem::path& path, int link,
                              std::string_view whose = "its link type");

// The same for a link type as files have it (LINKTYPE_ of libpcap).
Result<void> require_ethernet_frame(const std::filesystem::path& path, int link_type,
                                    std::uint64_t frame_number);

}  // namespace xdpbench::packet
