// What `xdp-bench generate` and the tool on another machine say to each other: one JSON object a
// line, a request on standard input, its reply on standard output. The manual describes it
// ("generate"). Both sides include this file, and nothing else knows the format.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "packet/frame.h"

namespace xdpbench::remote {

// Changes when a request or a reply changes its meaning: both sides must have the same one.
inline constexpr int kProtocol = 1;

// Bounds of one request.
inline constexpr double kLongestSeconds = 3600;
inline constexpr double kDefaultSeconds = 10;
inline constexpr std::uint64_t kMostFrames = 1'000'000'000'000;
inline constexpr std::size_t kLongestLine = std::size_t{4} << 20;  // bytes of a request
// Bytes of frames that one line carries, so that no side waits for the other with a full pipe.
inline constexpr std::size_t kFrameBytesOfLine = 32 << 10;

enum class Command { port, claim, set, restore, traffic, send, capture, arrived, captured, end };
inline constexpr std::array<std::string_view, 10> kCommandNames{
    "port", "claim", "set", "restore", "traffic", "send", "capture", "arrived", "captured", "end"};
[[nodiscard]] std::string_view name_of(Command command);

// How frames are sent or heard.
enum class Through {
    xdp,     // sent: made in the kernel, fast. Heard: by a native program, which takes them away
    socket,  // a packet socket: frames as long as the MTU allows; takes nothing away
};

struct Request {
    Command command = Command::port;
    std::string interface;
    // send: how many (none: the traffic once). capture: how many are kept. captured: how many at
    // most.
    std::optional<std::uint64_t> frames;
    double rate = 0;                   // send: frames a second; 0: as fast as possible
    double seconds = kDefaultSeconds;  // send: at most so long
    std::vector<int> cpus;             // send: a generator from each of them, together; none: one
    std::optional<Through> through;    // send: none means xdp; capture: none means socket
    std::string pcap;                  // send, traffic: a file of the machine that sends
    packet::Frames traffic;            // send, traffic: the frames themselves
    bool more = false;                 // traffic: these come behind those before
    std::size_t flows = 0;             // send, traffic: as many flows of it; 0: as it is
    std::size_t length = 0;   // send, traffic: bytes of each frame without FCS; 0: as it is.
                              // capture: bytes kept of each. claim: bytes of the longest
    bool fragments = false;   // capture: frames in several buffers may arrive
    std::uint32_t first = 0;  // captured: from this frame on
    std::vector<std::uint8_t> match;  // captured: only frames with these bytes
    std::uint32_t match_offset = 0;   // at this offset
    bool take_over = false;           // claim: also a port that has addresses or routes
    std::optional<int> mtu;           // set
    std::optional<bool> up;           // set
    std::uint32_t queues = 0;         // set: that it sends and receives with; 0: as they are
    bool prepare = false;             // set: switch off what is in the way
};

// A port of the other machine.
struct PortState {
    std::string name;
    unsigned index = 0;
    std::array<std::uint8_t, 6> mac{};
    int mtu = 0;
    std::string driver;
    std::string firmware;
    bool up = false;
    bool carrier = false;
    bool reorders = true;                // several queues
    bool strips_vlan = false;            // rx-vlan-offload
    std::uint64_t carrier_wait_ms = 0;   // claim: how long the carrier was away
    std::vector<std::string> addresses;  // but link-local ones
    std::vector<std::string> features;   // that are on, by the kernel's names
    std::string declares;                // XDP features; empty: the kernel does not tell
};

// What `send` did.
struct Sent {
    std::uint64_t frames = 0;  // handed to the interface
    double seconds = 0;        // by the sender's clock
    double worst_lag = 0;      // s; of a rate: the longest that a frame was late
    // With `cpus`, of each generator: the number of its first frame, and how many it sent.
    std::vector<std::uint64_t> first_each;
    std::vector<std::uint64_t> frames_each;
};

struct Reply {
    std::optional<Command> command;  // none: to a line that is no request
    std::optional<Error> error;
    std::optional<PortState> port;     // port, claim
    std::vector<std::string> changed;  // set, restore: settings, in words
    std::vector<std::string> refused;  // set: that the driver did not let go
    std::uint64_t loaded = 0;          // traffic: frames
    std::optional<Sent> sent;          // send
    std::uint64_t arrived = 0;         // arrived, captured, end: frames since `capture`
    std::uint64_t kept = 0;            // of them
    packet::Frames frames;             // captured
    std::uint32_t next = 0;            // captured: what to ask for next
};

// The first line of the other side.
struct Greeting {
    int protocol = kProtocol;
    std::string version;     // of xdp-bench
    std::string kernel;      // release
    std::string host;        // its name
    std::string connection;  // SSH_CONNECTION: client's address and port, server's; empty without
    std::vector<int> cpus;   // that may send
};

// One line each, without its end.
[[nodiscard]] std::string line_of(const Request& request);
[[nodiscard]] std::string line_of(const Reply& reply);
[[nodiscard]] std::string line_of(const Greeting& greeting);

// Input errors: no JSON, an unknown command or key, a value of another type or out of bounds.
Result<Request> parse_request(std::string_view line);
Result<Reply> parse_reply(std::string_view line);
// Nothing if the line is no greeting (a login shell may print others first).
[[nodiscard]] std::optional<Greeting> parse_greeting(std::string_view line);

// "500kpps" -> 500000. An input error for anything else, or a rate that nobody can send.
Result<double> parse_rate_text(std::string_view text);

}  // namespace xdpbench::remote
