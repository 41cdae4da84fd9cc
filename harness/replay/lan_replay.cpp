#include "replay/lan_replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/attach.h"
#include "bpf/attached.h"
#include "check/failures.h"
#include "packet/dissect.h"
#include "replay/ping.h"
#include "scenario/diagnostic.h"
#include "scenario/interfaces.h"
#include "target/map_command.h"
#include "testbed/lan.h"
#include "traffic/packet_socket.h"

namespace xdpbench::replay {
namespace {

using std::chrono::milliseconds;

// For answers that are expected, and for those that must not come.
constexpr milliseconds kLanPatience{5000};
constexpr milliseconds kLanSilence{200};

std::size_t host_index(const scenario::Lan& lan, std::string_view name) {
    const auto found =
        std::find_if(lan.hosts.begin(), lan.hosts.end(),
                     [&](const scenario::LanAddress& host) { return host.name == name; });
    return static_cast<std::size_t>(found - lan.hosts.begin());
}

// The value of a field; empty if the frame has none of that name.
std::string field_of(const packet::Frame& frame, std::string_view name) {
    for (const packet::Field& field : packet::dissect(frame)) {
        if (field.name == name) return field.value;
    }
    return {};
}

// Sequence numbers of the echo requests among `frames` that are meant for the host. A bridge floods
// what is for others until it has learned where they are.
std::vector<std::uint64_t> requests_to(const scenario::LanAddress& host,
                                       const packet::Frames& frames) {
    std::vector<std::uint64_t> numbers;
    for (const packet::Frame& frame : frames) {
        if (field_of(frame, "eth.dst") == host.mac && field_of(frame, "icmp.type") == "8")
            numbers.push_back(std::stoull(field_of(frame, "icmp.seq")));
    }
    return numbers;
}

std::uint64_t packets_to(const scenario::LanAddress& host, const packet::Frames& frames) {
    return static_cast<std::uint64_t>(
        std::count_if(frames.begin(), frames.end(), [&](const packet::Frame& frame) {
            return field_of(frame, "eth.dst") == host.mac && !field_of(frame, "ip.src").empty();
        }));
}

// The lan of a target, with its program at work.
class LanRun {
  public:
    static Result<LanRun> start(const target::Target& target, model::Mode mode) {
        const scenario::Lan& lan = *target.scenario.lan;
        XDPBENCH_TRY(testbed::Lan network, testbed::Lan::create(lan.hosts));
        const net::Network& there = network.network;
        XDPBENCH_TRY(bpf::Program program, target::load_program(target, there, lan.configuration));
        XDPBENCH_TRY(const bpf::ProgramInfo info, program.info());
        XDPBENCH_TRY(bpf::ProgramMaps maps, bpf::ProgramMaps::open(info.id));
        XDPBENCH_TRY(bpf::XdpLink xdp_link,
                     bpf::XdpLink::attach(there.dut, there.links.front().dut, program.fd(), mode));
        return LanRun(target, std::move(network), std::move(program), std::move(maps),
                      std::move(xdp_link));
    }

    Result<void> run(const scenario::LanStep& step, model::LanStepRecord& record,
                     check::Failures& failures) const {
        if (interrupted()) return interrupted_error();
        record.location = step.where.text();
        if (const auto* ping = std::get_if<scenario::LanPing>(&step.what))
            return run_ping(*ping, record, failures);
        if (const auto* send = std::get_if<scenario::LanSend>(&step.what))
            return run_send(*send, record, failures);
        return run_set(std::get<scenario::LanSet>(step.what), record);
    }

  private:
    LanRun(const target::Target& target, testbed::Lan network, bpf::Program program,
           bpf::ProgramMaps maps, bpf::XdpLink xdp_link)
        : target_(&target),
          lan_(std::move(network)),
          program_(std::move(program)),
          maps_(std::move(maps)),
          xdp_link_(std::move(xdp_link)) {}

    [[nodiscard]] const scenario::Lan& lan() const { return *target_->scenario.lan; }

    Result<void> run_ping(const scenario::LanPing& expected, model::LanStepRecord& record,
                          check::Failures& failures) const;
    Result<void> run_send(const scenario::LanSend& expected, model::LanStepRecord& record,
                          check::Failures& failures) const;
    Result<void> run_set(const scenario::LanSet& changes, model::LanStepRecord& record) const;

    const target::Target* target_;
    testbed::Lan lan_;
    bpf::Program program_;
    bpf::ProgramMaps maps_;
    bpf::XdpLink xdp_link_;
};

Result<void> LanRun::run_ping(const scenario::LanPing& expected, model::LanStepRecord& record,
                              check::Failures& failures) const {
    record.step = fmt::format("ping {}", expected.count);
    record.sent = expected.count;
    std::vector<traffic::PacketSocket> sockets;
    for (const net::Host& host : lan_.network.hosts) {
        XDPBENCH_TRY(traffic::PacketSocket socket,
                     traffic::PacketSocket::open(host.netns, host.interface));
        sockets.push_back(std::move(socket));
    }
    const std::string& address = lan().hosts[host_index(lan(), scenario::kLanDut)].ip;
    XDPBENCH_TRY(const std::vector<PingReply> replies,
                 ping(lan_.network.tester, address, expected.count,
                      expected.answered == 0 ? kLanSilence : kLanPatience));
    record.answered = replies.size();
    for (const PingReply& reply : replies) {
        const auto host =
            std::find_if(lan().hosts.begin(), lan().hosts.end(),
                         [&](const scenario::LanAddress& one) { return one.ip == reply.from; });
        record.answered_by[host == lan().hosts.end() ? reply.from : host->name].push_back(
            reply.sequence);
    }
    if (record.answered != expected.answered)
        failures.add(fmt::format("{}: {}: expected {} to be answered, {} were", record.location,
                                 record.step, expected.answered, record.answered));
    if (expected.answered_by.empty()) return {};
    Sequences requests;
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        XDPBENCH_TRY(const packet::Frames arrived, sockets[i].receive(milliseconds(0)));
        requests[lan().hosts[i].name] = requests_to(lan().hosts[i], arrived);
    }
    judge_answers(lan(), expected, requests, record, failures);
    return {};
}

Result<void> LanRun::run_send(const scenario::LanSend& expected, model::LanStepRecord& record,
                              check::Failures& failures) const {
    XDPBENCH_TRY(const packet::Frames frames,
                 target::load_frames(expected.frames, target_->scenario));
    record.step = "send " + expected.frames.text;
    record.sent = frames.size();
    const std::size_t client = host_index(lan(), scenario::kLanClient);
    const net::Host& from = lan_.network.hosts[client];
    XDPBENCH_TRY(const traffic::PacketSocket socket,
                 traffic::PacketSocket::open(from.netns, from.interface));
    XDPBENCH_CHECK(socket.send(frames));
    const auto end = std::chrono::steady_clock::now() + kLanPatience;
    do {
        XDPBENCH_TRY(const packet::Frames arrived, socket.receive(kLanSilence));
        record.answered += packets_to(lan().hosts[client], arrived);
    } while (record.answered < expected.answered && std::chrono::steady_clock::now() < end);
    if (record.answered != expected.answered)
        failures.add(fmt::format("{}: {}: expected {} to come back, {} did", record.location,
                                 record.step, counted(expected.answered, "packet"),
                                 record.answered));
    return {};
}

Result<void> LanRun::run_set(const scenario::LanSet& changes, model::LanStepRecord& record) const {
    std::vector<std::string> done;
    for (const scenario::MapContent& content : changes.maps) {
        for (const scenario::MapEntry& entry : content.entries) {
            target::MapCommand command{
                entry.absent ? target::MapVerb::remove : target::MapVerb::set,
                {content.map, entry.key},
                entry.value.value_or(model::Value{})};
            Result<std::string> line = target::execute(command, maps_);
            if (!line) return line.error().in(entry.key.where.text());
            done.emplace_back(trim(*line));
        }
    }
    record.step = fmt::format("{}", fmt::join(done, ", "));
    return {};
}

Result<LanOutcome> try_lan(const target::Target& target, model::Mode mode) {
    if (interrupted()) return interrupted_error();
    XDPBENCH_TRY(const LanRun run, LanRun::start(target, mode));
    LanOutcome outcome;
    model::LanRecord record{target.scenario.name, mode, {}};
    check::Failures failures;
    for (const scenario::LanStep& step : target.scenario.lan->steps) {
        model::LanStepRecord& done = record.steps.emplace_back();
        XDPBENCH_CHECK(run.run(step, done, failures));
    }
    outcome.record = std::move(record);
    if (!failures.empty())
        outcome.verdict = {model::Outcome::failed, failures.text(), {}, failures.all()};
    return outcome;
}

}  // namespace

void judge_answers(const scenario::Lan& lan, const scenario::LanPing& expected,
                   const Sequences& requests, const model::LanStepRecord& record,
                   check::Failures& failures) {
    const auto of = [](const Sequences& sequences, const std::string& host) {
        const auto found = sequences.find(host);
        return found == sequences.end() ? std::vector<std::uint64_t>() : found->second;
    };
    for (const scenario::LanAddress& host : lan.hosts) {
        const std::vector<std::uint64_t> wanted = of(expected.answered_by, host.name);
        const std::vector<std::uint64_t> got = of(requests, host.name);
        const std::vector<std::uint64_t> answered = of(record.answered_by, host.name);
        if (got == wanted && answered == wanted) continue;
        failures.add(
            fmt::format("{}: {}: expected {} to get and answer {}; it got {} and answered {}",
                        record.location, record.step, host.name, sequence_text(wanted),
                        sequence_text(got), sequence_text(answered)));
    }
}

LanOutcome run_lan(const target::Target& target, model::Mode mode) {
    Result<LanOutcome> outcome = try_lan(target, mode);
    if (outcome) return std::move(*outcome);
    return LanOutcome{check::verdict_of(outcome.error()), std::nullopt};
}

}  // namespace xdpbench::replay
