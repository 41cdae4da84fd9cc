// What a port does to frames, and what may be done to it. Callers ask this, never what kind of
// network the port is in or what its driver is called.
#pragma once

namespace xdpbench::net {

// Who keeps the VLAN tag of a frame that arrives.
enum class VlanTags {
    in_the_frame,      // the program sees it
    stripped_by_port,  // rx-vlan-offload: it is gone before a program runs
};

struct PortTraits {
    // Made by this process: its settings may be changed, and nobody else sends there.
    bool ours = false;
    // Attaching or detaching a native program may reset the port: the carrier is lost for a while.
    bool drops_carrier = true;
    // Frames of different flows may overtake each other, because several queues take them in.
    bool reorders = true;
    VlanTags vlan_tags = VlanTags::in_the_frame;
    // The driver's counters have veth's names, are up to date, and tell every frame
    // (rx_queue_0_xdp_drops ... of drivers/net/veth.c). Other drivers count under names of their
    // own, some a second late.
    bool counts_every_frame = false;
};

// Of a veth that this process made.
[[nodiscard]] constexpr PortTraits traits_of_our_veth(bool several_queues) {
    return {true, false, several_queues, VlanTags::in_the_frame, true};
}

}  // namespace xdpbench::net
