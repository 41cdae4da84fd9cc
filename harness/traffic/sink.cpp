#include "traffic/sink.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "bpf/cpus.h"
#include "bpf/skeleton.h"
#include "net/network.h"
#include "sink.skel.h"
#include "traffic/packet_socket.h"

namespace xdpbench::traffic {
namespace {

constexpr std::size_t kMacAddresses = 12;  // the VLAN tag stands behind the two addresses

void put_vlan_back(std::vector<std::uint8_t>& bytes, const captured_frame& slot) {
    if (slot.vlan_protocol == 0 || bytes.size() < kMacAddresses) return;
    const std::array<std::uint8_t, 4> tag{static_cast<std::uint8_t>(slot.vlan_protocol >> 8),
                                          static_cast<std::uint8_t>(slot.vlan_protocol),
                                          static_cast<std::uint8_t>(slot.vlan_tci >> 8),
                                          static_cast<std::uint8_t>(slot.vlan_tci)};
    bytes.insert(bytes.begin() + kMacAddresses, tag.begin(), tag.end());
}

}  // namespace

void Sink::Close::operator()(sink* skeleton) const { sink__destroy(skeleton); }

Sink::Sink(std::unique_ptr<sink, Close> skeleton, Capture capture)
    : skeleton_(std::move(skeleton)), capture_(capture) {}

Result<Sink> Sink::attach(const net::NetNs& netns, const net::InterfaceInfo& interface,
                          SinkPlace place, Capture capture) {
    std::unique_ptr<sink, Close> skeleton(sink__open());
    if (!skeleton) return system_error("cannot open the sink", errno);
    skeleton->rodata->capture_limit = capture.frames;
    skeleton->rodata->capture_length = capture.length;
    skeleton->rodata->latencies_wanted = capture.latencies ? 1 : 0;
    // A veth takes no program without xdp.frags if frames of its peer may be longer than a buffer.
    const bool frags = interface.longest_frame() > net::kLongestLiveFrame;
    skeleton->rodata->frags = frags ? 1 : 0;
    if (frags) {
        bpf_program* const program = skeleton->progs.sink;
        ::bpf_program__set_flags(program, ::bpf_program__flags(program) | BPF_F_XDP_HAS_FRAGS);
    }
    ::bpf_map__set_max_entries(skeleton->maps.captured, std::max(capture.frames, 1U));
    ::bpf_map__set_value_size(skeleton->maps.captured,
                              static_cast<std::uint32_t>(sizeof(captured_frame)) + capture.length);
    ::bpf_program__set_autoload(skeleton->progs.sink, place == SinkPlace::interface);
    ::bpf_program__set_autoload(skeleton->progs.stack_sink, place == SinkPlace::stack);
    ::bpf_program__set_autoload(skeleton->progs.socket_sink, place == SinkPlace::socket);
    if (const int error = sink__load(skeleton.get()); error != 0) {
        return system_error(fmt::format("cannot load the sink for {}", interface.name), error);
    }
    XDPBENCH_CHECK(bpf::require_variables(skeleton->bss, "the sink"));
    Sink attached(std::move(skeleton), capture);
    XDPBENCH_CHECK(attached.attach_at(netns, interface, place));
    return attached;
}

Result<void> Sink::attach_at(const net::NetNs& netns, const net::InterfaceInfo& interface,
                             SinkPlace place) {
    if (place == SinkPlace::stack) {
        XDPBENCH_TRY(stack_link_,
                     bpf::attach_to_ingress(netns, interface,
                                            ::bpf_program__fd(skeleton_->progs.stack_sink)));
        return {};
    }
    if (place == SinkPlace::socket) return attach_to_socket(netns, interface);
    if (!interface.traits.ours) {
        // Frames of a scenario are addressed to the interfaces of a network of ours.
        XDPBENCH_TRY(socket_,
                     open_packet_socket(netns, interface.index, interface.name, Hears::nothing));
    }
    XDPBENCH_TRY(bpf::XdpLink xdp_link,
                 bpf::XdpLink::attach(netns, interface, ::bpf_program__fd(skeleton_->progs.sink),
                                      model::Mode::native));
    xdp_link_.emplace(std::move(xdp_link));
    return {};
}

Result<void> Sink::attach_to_socket(const net::NetNs& netns, const net::InterfaceInfo& interface) {
    // The kernel puts off the last one who hears a frame, and not the others: frames that no
    // protocol takes would be counted after those that came behind them
    // (__netif_receive_skb_list_core). So an idle socket is the last one. Newer ones come first.
    XDPBENCH_TRY(last_socket_,
                 open_packet_socket(netns, interface.index, interface.name, Hears::everything));
    sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog filter{1, &nothing};
    if (::setsockopt(last_socket_.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) !=
        0)
        return system_error(fmt::format("cannot set a filter on a socket at {}", interface.name),
                            errno);
    XDPBENCH_TRY(socket_,
                 open_packet_socket(netns, interface.index, interface.name, Hears::everything));
    const int program = ::bpf_program__fd(skeleton_->progs.socket_sink);
    if (::setsockopt(socket_.get(), SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program)) == 0)
        return {};
    return system_error(
        fmt::format("cannot count what reaches the stack behind {}", interface.name), errno);
}

Result<std::vector<arrived_counter>> Sink::arrived_per_cpu() const {
    XDPBENCH_TRY(const std::size_t cpus, bpf::possible_cpus());
    std::vector<arrived_counter> counters(cpus);
    const std::uint32_t zero = 0;
    if (::bpf_map_lookup_elem(::bpf_map__fd(skeleton_->maps.arrived), &zero, counters.data()) !=
        0) {
        return system_error("cannot read the sink's counters", errno);
    }
    return counters;
}

Result<std::uint64_t> Sink::arrived() const {
    XDPBENCH_TRY(const std::vector<arrived_counter> counters, arrived_per_cpu());
    std::uint64_t sum = 0;
    for (const arrived_counter& counter : counters) sum += counter.packets;
    return sum;
}

Result<Latencies> Sink::take_latencies() const {
    XDPBENCH_TRY(const std::size_t cpus, bpf::possible_cpus());
    std::vector<latency_samples> samples(cpus);
    const int map = ::bpf_map__fd(skeleton_->maps.latencies);
    const std::uint32_t zero = 0;
    if (::bpf_map_lookup_elem(map, &zero, samples.data()) != 0)
        return system_error("cannot read the sink's latencies", errno);
    Latencies taken;
    for (const latency_samples& cpu : samples) {
        for (std::size_t bucket = 0; bucket < stats::LatencyHistogram::kBuckets; ++bucket)
            taken.histogram.add(bucket, cpu.counts[bucket]);
        taken.histogram.note_longest(cpu.longest);
        taken.unstamped += cpu.unstamped;
    }
    samples.assign(cpus, latency_samples{});
    if (::bpf_map_update_elem(map, &zero, samples.data(), BPF_ANY) != 0)
        return system_error("cannot clear the sink's latencies", errno);
    return taken;
}

Result<packet::Frames> Sink::captured(std::uint32_t first) const {
    const std::uint64_t count =
        std::min<std::uint64_t>(skeleton_->bss->captured_frames, capture_.frames);
    std::vector<std::uint8_t> slot(::bpf_map__value_size(skeleton_->maps.captured));
    packet::Frames frames;
    frames.reserve(count - std::min<std::uint64_t>(first, count));
    for (std::uint32_t index = first; index < count; ++index) {
        if (::bpf_map_lookup_elem(::bpf_map__fd(skeleton_->maps.captured), &index, slot.data()) !=
            0) {
            return system_error("cannot read a captured frame", errno);
        }
        captured_frame header = {};
        std::memcpy(&header, slot.data(), sizeof(header));
        const auto begin = slot.begin() + sizeof(header);
        packet::Frame frame;
        frame.bytes.assign(begin, begin + std::min(header.length, capture_.length));
        put_vlan_back(frame.bytes, header);
        frames.push_back(std::move(frame));
    }
    return frames;
}

}  // namespace xdpbench::traffic
