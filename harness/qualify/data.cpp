// Group data: what programs do to frames, and what the port does to them.
#include <array>

#include "qualify/case.h"
#include "qualify/data_cases.h"

namespace xdpbench::qualify {
namespace {

using model::Action;

constexpr const char* kGroup = "data";
constexpr std::uint16_t k8021Q = 0x8100;
constexpr std::uint16_t k8021ad = 0x88a8;

constexpr std::array kCases{
    CaseEntry{kGroup, "actions_pass", Needs::two_ports,
              [](Context& context) { return frames_take(context, Action::pass); }},
    CaseEntry{kGroup, "actions_drop", Needs::two_ports,
              [](Context& context) { return frames_take(context, Action::drop); }},
    CaseEntry{kGroup, "actions_tx", Needs::two_ports,
              [](Context& context) { return frames_take(context, Action::tx); }},
    CaseEntry{kGroup, "actions_aborted", Needs::two_ports,
              [](Context& context) { return frames_take(context, Action::aborted); }},
    CaseEntry{kGroup, "actions_redirect", Needs::two_ports,
              [](Context& context) { return frames_take(context, Action::redirect); }},
    CaseEntry{kGroup, "fragments", Needs::two_ports, fragments},
    CaseEntry{kGroup, "head", Needs::two_ports, move_head},
    CaseEntry{kGroup, "tail", Needs::two_ports, move_tail},
    CaseEntry{kGroup, "metadata_stack", Needs::two_ports, metadata_to_stack},
    CaseEntry{kGroup, "vlan_8021q", Needs::two_ports,
              [](Context& context) { return vlan_tags(context, k8021Q, false); }},
    CaseEntry{kGroup, "vlan_8021ad", Needs::two_ports,
              [](Context& context) { return vlan_tags(context, k8021ad, false); }},
    CaseEntry{kGroup, "vlan_8021q_offload", Needs::two_ports,
              [](Context& context) { return vlan_tags(context, k8021Q, true); }},
    CaseEntry{kGroup, "checksum", Needs::two_ports, checksums},
    CaseEntry{kGroup, "loss", Needs::two_ports,
              [](Context& context) { return integrity(context, Integrity::loss); }},
    CaseEntry{kGroup, "bytes", Needs::two_ports,
              [](Context& context) { return integrity(context, Integrity::bytes); }},
    CaseEntry{kGroup, "length", Needs::two_ports,
              [](Context& context) { return integrity(context, Integrity::length); }},
    CaseEntry{kGroup, "copies", Needs::two_ports,
              [](Context& context) { return integrity(context, Integrity::copies); }},
    CaseEntry{kGroup, "order", Needs::two_ports,
              [](Context& context) { return integrity(context, Integrity::order); }},
    CaseEntry{kGroup, "delay", Needs::two_ports, delay},
    CaseEntry{kGroup, "modes", Needs::two_ports, modes},
};

}  // namespace

std::span<const CaseEntry> data_cases() { return kCases; }

}  // namespace xdpbench::qualify
