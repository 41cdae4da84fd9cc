#include "target/traffic_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/number.h"
#include "base/text.h"
#include "net/network.h"
#include "packet/frame.h"
#include "packet/reshape.h"
#include "traffic/generator.h"

namespace xdpbench::target {
namespace {

// Small and large ones well mixed.
const std::vector<std::size_t>& imix_sizes() {
    static const std::vector<std::size_t> sizes{64, 594, 64, 64,   594, 64,
                                                64, 594, 64, 1518, 594, 64};
    return sizes;
}

// How many frames it takes for each flow and each size of the mix to occur equally often.
std::size_t frames_for(const TrafficShape& shape, std::size_t frames) {
    const std::size_t turn = std::max<std::size_t>(1, shape.sizes.size());
    if (shape.flows) return std::lcm(std::size_t{*shape.flows}, turn);
    return (frames + turn - 1) / turn * turn;
}

Result<packet::Frame> shaped(const packet::Frame& frame, const TrafficShape& shape,
                             std::size_t number) {
    packet::Frame result = frame;
    if (!shape.sizes.empty()) {
        const std::size_t size = shape.sizes[number % shape.sizes.size()];
        XDPBENCH_TRY(result, packet::resized(result, size - kFcs));
    }
    if (shape.flows) {
        XDPBENCH_TRY(result,
                     packet::in_flow(result, static_cast<std::uint32_t>(number % *shape.flows)));
    }
    return result;
}

}  // namespace

std::string TrafficShape::size_name() const {
    if (imix) return "imix";
    return sizes.empty() ? "" : std::to_string(sizes.front());
}

std::string TrafficShape::name() const {
    std::string name;
    if (!sizes.empty()) name += "/size:" + size_name();
    if (flows) name += fmt::format("/flows:{}", *flows);
    return name;
}

Result<TrafficShape> parse_size(const std::string& text) {
    TrafficShape shape;
    if (text == "imix") {
        shape.sizes = imix_sizes();
        shape.imix = true;
        return shape;
    }
    const std::size_t size = parse_number<std::size_t>(text).value_or(0);
    constexpr std::size_t kLeast = packet::kEthernetHeaderBytes + kFcs;
    constexpr std::size_t kMost = net::kLongestFrame + kFcs;
    if (size < kLeast || size > kMost)
        return input_error(
            fmt::format("--size {} is neither imix nor a number from {} to {}", text, kLeast,
                        thousands(kMost)),
            "sizes are bytes with the 4 of the FCS: --size 64,128,256,512,1024,1280,1518");
    shape.sizes = {size};
    return shape;
}

Result<packet::Frames> bench_frames(const Target& target, const TrafficShape& shape) {
    const scenario::FrameRef& traffic = bench_traffic(target);
    XDPBENCH_TRY(packet::Frames frames, load_frames(traffic, target.scenario));
    if (shape.sizes.empty() && !shape.flows) return frames;
    const std::size_t count = frames_for(shape, frames.size());
    if (!shape.sizes.empty()) {
        const std::size_t longest = *std::max_element(shape.sizes.begin(), shape.sizes.end());
        XDPBENCH_CHECK(traffic::Generator::require_count(count, longest - kFcs));
    }
    packet::Frames result;
    result.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t source = (shape.flows ? i % *shape.flows : i) % frames.size();
        Result<packet::Frame> frame = shaped(frames[source], shape, i);
        if (!frame) {
            Error error = frame.error().in(
                fmt::format("{}: frame {} of {}", target.scenario.name, source, traffic.text));
            if (error.advice.empty() && !shape.sizes.empty())
                error.advice =
                    "ask for a larger --size (in bytes with the 4 of the FCS), or give other "
                    "traffic: --pcap FILE";
            return error;
        }
        result.push_back(std::move(*frame));
    }
    if (shape.flows && packet::count_flows(result) != *shape.flows)
        return input_error(fmt::format("--flows {}: {} has only {}", *shape.flows, traffic.text,
                                       counted(packet::count_flows(result), "flow")),
                           "its own addresses fall together; other traffic: --pcap FILE");
    return result;
}

}  // namespace xdpbench::target
