// Files that should be captures: opened, and if they are none, what they are and what to do.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace xdpbench {

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

// Refuses every link type (DLT_ of libpcap) but Ethernet's, with the way to captures that have it.
Result<void> require_ethernet(const std::filesystem::path& path, int link);

}  // namespace xdpbench
