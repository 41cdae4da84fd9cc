// A scenario: one experiment with one XDP program, as its YAML file says it. Plain data; nothing
// here has touched the kernel.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/action.h"
#include "model/location.h"
#include "model/mode.h"
#include "model/value.h"
#include "packet/diff.h"
#include "packet/pcap.h"
#include "scenario/yaml.h"

namespace xdpbench::scenario {

// Frames named in a scenario or on the command line.
struct FrameRef {
    model::Location where;
    std::string text;  // as written: "icmp_lb.pcap#3-5"
    std::string pcap;  // file name, of a pcap or of Python (.py); empty: hex or Scapy
    std::uint64_t first = 0;
    std::optional<std::uint64_t> last;  // none: to the end of the file
    std::vector<std::uint8_t> bytes;    // "hex:..."
    std::string scapy = {};             // "scapy:...": the expression
    packet::CutFrames cut =
        packet::CutFrames::refuse;  // of a pcap's frames that the capture cut short
};

struct GlobalSetting {
    std::string name;
    model::Value value;
};

struct MapEntry {
    model::Value key;
    std::optional<model::Value> value;  // what the entry holds
    std::optional<model::Value>
        sum_cpus;         // expectation only: the sum over all CPUs of a per-CPU map
    bool absent = false;  // expectation only: there is no such entry
    // Of a queue, a stack or a bloom filter: `key` is nothing. Expected are all values, in the
    // order in which a program takes them out; `absent`: there are none.
    bool keyless = false;
};

// Many entries at once: a range of keys with a pattern, or a file.
struct BulkContent {
    model::Location where;
    std::uint64_t first = 0;  // of the range, both ends included
    std::uint64_t last = 0;
    bool addresses = false;  // the range is of IPv4 addresses
    model::Value key;        // patterns: "i" stands for the number in the range
    model::Value value;
    std::filesystem::path file;  // instead of a range: .csv, or binary
};

struct MapContent {
    model::Location where;
    std::string map;
    std::vector<MapEntry> entries;
    std::vector<BulkContent> bulk = {};  // written before the entries
};

// How many entries a map has room for, in the place of what the object says.
struct MapSize {
    std::string map;
    std::uint32_t max_entries = 0;
};

// What the program is set up with before it is loaded and before it is attached.
struct Configuration {
    std::vector<GlobalSetting> globals;  // .rodata or .data variables
    std::vector<MapContent> maps;
    std::vector<MapSize> sizes = {};
};

// XDP metadata: bytes in front of a frame that a program has made or is given.
struct Metadata {
    model::Location where;
    std::string type;  // a structure of the program's; empty: `value` is "hex:..."
    model::Value value;
    bool none = false;  // expectation only: there is none
};

// What the program finds in its context (struct xdp_md) beside the frame.
struct FrameContext {
    model::Location where;
    std::string ingress;  // interface of the network; empty: the kernel's default, the loopback
    std::uint32_t rx_queue = 0;
    std::optional<Metadata> metadata;
    // Bytes of the frame that are in the linear part; the rest is in fragments. None: as many as it
    // has room for.
    std::optional<std::uint32_t> linear;
};

// BPF_PROG_TEST_RUN of each frame of `in`, one after the other; state is kept from step to step.
struct Step {
    model::Location where;
    FrameRef in;
    std::optional<FrameContext> context;
    YamlNode expect;  // as written: read by its declarations (check/expectation.h)
    // Before the first frame: time that passes, then entries that are set or (`absent`) deleted.
    double wait_seconds = 0;
    std::vector<MapContent> set = {};
};

// One case: fresh maps, then the steps, then the look at what they left.
struct Check {
    model::Location where;
    std::string name;
    Configuration configuration;  // what differs from the scenario's: entries here come after (and
                                  // so win over) those
    std::vector<Step> steps;
    std::optional<YamlNode> expect;  // of all steps together, as written
};

// A program of ours by name, or an object file.
struct ProgramRef {
    std::string name;              // reference program; empty for an object
    std::filesystem::path object;  // path as written; empty for a reference program
    std::string function;          // in the object; empty: its only XDP program
    std::string loaded = {};       // one that the kernel has already: "dev:eth1"; empty: none
};

// A second program takes the place of the first one, and that one its place again, while frames are
// under way.
struct Replacement {
    model::Location where;
    std::optional<ProgramRef> with;  // none: the same program, loaded a second time
    Configuration configuration;  // of the second; with the same program, on top of the scenario's
    std::uint64_t times = 0;
};

// End to end through a network.
struct Replay {
    model::Location where;
    model::NetworkKind topology = model::NetworkKind::pair;
    FrameRef traffic;
    std::map<model::Action, std::uint64_t>
        actions;                       // frames per action; actions not named: 0. Empty: not judged
    std::optional<FrameRef> received;  // frames that come back to the tester side, in order
    std::optional<FrameRef> passed;    // frames that reach the stack of the DUT side, in order
    std::optional<FrameRef> sockets;   // frames that reach AF_XDP sockets, in order of each queue
    std::optional<FrameRef> forwarded;  // frames that reach the far end of a chain, in order
    // By CPU: frames whose way into the stack was run on it. CPUs not named: 0. Empty: not judged
    std::map<int, std::uint64_t> passed_cpus;
    packet::Mask mask;  // for all three
    std::optional<Replacement> replace;
};

// The hosts that every lan has: what is sent comes from the one, the program stands at the other.
inline constexpr std::string_view kLanClient = "client";
inline constexpr std::string_view kLanDut = "dut";

// A host of a lan, in a network namespace of its own.
struct LanAddress {
    model::Location where;
    std::string name;
    std::string ip;   // IPv4; all hosts are in one /24
    std::string mac;  // "02:00:00:00:01:01"
};

// The real `ping`, from the client to the DUT.
struct LanPing {
    std::uint64_t count = 0;     // echo requests
    std::uint64_t answered = 0;  // replies that the client gets to them, from whichever host
    // By host: the sequence numbers, from 1, of the requests that it gets and answers, in order;
    // hosts that are not named get none. Empty: who answers is not judged.
    std::map<std::string, std::vector<std::uint64_t>> answered_by;
};

// Frames out of the client's interface.
struct LanSend {
    FrameRef frames;
    std::uint64_t answered = 0;  // IPv4 packets that come back to the client
};

// Entries of maps, set or (`absent`) deleted while the program stays attached.
struct LanSet {
    std::vector<MapContent> maps;
};

struct LanStep {
    model::Location where;
    std::variant<LanPing, LanSend, LanSet> what;
};

// Hosts with stacks of their own on a bridge, the program at the interface of one of them.
struct Lan {
    model::Location where;
    std::vector<LanAddress> hosts;
    Configuration configuration;  // what differs from the scenario's
    std::vector<LanStep> steps;   // one after the other; state is kept
};

struct Bench {
    model::Location where;
    FrameRef traffic;
    model::Action action = model::Action::pass;  // the path that is timed: every frame must take it
};

// What verifying and compiling the program may cost at most.
struct VerifierBounds {
    model::Location where;
    std::optional<std::uint64_t> instructions;  // that the verifier processes
    std::optional<std::uint64_t> states;        // that it keeps, over the whole verification
    std::optional<std::uint64_t> peak_states;   // that it keeps at the same time
    std::optional<std::uint64_t> stack;         // of the function that takes most, bytes
    std::optional<std::uint64_t> xlated;        // bytes
    std::optional<std::uint64_t> jited;         // bytes
    std::optional<double> load_seconds;
};

// What is in the program's namespace beside the interfaces of the topology, as lines of `ip -batch`
// and as files below /proc/sys with what is written to them.
struct NetworkSetup {
    model::Location where;
    std::vector<std::string> commands;
    std::vector<std::pair<std::string, std::string>> sysctls;
};

struct Scenario {
    std::filesystem::path file;
    std::string name;
    std::string about;
    ProgramRef program;
    Configuration configuration;
    std::vector<model::Mode>
        modes;  // attach modes in which this makes sense; empty: all (`requires`)
    std::optional<VerifierBounds> verifier;
    std::optional<NetworkSetup> network;
    std::vector<Check> checks;
    std::optional<Replay> replay;
    std::optional<Lan> lan;
    std::optional<Bench> bench;
};

}  // namespace xdpbench::scenario
