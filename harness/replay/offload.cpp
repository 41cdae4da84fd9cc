#include "replay/offload.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <numeric>

#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/attach.h"
#include "bpf/counters.h"
#include "bpf/offload_map.h"
#include "net/netlink.h"
#include "net/port_network.h"
#include "target/offload_program.h"
#include "traffic/packet_socket.h"

namespace xdpbench::replay {
namespace {

constexpr std::size_t kFramesSent = 64;

// Frames that a packet socket gives as they came: the stack takes VLAN tags out before.
packet::Frames untagged(const packet::Frames& frames) {
    constexpr std::size_t kEthertype = 12;
    packet::Frames chosen;
    for (const packet::Frame& frame : frames) {
        if (frame.bytes.size() < kEthertype + 2 || chosen.size() == kFramesSent) continue;
        const unsigned type = frame.bytes[kEthertype] * 256U + frame.bytes[kEthertype + 1];
        if (type != 0x8100 && type != 0x88a8) chosen.push_back(frame);
    }
    return chosen;
}

const scenario::FrameRef& traffic_of(const target::Target& target) {
    if (!target.judged) return target.traffic;
    if (target.scenario.replay) return target.scenario.replay->traffic;
    return target.scenario.bench ? target.scenario.bench->traffic : target.traffic;
}

// The wire from peer to device, with frames to send over it.
class Wire {
  public:
    static Result<Wire> open(const net::NetNs& netns, const net::InterfaceInfo& device,
                             const std::string& peer_name, packet::Frames frames) {
        XDPBENCH_TRY(const net::InterfaceInfo peer, net::query_interface(netns, peer_name));
        XDPBENCH_TRY(traffic::PacketSocket from, traffic::PacketSocket::open(netns, peer));
        XDPBENCH_TRY(traffic::PacketSocket to, traffic::PacketSocket::open(netns, device));
        return Wire(std::move(from), std::move(to), std::move(frames));
    }

    // Sends all frames once; how many of them reached the stack behind the device.
    Result<std::uint64_t> send() const {
        XDPBENCH_CHECK(to_.count_arrived({}));
        XDPBENCH_CHECK(from_.send(frames_));
        return to_.count_arrived(frames_);
    }
    [[nodiscard]] std::uint64_t frames() const { return frames_.size(); }

  private:
    Wire(traffic::PacketSocket from, traffic::PacketSocket to, packet::Frames frames)
        : from_(std::move(from)), to_(std::move(to)), frames_(std::move(frames)) {}

    traffic::PacketSocket from_;
    traffic::PacketSocket to_;
    packet::Frames frames_;
};

// One program on one device, step by step.
class OffloadTrial {
  public:
    OffloadTrial(const target::Target& target, const net::NetNs& netns, net::InterfaceInfo device)
        : target_(target), netns_(netns), device_(std::move(device)) {
        record_.program = target.scenario.name;
        record_.device = device_.name;
        record_.driver = device_.driver;
        record_.firmware = device_.firmware;
        record_.evidence = "it was not attached";
    }

    // The error is that of the first step that did not hold.
    Result<void> run(const std::optional<Wire>& wire);
    model::OffloadRecord take() { return std::move(record_); }

  private:
    using Answer = Result<std::string>;

    // Runs a step and writes down how it went.
    template <class Attempt>
    Result<void> step(const char* name, Attempt attempt) {
        const Answer answer = interrupted() ? Answer(interrupted_error()) : attempt();
        record_.steps.push_back({name, answer.has_value(), answer ? *answer : answer.error().what});
        if (answer) return {};
        return answer.error();
    }

    Answer look_for_obstacles();
    Answer load();
    Answer read_back() const;
    Answer attach();
    Answer use_maps() const;
    Answer send(const Wire& wire);
    Answer replace();
    Answer detach();
    Result<bpf::Program> load_one() const;
    Result<void> require_in_device(const bpf::Program& program) const;
    void judge_traffic(std::uint64_t without, std::optional<std::uint64_t> counted);

    const target::Target& target_;
    const net::NetNs& netns_;
    net::InterfaceInfo device_;
    std::optional<bpf::Program> program_;
    std::optional<bpf::XdpLink> xdp_link_;
    std::uint64_t reached_without_ =
        0;  // frames that reached the stack before the program was there
    model::OffloadRecord record_;
};

Result<std::string> OffloadTrial::look_for_obstacles() {
    XDPBENCH_TRY(const bpf::Program program, target::open_for_device(target_));
    record_.object = program.object().string();
    const std::vector<std::string> obstacles = program.offload_obstacles(device_.driver);
    if (obstacles.empty()) return std::string("nothing in the program is known to stop it");
    return unavailable_error(
        fmt::format("{} cannot be offloaded to {} ({}):\n- {}", target_.scenario.name, device_.name,
                    device_.driver, fmt::join(obstacles, "\n- ")),
        {}, "use --mode native or --mode generic, or change the program");
}

Result<bpf::Program> OffloadTrial::load_one() const {
    XDPBENCH_TRY(bpf::Program program, target::open_for_device(target_));
    XDPBENCH_CHECK(target::load_into_device(program, device_));
    return program;
}

Result<std::string> OffloadTrial::load() {
    Result<bpf::Program> program = load_one();
    if (!program) {
        Error error = std::move(program).error();
        const Result<std::optional<net::DeclaredXdp>> declared =
            net::declared_xdp(netns_, device_.index);
        // Asked only now: a device may do what it does not declare.
        if (declared && *declared && ((*declared)->features & net::kDeclaresOffload) == 0) {
            error.cause = fmt::format("{} declares no BPF offload (it declares: {})", device_.name,
                                      net::xdp_feature_names((*declared)->features));
        }
        return error;
    }
    program_.emplace(std::move(*program));
    return fmt::format("bound to {}, interface {}", device_.name, device_.index);
}

Result<std::string> OffloadTrial::read_back() const {
    XDPBENCH_TRY(const bpf::ProgramInfo info, program_->info());
    if (info.device != device_.index) {
        return Error{
            ErrorKind::system,
            fmt::format("the kernel reports that program {} is bound to interface {}, not {}",
                        info.id, info.device, device_.index),
            {},
            {}};
    }
    std::vector<std::string> maps;
    for (const bpf::TypedMap& map : program_->maps()) {
        XDPBENCH_TRY(const std::uint32_t bound, bpf::device_of_map(map));
        if (bound != device_.index) {
            return Error{
                ErrorKind::system,
                fmt::format("the kernel reports that map {} is bound to interface {}, not {}",
                            map.name, bound, device_.index),
                {},
                {}};
        }
        maps.push_back(bpf::map_text(map));
    }
    return fmt::format("program {}, tag {}, {}; maps in the device: {}", info.id, info.tag,
                       info.jited_bytes == 0
                           ? "not jited (jited 0)"
                           : fmt::format("jited, {}", byte_size(info.jited_bytes)),
                       maps.empty() ? "none" : fmt::format("{}", fmt::join(maps, "; ")));
}

// What the kernel says is attached in hardware mode, and, where it can be asked, the device.
Result<void> OffloadTrial::require_in_device(const bpf::Program& program) const {
    XDPBENCH_TRY(const bpf::ProgramInfo info, program.info());
    XDPBENCH_TRY(const net::LinkDetails xdp_link, net::query_link(netns_, device_.index));
    if (xdp_link.offloaded_program != info.id) {
        return Error{
            ErrorKind::system,
            fmt::format("program {} was put into {}, but the kernel reports that {} is there",
                        info.id, device_.name, xdp_link.offloaded_program),
            {},
            {}};
    }
    const std::optional<std::uint32_t> said = bpf::netdevsim_program(device_.name, info.id);
    if (said && *said != info.id) {
        return Error{ErrorKind::system,
                     fmt::format("program {} was put into {}, but the device does not confirm it",
                                 info.id, device_.name),
                     {},
                     {}};
    }
    return {};
}

Result<std::string> OffloadTrial::attach() {
    XDPBENCH_TRY(bpf::XdpLink xdp_link,
                 bpf::XdpLink::attach(netns_, device_, program_->fd(), model::Mode::offload));
    xdp_link_.emplace(std::move(xdp_link));
    record_.evidence = "no --peer was given to send frames over";
    XDPBENCH_CHECK(require_in_device(*program_));
    XDPBENCH_TRY(const bpf::ProgramInfo info, program_->info());
    const bool asked = bpf::netdevsim_program(device_.name, info.id).has_value();
    return fmt::format("program {} in offload mode, as the kernel reports{}", info.id,
                       asked ? ", and so does the device (debugfs)" : "");
}

Result<std::string> OffloadTrial::use_maps() const {
    std::vector<std::string> lines;
    for (const bpf::TypedMap& map : program_->maps()) {
        XDPBENCH_TRY(const std::string line, bpf::exercise_map(map));
        lines.push_back(line);
    }
    return lines.empty() ? "the program has none" : fmt::format("{}", fmt::join(lines, "; "));
}

void OffloadTrial::judge_traffic(std::uint64_t without, std::optional<std::uint64_t> counted) {
    const std::uint64_t sent = record_.sent;
    const std::uint64_t reached = record_.reached_stack;
    const std::string frames =
        counted ? fmt::format(
                      "{} sent, {} counted by the program in the "
                      "device, {} reached the stack",
                      ::xdpbench::counted(sent, "frame"), thousands(*counted), thousands(reached))
                : fmt::format("{} sent, {} reached the stack", ::xdpbench::counted(sent, "frame"),
                              thousands(reached));
    record_.evidence = frames;
    if (without != sent) {
        record_.evidence = fmt::format(
            "without a program only {} of {} reached the stack: peer and "
            "device are not joined, or frames are lost",
            thousands(without), ::xdpbench::counted(sent, "frame"));
    } else if (counted.value_or(0) == sent || (!counted && reached < sent)) {
        record_.execution = model::Execution::executed;
    } else if (counted == 0U && reached == sent) {
        record_.execution = model::Execution::not_executed;
    } else {
        record_.evidence += counted ? ": they do not add up"
                                    : ": as without a program, and the program has no counters";
    }
}

Result<std::string> OffloadTrial::send(const Wire& wire) {
    XDPBENCH_TRY(const auto before, bpf::read_offload_counters(*program_));
    XDPBENCH_TRY(const auto driver_before, net::driver_counters(netns_, device_.name));
    record_.sent = wire.frames();
    XDPBENCH_TRY(record_.reached_stack, wire.send());
    XDPBENCH_TRY(const auto after, bpf::read_offload_counters(*program_));
    XDPBENCH_TRY(const auto driver_after, net::driver_counters(netns_, device_.name));
    for (const auto& [name, value] : driver_after) {
        const auto was = driver_before.find(name);
        if (was != driver_before.end() && value > was->second)
            record_.device_counters[name] = value - was->second;
    }
    std::optional<std::uint64_t> counted;
    if (before && after) {
        counted = std::accumulate(after->begin(), after->end(), std::uint64_t{0}) -
                  std::accumulate(before->begin(), before->end(), std::uint64_t{0});
        record_.counted_by_program = *counted;
    }
    judge_traffic(reached_without_, counted);
    return record_.evidence;
}

Result<std::string> OffloadTrial::replace() {
    XDPBENCH_TRY(bpf::Program next, load_one());
    XDPBENCH_CHECK(xdp_link_->replace(next.fd()));
    XDPBENCH_CHECK(require_in_device(next));
    XDPBENCH_TRY(const bpf::ProgramInfo was, program_->info());
    XDPBENCH_TRY(const bpf::ProgramInfo now, next.info());
    program_.emplace(std::move(next));
    return fmt::format("program {} in the place of {}", now.id, was.id);
}

Result<std::string> OffloadTrial::detach() {
    xdp_link_.reset();
    program_.reset();
    XDPBENCH_TRY(const net::LinkDetails xdp_link, net::query_link(netns_, device_.index));
    if (xdp_link.offloaded_program == 0) return std::string("nothing is attached");
    return Error{ErrorKind::system,
                 fmt::format("program {} is still attached to {} in offload mode",
                             xdp_link.offloaded_program, device_.name),
                 {},
                 fmt::format("see it with: ip -d link show {}", device_.name)};
}

Result<void> OffloadTrial::run(const std::optional<Wire>& wire) {
    XDPBENCH_CHECK(step("obstacles", [&] { return look_for_obstacles(); }));
    if (wire) {
        XDPBENCH_TRY(reached_without_, wire->send());
    }
    XDPBENCH_CHECK(step("load", [&] { return load(); }));
    XDPBENCH_CHECK(step("attach", [&] { return attach(); }));
    record_.acceptance = model::Acceptance::failed;
    XDPBENCH_CHECK(step("read back", [&] { return read_back(); }));
    XDPBENCH_CHECK(step("maps", [&] { return use_maps(); }));
    if (wire) XDPBENCH_CHECK(step("traffic", [&] { return send(*wire); }));
    XDPBENCH_CHECK(step("replace", [&] { return replace(); }));
    XDPBENCH_CHECK(step("detach", [&] { return detach(); }));
    record_.acceptance = model::Acceptance::accepted;
    return {};
}

Result<OffloadOutcome> try_offload(const target::Target& target, const OffloadPorts& ports) {
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    XDPBENCH_TRY(const net::InterfaceInfo device, net::query_interface(netns, ports.device));
    XDPBENCH_CHECK(net::require_no_xdp(netns, device));
    std::optional<Wire> wire;
    if (ports.peer) {
        XDPBENCH_TRY(const packet::Frames frames,
                     target::load_frames(traffic_of(target), target.scenario));
        XDPBENCH_TRY(Wire opened, Wire::open(netns, device, *ports.peer, untagged(frames)));
        wire.emplace(std::move(opened));
    }
    OffloadTrial trial(target, netns, device);
    const Result<void> held = trial.run(wire);
    OffloadOutcome outcome;
    outcome.record = trial.take();
    if (held) return outcome;
    outcome.verdict = check::verdict_of(held.error());
    // What stops the program before it is attached is the device's refusal, whatever the errno.
    if (outcome.record->acceptance == model::Acceptance::refused)
        outcome.verdict.outcome = model::Outcome::skipped;
    return outcome;
}

}  // namespace

OffloadOutcome run_offload(const target::Target& target, const OffloadPorts& ports) {
    Result<OffloadOutcome> outcome = try_offload(target, ports);
    if (outcome) return std::move(*outcome);
    return OffloadOutcome{check::verdict_of(outcome.error()), std::nullopt};
}

}  // namespace xdpbench::replay
