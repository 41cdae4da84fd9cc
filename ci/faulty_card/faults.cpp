#include "faults.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace xdpbench::faulty_card {
namespace {

constexpr std::size_t kAddresses = 12;  // bytes of the two MAC addresses
constexpr std::size_t kTag = 4;         // bytes of a VLAN tag
constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86dd;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

std::uint16_t ether_type(const Frame& frame, std::size_t at) {
    if (frame.size() < at + 2) return 0;
    return static_cast<std::uint16_t>(frame[at] << 8U | frame[at + 1]);
}

bool is_tag(std::uint16_t type) { return type == 0x8100 || type == 0x88a8; }

std::string part(const Frame& frame, std::size_t begin, std::size_t size) {
    begin = std::min(begin, frame.size());
    const std::size_t end = std::min(begin + size, frame.size());
    return {frame.begin() + static_cast<std::ptrdiff_t>(begin),
            frame.begin() + static_cast<std::ptrdiff_t>(end)};
}

std::string ports(const Frame& frame, std::uint8_t protocol, std::size_t at) {
    return protocol == kTcp || protocol == kUdp ? part(frame, at, 4) : std::string();
}

std::string ipv4_flow(const Frame& frame, std::size_t at) {
    const std::size_t header = (frame[at] & 0xfU) * std::size_t{4};
    const std::uint8_t protocol = frame[at + 9];
    return part(frame, at + 9, 1) + part(frame, at + 12, 8) + ports(frame, protocol, at + header);
}

std::string ipv6_flow(const Frame& frame, std::size_t at) {
    return part(frame, at + 6, 1) + part(frame, at + 8, 32) + ports(frame, frame[at + 6], at + 40);
}

bool strip_tag(Frame& frame) {
    if (!is_tag(ether_type(frame, kAddresses)) || frame.size() < kAddresses + kTag) return false;
    frame.erase(frame.begin() + kAddresses, frame.begin() + kAddresses + kTag);
    return true;
}

}  // namespace

const std::vector<std::string>& fault_names() {
    static const std::vector<std::string> names = {"none",       "lose",      "flip",
                                                   "truncate",   "duplicate", "reorder",
                                                   "strip-vlan", "delay",     "miscount"};
    return names;
}

std::optional<Fault> fault_named(std::string_view name) {
    const auto& names = fault_names();
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Fault>(found - names.begin());
}

std::string flow_of(const Frame& frame) {
    std::size_t at = kAddresses;
    while (at < kAddresses + 2 * kTag && is_tag(ether_type(frame, at))) at += kTag;
    const std::uint16_t type = ether_type(frame, at);
    at += 2;
    if (type == kIpv4 && frame.size() >= at + 20) return ipv4_flow(frame, at);
    if (type == kIpv6 && frame.size() >= at + 40) return ipv6_flow(frame, at);
    return part(frame, 0, kAddresses) + part(frame, at - 2, 2);
}

void Direction::take(Frame frame, Time now) {
    ++tally_.taken;
    apply(std::move(frame), now);
}

void Direction::apply(Frame frame, Time now) {
    const bool turn = (tally_.taken + settings_.phase) % settings_.every == 0;
    switch (settings_.fault) {
        case Fault::none:
            return push(std::move(frame), now);
        case Fault::strip_vlan:
            if (strip_tag(frame)) ++tally_.faults;
            return push(std::move(frame), now);
        case Fault::delay:
            ++tally_.faults;
            return push(std::move(frame), now + settings_.delay);
        case Fault::reorder:
            return reorder(std::move(frame), turn, now);
        default:
            break;
    }
    if (!turn) return push(std::move(frame), now);
    ++tally_.faults;
    if (settings_.fault == Fault::lose) return;
    if (settings_.fault == Fault::duplicate) push(frame, now);
    if (settings_.fault == Fault::miscount) ++miscounts_;
    if (settings_.fault == Fault::truncate)
        frame.resize(frame.size() - std::min(kTag, frame.size()));
    if (settings_.fault == Fault::flip && !frame.empty()) frame[frame.size() / 2] ^= 0x10U;
    push(std::move(frame), now);
}

void Direction::reorder(Frame frame, bool turn, Time now) {
    if (held_ && flow_of(held_->frame) != flow_of(frame)) {
        push(std::move(frame), now);
        ++tally_.faults;
        return release_held(now);
    }
    if (held_) release_held(now);  // order within a flow is kept
    if (!turn) return push(std::move(frame), now);
    held_ = Waiting{now + kReorderPatience, std::move(frame)};
}

void Direction::release_held(Time due) {
    push(std::move(held_->frame), due);
    held_.reset();
}

std::optional<Frame> Direction::next(Time now) {
    if (held_ && held_->due <= now) release_held(now);
    if (queue_.empty() || queue_.front().due > now) return std::nullopt;
    Frame frame = std::move(queue_.front().frame);
    queue_.pop_front();
    ++tally_.given;
    return frame;
}

std::optional<Time> Direction::due() const {
    if (!queue_.empty()) return queue_.front().due;
    if (held_) return held_->due;
    return std::nullopt;
}

std::uint64_t Direction::miscounts() { return std::exchange(miscounts_, 0); }

}  // namespace xdpbench::faulty_card
