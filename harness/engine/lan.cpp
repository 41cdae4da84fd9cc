#include "engine/lan.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "base/text.h"
#include "engine/failures.h"
#include "engine/map_command.h"
#include "engine/ping.h"
#include "kernel/attach.h"
#include "kernel/attached.h"
#include "kernel/lan_topology.h"
#include "packet/dissect.h"
#include "scenario/diagnostic.h"
#include "scenario/interfaces.h"
#include "traffic/packet_socket.h"

namespace xdpbench {
namespace {

using std::chrono::milliseconds;
using Sequences = std::map<std::string, std::vector<std::uint64_t>>;  // by host

// For answers that are expected, and for those that must not come.
constexpr milliseconds kLanPatience{5000};
constexpr milliseconds kLanSilence{200};
constexpr std::size_t kLongestFrame = 1514;  // of the cables

std::size_t host_index(const Lan& lan, std::string_view name) {
    const auto found = std::find_if(lan.hosts.begin(), lan.hosts.end(),
                                    [&](const LanAddress& host) { return host.name == name; });
    return static_cast<std::size_t>(found - lan.hosts.begin());
}

// The value of a field; empty if the frame has none of that name.
std::string field_of(const Frame& frame, std::string_view name) {
    for (const Field& field : dissect(frame)) {
        if (field.name == name) return field.value;
    }
    return {};
}

// Sequence numbers of the echo requests among `frames` that are meant for the host. A bridge floods
// what is for others until it has learned where they are.
std::vector<std::uint64_t> requests_to(const LanAddress& host, const Frames& frames) {
    std::vector<std::uint64_t> numbers;
    for (const Frame& frame : frames) {
        if (field_of(frame, "eth.dst") == host.mac && field_of(frame, "icmp.type") == "8")
            numbers.push_back(std::stoull(field_of(frame, "icmp.seq")));
    }
    return numbers;
}

std::uint64_t packets_to(const LanAddress& host, const Frames& frames) {
    return static_cast<std::uint64_t>(
        std::count_if(frames.begin(), frames.end(), [&](const Frame& frame) {
            return field_of(frame, "eth.dst") == host.mac && !field_of(frame, "ip.src").empty();
        }));
}

// The lan of a subject, with its program at work.
class LanRun {
  public:
    static Result<LanRun> start(const Subject& subject, Mode mode) {
        const Lan& lan = *subject.scenario.lan;
        XDPBENCH_TRY(LanTopology topology, LanTopology::create(lan.hosts));
        const LanHost& dut = topology.hosts[host_index(lan, kLanDut)];
        XDPBENCH_TRY(
            Program program,
            load_program(subject, dut.netns, {{"dut0", dut.interface.index}}, lan.configuration));
        XDPBENCH_TRY(const ProgramInfo info, program.info());
        XDPBENCH_TRY(ProgramMaps maps, ProgramMaps::open(info.id));
        XDPBENCH_TRY(XdpLink link, XdpLink::attach(dut.netns, dut.interface, program.fd(), mode));
        return LanRun(subject, std::move(topology), std::move(program), std::move(maps),
                      std::move(link));
    }

    Result<void> run(const LanStep& step, LanStepRecord& record, Failures& failures) const {
        if (interrupted()) return interrupted_error();
        record.location = step.where.text();
        if (const auto* ping = std::get_if<LanPing>(&step.what))
            return run_ping(*ping, record, failures);
        if (const auto* send = std::get_if<LanSend>(&step.what))
            return run_send(*send, record, failures);
        return run_set(std::get<LanSet>(step.what), record);
    }

  private:
    LanRun(const Subject& subject, LanTopology topology, Program program, ProgramMaps maps,
           XdpLink link)
        : subject_(&subject),
          topology_(std::move(topology)),
          program_(std::move(program)),
          maps_(std::move(maps)),
          link_(std::move(link)) {}

    [[nodiscard]] const Lan& lan() const { return *subject_->scenario.lan; }

    Result<void> run_ping(const LanPing& expected, LanStepRecord& record, Failures& failures) const;
    Result<void> run_send(const LanSend& expected, LanStepRecord& record, Failures& failures) const;
    Result<void> run_set(const LanSet& changes, LanStepRecord& record) const;

    const Subject* subject_;
    LanTopology topology_;
    Program program_;
    ProgramMaps maps_;
    XdpLink link_;
};

// What each host must have got and answered, against what it did.
void judge_answers(const Lan& lan, const LanPing& expected, const Sequences& requests,
                   const LanStepRecord& record, Failures& failures) {
    const auto of = [](const Sequences& sequences, const std::string& host) {
        const auto found = sequences.find(host);
        return found == sequences.end() ? std::vector<std::uint64_t>() : found->second;
    };
    for (const LanAddress& host : lan.hosts) {
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

Result<void> LanRun::run_ping(const LanPing& expected, LanStepRecord& record,
                              Failures& failures) const {
    record.step = fmt::format("ping {}", expected.count);
    record.sent = expected.count;
    std::vector<PacketSocket> sockets;
    for (const LanHost& host : topology_.hosts) {
        XDPBENCH_TRY(PacketSocket socket, PacketSocket::open(host.netns, host.interface));
        sockets.push_back(std::move(socket));
    }
    const std::size_t client = host_index(lan(), kLanClient);
    const std::string& address = lan().hosts[host_index(lan(), kLanDut)].ip;
    XDPBENCH_TRY(const std::vector<PingReply> replies,
                 ping(topology_.hosts[client].netns, address, expected.count,
                      expected.answered == 0 ? kLanSilence : kLanPatience));
    record.answered = replies.size();
    for (const PingReply& reply : replies) {
        const auto host = std::find_if(lan().hosts.begin(), lan().hosts.end(),
                                       [&](const LanAddress& one) { return one.ip == reply.from; });
        record.answered_by[host == lan().hosts.end() ? reply.from : host->name].push_back(
            reply.sequence);
    }
    if (record.answered != expected.answered)
        failures.add(fmt::format("{}: {}: expected {} to be answered, {} were", record.location,
                                 record.step, expected.answered, record.answered));
    if (expected.answered_by.empty()) return {};
    Sequences requests;
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        XDPBENCH_TRY(const Frames arrived, sockets[i].receive(milliseconds(0)));
        requests[lan().hosts[i].name] = requests_to(lan().hosts[i], arrived);
    }
    judge_answers(lan(), expected, requests, record, failures);
    return {};
}

Result<void> LanRun::run_send(const LanSend& expected, LanStepRecord& record,
                              Failures& failures) const {
    XDPBENCH_TRY(const Frames frames, load_frames(expected.frames, subject_->scenario));
    record.step = "send " + expected.frames.text;
    record.sent = frames.size();
    const std::size_t client = host_index(lan(), kLanClient);
    const LanHost& from = topology_.hosts[client];
    XDPBENCH_TRY(const PacketSocket socket, PacketSocket::open(from.netns, from.interface));
    XDPBENCH_CHECK(socket.send(frames));
    const auto end = std::chrono::steady_clock::now() + kLanPatience;
    do {
        XDPBENCH_TRY(const Frames arrived, socket.receive(kLanSilence));
        record.answered += packets_to(lan().hosts[client], arrived);
    } while (record.answered < expected.answered && std::chrono::steady_clock::now() < end);
    if (record.answered != expected.answered)
        failures.add(fmt::format("{}: {}: expected {} to come back, {} did", record.location,
                                 record.step, counted(expected.answered, "packet"),
                                 record.answered));
    return {};
}

Result<void> LanRun::run_set(const LanSet& changes, LanStepRecord& record) const {
    std::vector<std::string> done;
    for (const MapContent& content : changes.maps) {
        for (const MapEntry& entry : content.entries) {
            MapCommand command{entry.absent ? MapVerb::remove : MapVerb::set,
                               {content.map, entry.key},
                               entry.value.value_or(Value{})};
            Result<std::string> line = execute(command, maps_);
            if (!line) return line.error().in(entry.key.where.text());
            done.emplace_back(trim(*line));
        }
    }
    record.step = fmt::format("{}", fmt::join(done, ", "));
    return {};
}

Result<LanOutcome> try_lan(const Subject& subject, Mode mode) {
    if (interrupted()) return interrupted_error();
    XDPBENCH_TRY(const LanRun run, LanRun::start(subject, mode));
    LanOutcome outcome;
    LanRecord record{subject.scenario.name, std::string(mode_name(mode)), {}};
    Failures failures;
    for (const LanStep& step : subject.scenario.lan->steps) {
        LanStepRecord& done = record.steps.emplace_back();
        XDPBENCH_CHECK(run.run(step, done, failures));
    }
    outcome.record = std::move(record);
    if (!failures.empty()) outcome.verdict = {Outcome::failed, failures.text()};
    return outcome;
}

}  // namespace

Result<void> validate_lan(const Subject& subject) {
    const Lan& lan = *subject.scenario.lan;
    // Of a topology's interfaces there is only the DUT's.
    for (const Configuration* const part : {&subject.scenario.configuration, &lan.configuration})
        XDPBENCH_CHECK(with_indexes(*part, {{"dut0", 1}}));
    XDPBENCH_TRY(Program program, open_program(subject, lan.configuration));
    for (const LanStep& step : lan.steps) {
        if (const auto* send = std::get_if<LanSend>(&step.what)) {
            XDPBENCH_TRY(const Frames frames, load_frames(send->frames, subject.scenario));
            const bool fit = std::all_of(frames.begin(), frames.end(), [](const Frame& frame) {
                return frame.bytes.size() <= kLongestFrame;
            });
            if (!fit)
                return error_at(send->frames.where,
                                fmt::format("a frame is longer than {} bytes: the cables of a lan "
                                            "take no more",
                                            kLongestFrame));
        }
        const auto* changes = std::get_if<LanSet>(&step.what);
        if (changes == nullptr) continue;
        for (const MapContent& content : changes->maps) {
            for (const MapEntry& entry : content.entries) {
                const MapContent one{content.where, content.map, {entry}};
                XDPBENCH_CHECK(entry.absent ? program.validate_expectations({one})
                                            : program.configure({{}, {one}}));
            }
        }
    }
    return {};
}

LanOutcome run_lan(const Subject& subject, Mode mode) {
    Result<LanOutcome> outcome = try_lan(subject, mode);
    if (outcome) return std::move(*outcome);
    return LanOutcome{verdict_of(outcome.error()), std::nullopt};
}

}  // namespace xdpbench
