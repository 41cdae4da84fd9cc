#include "traffic/generator.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/bpf_options.h"
#include "bpf/skeleton.h"
#include "net/network.h"
#include "replay.h"
#include "replay.skel.h"
#include "traffic/frame_map.h"

namespace xdpbench::traffic {
namespace {

// Frames handed over before the receiver gets its turn. The veth ring holds 256 (VETH_RING_SIZE in
// drivers/net/veth.c), and the receiver may be put off once: half of it loses nothing where all of
// it now and then does, and is as fast.
constexpr std::uint32_t kBatch = 128;
constexpr std::uint64_t kFramesPerCall = 65536;
// Of a paced generator, most of them idle: some milliseconds, after which it looks for signals.
constexpr std::uint32_t kPacedRunsPerCall = 65536;
constexpr double kBurstSeconds = 16e-6;

// Seconds as the schedule counts them (struct replay_pace).
constexpr double kTicksPerSecond = 1e9 * (1U << REPLAY_PACE_SHIFT);
constexpr double kLongestSlack = 86400 * kTicksPerSecond;

// A length that no frame has, if there is one: more than all of them, or where a live frame has no
// room for that the next one below.
std::uint32_t start_length(const packet::Frames& frames) {
    std::vector<bool> taken(net::kLongestLiveFrame + 1);
    for (const packet::Frame& frame : frames) taken.at(frame.bytes.size()) = true;
    std::size_t length = std::min(longest_of(frames) + 1, net::kLongestLiveFrame);
    while (length > REPLAY_MIN_LENGTH && taken[length]) --length;
    return static_cast<std::uint32_t>(length);
}

Error send_error(int number) {
    Error error = system_error("cannot run the replay generator", number);
    if (number == EINVAL) {
        error.kind = ErrorKind::unavailable;
        error.cause = "this kernel has no BPF_F_TEST_XDP_LIVE_FRAMES (5.18)";
        error.advice = "checks still work: --only check";
    }
    return error;
}

}  // namespace

std::uint32_t burst_of(double rate) {
    const double frames = std::clamp(rate * kBurstSeconds, 1.0, double{kBatch});
    return static_cast<std::uint32_t>(frames);
}

Result<void> Generator::require_length(std::uint64_t index, std::size_t length) {
    if (length >= REPLAY_MIN_LENGTH && length <= net::kLongestFrame) return {};
    const std::string frame =
        fmt::format("the generator cannot send frame {} of {}", index, counted(length, "byte"));
    if (length < REPLAY_MIN_LENGTH) {
        return input_error(fmt::format("{}: an Ethernet header has {}", frame, REPLAY_MIN_LENGTH));
    }
    return input_error(fmt::format("{}: at most {} are sent", frame, thousands(net::kLongestFrame)),
                       "leave such frames out of replay and bench; checks take them: --only check");
}

Result<void> Generator::require_count(std::uint64_t count, std::size_t longest) {
    if (count == 0) return input_error("the generator has no frame to send");
    const std::uint64_t slot = (sizeof(replay_frame) + longest + 7) / 8 * 8;
    const std::uint64_t fitting = kGeneratorBytes / slot;
    if (count <= fitting) return {};
    return input_error(fmt::format("the generator cannot hold {} of up to {}: {} fit its {}",
                                   counted(count, "frame"), counted(longest, "byte"),
                                   thousands(fitting), byte_size(kGeneratorBytes)),
                       fmt::format("use fewer frames, e.g. editcap -r big.pcap part.pcap 1-{}; "
                                   "checks take all of them: --only check",
                                   fitting));
}

Result<void> Generator::require_sendable(const packet::Frames& frames) {
    for (std::size_t i = 0; i < frames.size(); ++i)
        XDPBENCH_CHECK(require_length(i, frames[i].bytes.size()));
    return require_count(frames.size(), longest_of(frames));
}

void Generator::Close::operator()(struct replay* skeleton) const { replay__destroy(skeleton); }

Generator::Generator(std::unique_ptr<struct replay, Close> skeleton)
    : skeleton_(std::move(skeleton)), data_(skeleton_->rodata->start_length) {}

Result<Generator> Generator::create(const packet::Frames& frames, Pace pace) {
    XDPBENCH_CHECK(require_sendable(frames));
    const std::size_t longest = longest_of(frames);
    if (net::sender_of(longest) == net::Sender::live_frames) return create_live(frames, pace);
    if (pace == Pace::flat_out) return Generator(SocketGenerator(frames));
    return unavailable_error(
        fmt::format("frames of {} cannot be sent at a rate", counted(longest, "byte")),
        fmt::format("a schedule needs live frames, which have at most {} bytes",
                    thousands(net::kLongestLiveFrame)),
        "leave --rate, search and latency out, or use shorter frames");
}

Result<Generator> Generator::create_by_socket(const packet::Frames& frames) {
    XDPBENCH_CHECK(require_sendable(frames));
    return Generator(SocketGenerator(frames));
}

Result<Generator> Generator::create_live(const packet::Frames& frames, Pace pace) {
    std::unique_ptr<struct replay, Close> skeleton(replay__open());
    if (!skeleton) return system_error("cannot open the replay generator", errno);
    skeleton->rodata->frame_count = static_cast<std::uint32_t>(frames.size());
    skeleton->rodata->max_length = static_cast<std::uint32_t>(longest_of(frames));
    skeleton->rodata->start_length = start_length(frames);
    skeleton->rodata->paced = pace == Pace::flat_out ? 0 : 1;
    skeleton->rodata->stamped = pace == Pace::paced_stamped ? 1 : 0;
    bpf_map* const map = skeleton->maps.frames;
    size_frame_map(map, frames);
    if (const int error = replay__load(skeleton.get()); error != 0)
        return frame_program_error("the replay generator", error);
    XDPBENCH_CHECK(bpf::require_variables(skeleton->bss, "the replay generator"));
    XDPBENCH_CHECK(store_frames(map, frames));
    return Generator(std::move(skeleton));
}

Result<void> Generator::park(const net::NetNs& netns, const net::InterfaceInfo& idle) {
    if (by_socket_) return {};
    const int program = ::bpf_program__fd(skeleton_->progs.replay);
    XDPBENCH_TRY(bpf::XdpLink xdp_link,
                 bpf::XdpLink::attach(netns, idle, program, model::Mode::native));
    parked_.emplace(std::move(xdp_link));
    return {};
}

void Generator::rewind() {
    if (by_socket_) return by_socket_->rewind();
    skeleton_->bss->next = 0;
}

std::uint64_t Generator::position() const {
    return skeleton_->bss->turns * skeleton_->rodata->frame_count + skeleton_->bss->next;
}

std::uint64_t Generator::next_frame() const {
    return by_socket_ ? by_socket_->next_frame() : skeleton_->bss->next;
}

int Generator::call(std::uint32_t runs, std::uint32_t batch) {
    xdp_md context = {};
    context.data_end = static_cast<std::uint32_t>(data_.size());
    auto options = bpf::bpf_options<bpf_test_run_opts>();
    options.data_in = data_.data();
    options.data_size_in = static_cast<std::uint32_t>(data_.size());
    options.ctx_in = &context;
    options.ctx_size_in = sizeof(context);
    options.repeat = static_cast<int>(runs);
    options.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
    options.batch_size = std::min(runs, batch);
    const int failed =
        ::bpf_prog_test_run_opts(::bpf_program__fd(skeleton_->progs.replay), &options);
    return failed == 0 ? 0 : errno;
}

Result<void> Generator::require_none_refused() const {
    if (skeleton_->bss->refused == 0) return {};
    return Error{
        ErrorKind::invalid,
        fmt::format("the generator could not make {}", counted(skeleton_->bss->refused, "frame")),
        "a fault of xdp-bench", "please report it"};
}

Result<void> Generator::send(const net::NetNs& netns, unsigned ifindex, std::uint64_t count) {
    if (by_socket_) return by_socket_->send(netns, ifindex, count);
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    skeleton_->bss->target = ifindex;
    while (count > 0) {
        if (interrupted()) return interrupted_error();
        const auto part = static_cast<std::uint32_t>(std::min(count, kFramesPerCall));
        const std::uint64_t begin = position();
        const int number = call(part, kBatch);
        if (number == EINTR && !interrupted()) {
            ++cut_calls_;
            count -= std::min(count, position() - begin);
            continue;
        }
        if (number != 0) return interrupted() ? interrupted_error() : send_error(number);
        count -= part;
    }
    return require_none_refused();
}

Result<Offer> Generator::offer(const net::NetNs& netns, unsigned ifindex, const Schedule& schedule,
                               Turn turn) {
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    skeleton_->bss->target = ifindex;
    const std::uint64_t first_frame = next_frame();
    replay_pace& pace = skeleton_->bss->pace;
    pace = {};
    const double rate = std::clamp(schedule.rate, kLowestRate, kHighestRate);
    const auto all = static_cast<double>(turn.all);
    const double interval = kTicksPerSecond / rate * all;
    pace.interval = static_cast<std::uint64_t>(std::llround(interval));
    pace.due = static_cast<std::uint64_t>(
        std::llround(kTicksPerSecond / rate * static_cast<double>(turn.number)));
    pace.slack = static_cast<std::uint64_t>(std::llround(
        std::min(std::max(interval * kBatch, schedule.made_up * kTicksPerSecond), kLongestSlack)));
    pace.end = static_cast<std::uint64_t>(std::llround(schedule.seconds * kTicksPerSecond));
    while (pace.done == 0) {
        if (interrupted()) return interrupted_error();
        const int number = call(kPacedRunsPerCall, burst_of(rate / all));
        // The schedule stands in the kernel: after any other signal it goes on where it was.
        if (number != 0 && number != EINTR)
            return interrupted() ? interrupted_error() : send_error(number);
    }
    XDPBENCH_CHECK(require_none_refused());
    const double took = pace.sent == 0 ? 0 : static_cast<double>(pace.last - pace.start) * 1e-9;
    return Offer{first_frame, pace.sent, std::max(schedule.seconds, took),
                 static_cast<double>(pace.worst_lag) / kTicksPerSecond};
}

}  // namespace xdpbench::traffic
