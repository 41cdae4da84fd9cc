#include "generate/listeners.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>

#include "base/unique_fd.h"
#include "probe/probe_programs.h"

#ifndef BPF_F_XDP_HAS_FRAGS
#define BPF_F_XDP_HAS_FRAGS (1U << 5)  // kernel 5.18
#endif

namespace xdpbench::generate {
namespace {

constexpr std::uint32_t kMostKept = 1U << 20;
constexpr std::uint64_t kMostBytes = 1ULL << 30;
constexpr std::uint32_t kUsualKept = 1024;
constexpr std::uint32_t kUsualLength = 2048;

Result<traffic::Capture> capture_of(const remote::Request& request) {
    const std::uint64_t frames = request.frames.value_or(kUsualKept);
    const std::uint64_t length = request.length > 0 ? request.length : kUsualLength;
    if (frames > kMostKept || frames * length > kMostBytes)
        return input_error(
            fmt::format("{} frames of {} bytes are too many to keep", frames, length),
            fmt::format("at most {} frames and {} MiB; \"frames\": 0 only counts", kMostKept,
                        kMostBytes >> 20));
    return traffic::Capture{static_cast<std::uint32_t>(frames), static_cast<std::uint32_t>(length),
                            false};
}

// A veth takes in no frames that a program on its other end sends, unless it has a program itself
// (veth_xdp_xmit() of the kernel). Others need nothing.
Result<std::unique_ptr<bpf::XdpLink>> open_veth(const net::NetNs& netns,
                                                const net::InterfaceInfo& port, bool fragments) {
    if (port.driver != "veth") return std::unique_ptr<bpf::XdpLink>();
    XDPBENCH_TRY(const UniqueFd pass,
                 probe::load_probe_xdp(XDP_PASS, 0, fragments ? BPF_F_XDP_HAS_FRAGS : 0));
    XDPBENCH_TRY(bpf::XdpLink link,
                 bpf::XdpLink::attach(netns, port, pass.get(), model::Mode::native));
    return std::make_unique<bpf::XdpLink>(std::move(link));
}

bool matches(const packet::Frame& frame, const remote::Request& request) {
    if (request.match.empty()) return true;
    const std::size_t end = request.match_offset + request.match.size();
    return frame.bytes.size() >= end && std::equal(request.match.begin(), request.match.end(),
                                                   frame.bytes.begin() + request.match_offset);
}

}  // namespace

Result<void> Listeners::listen(const net::NetNs& netns, const net::InterfaceInfo& port,
                               const remote::Request& request) {
    listeners_.erase(port.index);
    XDPBENCH_TRY(const traffic::Capture capture, capture_of(request));
    const bool program = request.through == remote::Through::xdp;
    std::unique_ptr<bpf::XdpLink> open;
    if (!program) {
        XDPBENCH_TRY(open, open_veth(netns, port, request.fragments));
    }
    const auto place = program ? traffic::SinkPlace::interface : traffic::SinkPlace::socket;
    XDPBENCH_TRY(traffic::Sink sink, traffic::Sink::attach(netns, port, place, capture));
    listeners_.emplace(port.index, Listener{std::move(open), std::move(sink), capture.frames});
    return {};
}

Result<const Listeners::Listener*> Listeners::at(const net::InterfaceInfo& port) const {
    const auto found = listeners_.find(port.index);
    if (found != listeners_.end()) return &found->second;
    return input_error(fmt::format("nothing is captured at {}", port.name),
                       R"(begin with the command "capture")");
}

Result<void> Listeners::count(const net::InterfaceInfo& port, remote::Reply& reply) const {
    XDPBENCH_TRY(const Listener* const listener, at(port));
    XDPBENCH_TRY(reply.arrived, listener->sink.arrived());
    reply.kept = std::min<std::uint64_t>(reply.arrived, listener->limit);
    return {};
}

Result<void> Listeners::captured(const net::InterfaceInfo& port, const remote::Request& request,
                                 remote::Reply& reply) const {
    XDPBENCH_CHECK(count(port, reply));
    XDPBENCH_TRY(const Listener* const listener, at(port));
    XDPBENCH_TRY(packet::Frames frames, listener->sink.captured(request.first));
    reply.next = request.first;
    std::size_t bytes = 0;
    const std::uint64_t most = request.frames.value_or(frames.size());
    for (packet::Frame& frame : frames) {
        if (bytes >= remote::kFrameBytesOfLine || reply.frames.size() >= most) break;
        ++reply.next;
        if (!matches(frame, request)) continue;
        bytes += frame.bytes.size();
        reply.frames.push_back(std::move(frame));
    }
    return {};
}

Result<void> Listeners::end(const net::InterfaceInfo& port, remote::Reply& reply) {
    XDPBENCH_CHECK(count(port, reply));
    listeners_.erase(port.index);
    return {};
}

}  // namespace xdpbench::generate
