// The replay generator: sends frames out of an interface from inside the kernel
// (bpf/harness/replay.bpf.c), or by a packet socket where a frame is too long for that.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "bpf/attach.h"
#include "net/netns.h"
#include "net/network.h"
#include "packet/frame.h"
#include "traffic/socket_generator.h"

struct replay;

namespace xdpbench::traffic {

// Frames are kept in one kernel map with slots as long as the longest frame.
inline constexpr std::uint64_t kGeneratorBytes = 512ULL << 20;

enum class Pace {
    flat_out,       // send()
    paced,          // offer()
    paced_stamped,  // offer(), with the time written into every frame (traffic/stamped_frames.h)
};

// Rates that can be asked for, in frames a second. The highest is more than generators on all CPUs
// of a machine reach together: it means as fast as possible.
inline constexpr double kLowestRate = 1;
inline constexpr double kHighestRate = 1e11;

// When frames are due: evenly, each by the monotonic clock.
struct Schedule {
    double rate = 0;     // frames a second
    double seconds = 0;  // for so long
    // What was not sent because the generator was held up is made up for: half a ring (128 frames),
    // or what is due in this time (s) if that is more. The rest is given up. Where the program has
    // a CPU of its own it has to be 0: a longer burst would overflow the ring and look like the
    // program's loss.
    double made_up = 0;
};

// Generators that keep one schedule together take turns: of `all` this one has the frames `number`,
// `number` + `all` and so on.
struct Turn {
    std::size_t number = 0;
    std::size_t all = 1;
};

// What a paced generator did.
struct Offer {
    std::uint64_t first_frame = 0;  // its number among the generator's
    std::uint64_t frames = 0;       // handed over, from there on in turn
    double seconds = 0;    // as long as was asked for, or until the last frame if that was later
    double worst_lag = 0;  // s; the longest that a frame was sent after it was due
};

// Frames that a paced generator may send at once: those of 16 us, at least 1 and at most what one
// that is not paced sends at once. Frames leave at the end of such a batch, so it is short where
// the rate is low.
[[nodiscard]] std::uint32_t burst_of(double rate);

class Generator {
  public:
    // Loads `frames` into the kernel. Refuses none at all, frames that are too short or too long,
    // and too many, and says how many fit; unavailable on kernels without live frames (5.18). If
    // one is longer than a live frame, a packet socket sends all; a schedule needs live frames.
    static Result<Generator> create(const packet::Frames& frames, Pace pace = Pace::flat_out);

    // By a packet socket in any case: such frames have what a card tells of them (a hash).
    static Result<Generator> create_by_socket(const packet::Frames& frames);

    // What create() refuses, asked beforehand: of frames that are there, of frame number `index` by
    // its length in bytes, and of a number of frames by the longest of them.
    static Result<void> require_sendable(const packet::Frames& frames);
    static Result<void> require_length(std::uint64_t index, std::size_t length);
    static Result<void> require_count(std::uint64_t count, std::size_t longest);

    // Attaches the generator to an idle interface for as long as it lives, so that a call does not
    // wait for RCU (Network::parking). For whoever sends in many calls.
    Result<void> park(const net::NetNs& netns, const net::InterfaceInfo& idle);

    // What sends the frames.
    [[nodiscard]] net::Sender sender() const {
        return by_socket_ ? net::Sender::packet_socket : net::Sender::live_frames;
    }

    // Begins again with the first frame.
    void rewind();
    // The number of the frame that is sent next.
    [[nodiscard]] std::uint64_t next_frame() const;

    // Sends the next `count` frames (the first one follows the last one) out of interface `ifindex`
    // of `netns`, from the calling thread's CPU; returns when the last one was handed over. What is
    // handed over need not arrive: read that at the receiving side. Interrupted by the user: an
    // error. If the process is stopped meanwhile (SIGSTOP) it goes on with the frames that are
    // left.
    Result<void> send(const net::NetNs& netns, unsigned ifindex, std::uint64_t count);

    // Calls that were cut short by a stop, since the generator was made.
    [[nodiscard]] std::uint64_t cut_calls() const { return cut_calls_; }

    // Sends its frames of the schedule, each when it is due, from the calling thread's CPU, which
    // is busy in the kernel all that time. Some may be given up, so read from the result what was
    // really offered. Interrupted by the user: an error.
    Result<Offer> offer(const net::NetNs& netns, unsigned ifindex, const Schedule& schedule,
                        Turn turn = {});

  private:
    struct Close {
        void operator()(struct replay* skeleton) const;
    };
    explicit Generator(std::unique_ptr<struct replay, Close> skeleton);
    explicit Generator(SocketGenerator by_socket) : by_socket_(std::move(by_socket)) {}
    static Result<Generator> create_live(const packet::Frames& frames, Pace pace);
    // One call of `runs` runs in the caller's namespace. Returns 0 or an errno.
    int call(std::uint32_t runs, std::uint32_t batch);
    [[nodiscard]] Result<void> require_none_refused() const;
    // Frames given out since the generator was made, but for those that rewind() took back.
    [[nodiscard]] std::uint64_t position() const;

    std::unique_ptr<struct replay, Close> skeleton_;
    std::optional<SocketGenerator> by_socket_;  // instead of the skeleton
    std::optional<bpf::XdpLink> parked_;
    std::vector<std::uint8_t> data_;  // the live frame's first content
    std::uint64_t cut_calls_ = 0;
};

}  // namespace xdpbench::traffic
