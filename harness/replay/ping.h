// The real `ping`, and what it says.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/netns.h"

namespace xdpbench::replay {

struct PingReply {
    std::string from;            // the address that answered
    std::uint64_t sequence = 0;  // of the request, from 1

    friend bool operator==(const PingReply&, const PingReply&) = default;
};

// Sends `count` echo requests, 10 ms apart, from a namespace to an address, and waits up to
// `patience` for the last reply. Unavailable where there is no ping.
Result<std::vector<PingReply>> ping(const net::NetNs& netns, const std::string& address,
                                    std::uint64_t count, std::chrono::milliseconds patience);

// The replies in what iputils' ping prints with -n, in the order in which they came.
[[nodiscard]] std::vector<PingReply> parse_ping(std::string_view output);

}  // namespace xdpbench::replay
