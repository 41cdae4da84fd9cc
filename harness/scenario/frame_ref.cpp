#include "scenario/frame_ref.h"

#include <fmt/format.h>

#include "base/number.h"
#include "base/text.h"
#include "packet/frame.h"
#include "packet/hex.h"
#include "scenario/diagnostic.h"

namespace xdpbench::scenario {
namespace {

constexpr std::string_view kScapyPrefix = "scapy:";
constexpr std::string_view kFrameRefForms =
    "FILE, FILE#N, FILE#A-B (frames count from 0), hex:0011... or scapy:Ether()/...";

Error not_a_reference(const FrameRef& ref, std::string_view reason) {
    return error_at(
        ref.where, fmt::format("{}: {}; expected {}", in_quotes(ref.text), reason, kFrameRefForms));
}

Result<FrameRef> read_hex(FrameRef ref) {
    auto bytes = packet::parse_hex(std::string_view(ref.text).substr(packet::kHexPrefix.size()));
    if (!bytes) return placed(ref.where, bytes.error().in(in_quotes(ref.text)));
    if (bytes->size() < packet::kEthernetHeaderBytes) {
        return not_a_reference(
            ref, fmt::format("{} of {} bytes: XDP needs at least an Ethernet header", bytes->size(),
                             packet::kEthernetHeaderBytes));
    }
    ref.bytes = *std::move(bytes);
    return ref;
}

// `range` is what stands behind the '#'.
Result<FrameRef> read_range(FrameRef ref, std::string_view range) {
    const std::size_t dash = range.find('-');
    const auto first = parse_number<std::uint64_t>(range.substr(0, dash));
    const auto last = dash == std::string_view::npos
                          ? first
                          : parse_number<std::uint64_t>(range.substr(dash + 1));
    if (!first || !last) return not_a_reference(ref, "no frame number behind the '#'");
    if (*first > *last) return not_a_reference(ref, "the range runs backwards");
    ref.first = *first;
    ref.last = last;
    return ref;
}

}  // namespace

Result<FrameRef> parse_frame_ref(const std::string& text, const model::Location& where) {
    FrameRef ref{where, text, {}, 0, std::nullopt, {}};
    if (text.starts_with(packet::kHexPrefix)) return read_hex(std::move(ref));
    if (text.starts_with(kScapyPrefix)) {
        ref.scapy = trim(std::string_view(text).substr(kScapyPrefix.size()));
        return ref.scapy.empty() ? Result<FrameRef>(not_a_reference(ref, "no expression")) : ref;
    }
    // Neither belongs into a range: the '#' is part of a name, as in "has#3.pcap".
    const std::size_t last_of_name = text.find_last_of("./");
    std::size_t hash = text.rfind('#');
    if (last_of_name != std::string::npos && hash < last_of_name) hash = std::string::npos;
    ref.pcap = text.substr(0, hash);
    if (ref.pcap.empty()) return not_a_reference(ref, "no file name");
    if (hash == std::string::npos) return ref;
    return read_range(std::move(ref), std::string_view(text).substr(hash + 1));
}

}  // namespace xdpbench::scenario
