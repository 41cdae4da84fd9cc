// What a faulty card does to the frames that pass it: one direction of its cable. No system calls.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xdpbench::faulty_card {

using Frame = std::vector<std::uint8_t>;  // from the destination address on, without FCS
using Time = std::chrono::steady_clock::time_point;

enum class Fault {
    none,
    lose,        // every Nth frame does not arrive
    flip,        // a bit of every Nth frame is inverted, in its middle
    truncate,    // the last 4 bytes of every Nth frame are missing
    duplicate,   // every Nth frame arrives twice
    reorder,     // every Nth frame arrives after the next one of another flow
    strip_vlan,  // the outer VLAN tag of every frame is missing
    delay,       // every frame arrives later
    miscount,    // the card counts a dropped frame every N frames although every frame arrives
};

// The names of all faults, in the order above ("strip-vlan").
[[nodiscard]] const std::vector<std::string>& fault_names();
[[nodiscard]] std::optional<Fault> fault_named(std::string_view name);

struct Settings {
    Fault fault = Fault::none;
    std::uint64_t every = 1000;         // N; at least 1
    std::chrono::nanoseconds delay{0};  // for Fault::delay
    std::uint64_t phase = 0;            // how many frames earlier than the Nth the first fault is
};

struct Tally {
    std::uint64_t taken = 0;    // frames that arrived at the card
    std::uint64_t given = 0;    // frames that left it
    std::uint64_t faults = 0;   // how often the fault happened
    std::uint64_t refused = 0;  // frames that the port did not accept; counted by who writes them
};

// How long a frame waits for one of another flow before it goes on alone.
inline constexpr std::chrono::milliseconds kReorderPatience{10};

class Direction {
  public:
    explicit Direction(Settings settings) : settings_(settings) {}

    // A frame arrives at the card.
    void take(Frame frame, Time now);
    // The next frame that is due to leave, if there is one.
    [[nodiscard]] std::optional<Frame> next(Time now);
    // When next() may have one although nothing arrives.
    [[nodiscard]] std::optional<Time> due() const;
    // How many drops the card is to count although nothing is lost, since the last call.
    [[nodiscard]] std::uint64_t miscounts();

    [[nodiscard]] const Tally& tally() const { return tally_; }
    void refused() { ++tally_.refused; }

  private:
    struct Waiting {
        Time due;
        Frame frame;
    };

    void apply(Frame frame, Time now);
    void reorder(Frame frame, bool turn, Time now);
    void release_held(Time due);
    void push(Frame frame, Time due) { queue_.push_back({due, std::move(frame)}); }

    Settings settings_;
    Tally tally_;
    std::deque<Waiting> queue_;    // in the order of leaving
    std::optional<Waiting> held_;  // of Fault::reorder; due is when it goes on alone
    std::uint64_t miscounts_ = 0;
};

// What tells flows apart: addresses, protocol and ports of IPv4, IPv6 behind up to two VLAN tags;
// else the MAC addresses and the EtherType. Equal strings are one flow.
[[nodiscard]] std::string flow_of(const Frame& frame);

}  // namespace xdpbench::faulty_card
