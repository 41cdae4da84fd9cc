// What only netlink tells: why the kernel refuses an XDP program, in its own words, and what a
// device declares of itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/netlink_exchange.h"
#include "net/netns.h"

namespace xdpbench::net {

// A change of what is attached to an interface (RTM_SETLINK, IFLA_XDP).
struct XdpRequest {
    unsigned ifindex = 0;
    int program_fd = -1;      // -1 detaches
    std::uint32_t flags = 0;  // XDP_FLAGS_* of linux/if_link.h
    std::optional<int>
        expected_fd;  // only if this program is attached now (with XDP_FLAGS_REPLACE)
};
Result<NetlinkAnswer> set_xdp(const NetNs& netns, const XdpRequest& request);

// What the kernel says to attaching this program where nothing is attached, without attaching it:
// should it accept, the program is off again before the one system call returns. bpf_link_create()
// gives an errno only (the text goes to a tracepoint), and so a refused link is asked about here.
// The program must not be attached there already.
Result<NetlinkAnswer> ask_about_xdp(const NetNs& netns, unsigned ifindex, int program_fd,
                                    std::uint32_t mode_flag);

// The name of the interface that has this alternative name (ip link property add altname), which
// may be longer than names are. Nothing if there is none.
Result<std::optional<std::string>> name_of_altname(const NetNs& netns, const std::string& altname);

// What rtnetlink knows of an interface beyond what ioctls tell. A number is 0 where the kernel
// does not say.
struct LinkDetails {
    std::uint32_t min_mtu = 0;  // bytes
    std::uint32_t max_mtu = 0;
    std::uint32_t rx_queues = 0;  // allocated; a driver may use fewer (ethtool channels)
    std::uint32_t tx_queues = 0;
    bool up = false;
    bool carrier = false;
    bool enslaved = false;             // a port of a bridge, bond or team
    std::uint32_t native_program = 0;  // ids of what is attached, by mode
    std::uint32_t generic_program = 0;
    std::uint32_t offloaded_program = 0;
};
Result<LinkDetails> query_link(const NetNs& netns, unsigned ifindex);

inline constexpr std::uint64_t kDeclaresNdoXmit = 0x04;  // NETDEV_XDP_ACT_NDO_XMIT
inline constexpr std::uint64_t kDeclaresOffload = 0x10;  // NETDEV_XDP_ACT_HW_OFFLOAD

// What a driver declares (netlink family `netdev`, kernel 6.3).
struct DeclaredXdp {
    std::uint64_t features = 0;         // NETDEV_XDP_ACT_* bits, see xdp_feature_names()
    std::uint32_t zero_copy_frags = 0;  // most fragments of a zero-copy AF_XDP frame; 0: not said
};
// Nothing on a kernel without the family.
Result<std::optional<DeclaredXdp>> declared_xdp(const NetNs& netns, unsigned ifindex);

// The bits by name: "basic, redirect, ndo-xmit"; an unknown one by its number.
[[nodiscard]] std::string xdp_feature_names(std::uint64_t features);

}  // namespace xdpbench::net
