#include "replay/ping.h"

#include <fmt/format.h>

#include <charconv>

#include "base/child.h"
#include "base/text.h"

namespace xdpbench::replay {
namespace {

constexpr const char* kInterval = "0.01";  // seconds
constexpr int kNoReplies = 1;              // exit code

}  // namespace

// "64 bytes from 192.168.1.3: icmp_seq=1 ttl=64 time=0.1 ms (DIFFERENT ADDRESS!)": what is around
// the fields may be in another language.
std::vector<PingReply> parse_ping(std::string_view output) {
    constexpr std::string_view kSequence = "icmp_seq=";
    std::vector<PingReply> replies;
    for (const std::string& line : split(output, '\n')) {
        const std::size_t sequence = line.find(kSequence);
        if (sequence == std::string::npos || sequence == 0 ||
            line.find(" ttl=", sequence) == std::string::npos)
            continue;
        PingReply reply;
        const std::size_t end = line.find_last_not_of(": ", sequence - 1) + 1;
        const std::size_t start = line.rfind(' ', end - 1) + 1;
        reply.from = line.substr(start, end - start);
        const char* const number = line.data() + sequence + kSequence.size();
        const auto parsed = std::from_chars(number, line.data() + line.size(), reply.sequence);
        if (parsed.ec == std::errc{}) replies.push_back(std::move(reply));
    }
    return replies;
}

Result<std::vector<PingReply>> ping(const net::NetNs& netns, const std::string& address,
                                    std::uint64_t count, std::chrono::milliseconds patience) {
    ChildLimits limits;
    limits.time = limits.time + patience + count * std::chrono::milliseconds(100);
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    const double seconds = std::chrono::duration<double>(patience).count();
    Result<ChildOutput> done = run_child({"ping", "-n", "-c", std::to_string(count), "-i",
                                          kInterval, "-W", fmt::format("{:.3f}", seconds), address},
                                         {}, limits);
    if (!done) {
        if (done.error().kind == ErrorKind::unavailable)
            done.error().advice = "install the Debian package iputils-ping";
        return done.error();
    }
    if (done->exit_code == 0 || done->exit_code == kNoReplies) return parse_ping(done->out);
    return Error{
        ErrorKind::system,
        fmt::format("ping {} ended with {}: {}", address, done->exit_code, trim(done->err)),
        {},
        {}};
}

}  // namespace xdpbench::replay
