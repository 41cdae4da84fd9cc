// The accounting of a link: what its counters say, and whether they account for every frame.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/run.h"
#include "model/xsk.h"
#include "scenario/scenario.h"

namespace xdpbench::testbed {

// Everything that the counters of a link say at one moment.
struct LinkCounts {
    model::ActionTally actions{};         // what the program did, by the source in use
    std::vector<model::CpuTally> cpus;    // by CPU, where the program counts
    std::uint64_t handled_by_device = 0;  // frames the DUT interface took in, by its own counters
                                          // (a real one: by the program's)
    std::uint64_t no_action = 0;  // the program returned no XDP action; after watch_tracepoints()
    // What tracepoints saw the program return, after watch_tracepoints(): XDP_ABORTED, and, in
    // generic mode, XDP_REDIRECT that was done. Nothing where this process may not count them.
    std::optional<std::uint64_t> aborted;
    std::optional<std::uint64_t> redirected;
    std::uint64_t received = 0;              // arrived at the tester side
    std::uint64_t passed = 0;                // arrived in the stack of the DUT side
    std::uint64_t forwarded = 0;             // arrived at the far end
    model::XskTally sockets;                 // arrived at AF_XDP sockets
    std::vector<std::uint64_t> passed_cpus;  // `passed`, by the CPU that ran the stack
    // generator_xmit_errors, dut_rx_drops, dut_tx_errors, tester_rx_drops; with a far end
    // out_xmit_errors, sink_rx_drops; with AF_XDP sockets those of lost_to_sockets(); after
    // watch_tracepoints() those of TracepointCounts
    model::Losses losses;

    [[nodiscard]] std::uint64_t handled() const;  // the sum of `actions` and `no_action`
    // Frames that found the ring before the program full.
    [[nodiscard]] std::uint64_t refused() const;
};

// Where `actions` comes from.
enum class ActionSource {
    program,   // its own counters: tells all of them apart
    driver,    // its XDP counters: aborted looks like dropped
    arrivals,  // the ends where frames arrive: that too, and a redirect looks like XDP_TX or
               // XDP_PASS if it leads back, or through a CPUMAP into the stack, and like a drop
               // if it leads nowhere
};

// Frames seen as an action that `source` does not tell from another one are counted as that, as far
// as `expected` has more of it. Numbers that are as expected either way stay; so does what cannot
// be mistaken.
void attribute(ActionSource source, const model::ActionTally& expected, model::ActionTally& seen);
// The same of a link's counts, but what tracepoints saw stays as they saw it. Where redirected
// frames arrived is then all that `expected` decides.
void attribute(ActionSource source, const model::ActionTally& expected, LinkCounts& counts);
// The same where all frames are expected to take one action.
void attribute_all(ActionSource source, model::Action expected, LinkCounts& counts);

// What happened between two moments.
[[nodiscard]] LinkCounts since(const LinkCounts& before, const LinkCounts& now);

// Nothing if all of `sent` frames are accounted for: every frame sent is one handled or a loss with
// a name, every frame that left by a way arrived at its end, and the independent counters agree.
// Otherwise "3 frames unaccounted for: ...", with both figures. A redirected frame may arrive
// anywhere: at the far end, back at the tester (redirected to where it came from), in the stack
// (by way of a CPUMAP) or in an AF_XDP socket.
[[nodiscard]] std::string unaccounted(const LinkCounts& counts, std::uint64_t sent);
// The same, which is not empty, as an error of the measurement. `sees_drops`: of the link.
[[nodiscard]] Error unaccounted_error(std::string unaccounted_frames, bool sees_drops = true);

// Where most frames arrived.
[[nodiscard]] model::End redirect_end(const LinkCounts& counts);
// "came back", "reached the stack", "reached the far end", "reached AF_XDP sockets", "arrived
// nowhere".
[[nodiscard]] const char* end_text(model::End end);

// Frames lost, under whatever name.
[[nodiscard]] std::uint64_t frames_lost(const model::Losses& losses);

// Frames that can only have been redirected: they reached the far end or AF_XDP sockets, were lost
// on the way there, or their redirect failed.
[[nodiscard]] std::uint64_t known_redirects(const LinkCounts& counts);

// Redirected to AF_XDP sockets whose rings took no more: xsk_fill_ring_empty, xsk_rx_ring_full,
// xsk_too_long.
[[nodiscard]] std::uint64_t lost_to_sockets(const model::Losses& losses);

// Frames lost under a name: 0 if there is no such entry.
[[nodiscard]] std::uint64_t loss(const model::Losses& losses, const std::string& name);

}  // namespace xdpbench::testbed
