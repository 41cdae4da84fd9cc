#include "net/netlink.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace xdpbench::net {
namespace {

// The `netdev` family, which the headers of Debian 12 lack (include/uapi/linux/netdev.h).
constexpr std::uint8_t kNetdevDevGet = 1;
constexpr std::uint16_t kNetdevIfindex = 1;
constexpr std::uint16_t kNetdevXdpFeatures = 3;
constexpr std::uint16_t kNetdevZeroCopyFrags = 4;

constexpr std::array<const char*, 7> kFeatureNames{
    "basic", "redirect", "ndo-xmit", "xsk-zerocopy", "hw-offload", "rx-sg", "ndo-xmit-sg"};

void add_xdp(NetlinkRequests& requests, const XdpRequest& request) {
    ifinfomsg interface = {};
    interface.ifi_index = static_cast<int>(request.ifindex);
    nlmsghdr* const message = requests.begin(RTM_SETLINK, interface);
    nlattr* const xdp = ::mnl_attr_nest_start(message, IFLA_XDP);
    ::mnl_attr_put(message, IFLA_XDP_FD, sizeof(request.program_fd), &request.program_fd);
    ::mnl_attr_put_u32(message, IFLA_XDP_FLAGS, request.flags);
    if (request.expected_fd)
        ::mnl_attr_put(message, IFLA_XDP_EXPECTED_FD, sizeof(int), &*request.expected_fd);
    ::mnl_attr_nest_end(message, xdp);
}

// The ids of the programs on an interface, by mode.
Result<void> query_programs(const NetNs& netns, unsigned ifindex, LinkDetails& details) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    bpf_xdp_query_opts options = {};
    options.sz = sizeof(options);
    if (const int error = ::bpf_xdp_query(static_cast<int>(ifindex), 0, &options); error != 0)
        return system_error(fmt::format("cannot read the XDP programs on interface {}", ifindex),
                            -error);
    details.native_program = options.drv_prog_id;
    details.generic_program = options.skb_prog_id;
    details.offloaded_program = options.hw_prog_id;
    return {};
}

}  // namespace

Result<NetlinkAnswer> set_xdp(const NetNs& netns, const XdpRequest& request) {
    NetlinkRequests requests;
    add_xdp(requests, request);
    XDPBENCH_TRY(const NetlinkExchange exchanged, exchange(netns, NETLINK_ROUTE, requests));
    return exchanged.answers.front();
}

Result<NetlinkAnswer> ask_about_xdp(const NetNs& netns, unsigned ifindex, int program_fd,
                                    std::uint32_t mode_flag) {
    NetlinkRequests requests;
    add_xdp(requests, {ifindex, program_fd, mode_flag | XDP_FLAGS_UPDATE_IF_NOEXIST, std::nullopt});
    // Takes off this program only: what anybody else has attached does not match and stays.
    add_xdp(requests, {ifindex, -1, mode_flag | XDP_FLAGS_REPLACE, program_fd});
    XDPBENCH_TRY(const NetlinkExchange exchanged, exchange(netns, NETLINK_ROUTE, requests));
    const NetlinkAnswer& attached = exchanged.answers.front();
    const NetlinkAnswer& detached = exchanged.answers.back();
    if (attached.error == 0 && detached.error != 0)
        return rejected("cannot detach the program that was attached to ask about it", detached);
    return attached;
}

Result<std::optional<std::string>> name_of_altname(const NetNs& netns, const std::string& altname) {
    NetlinkRequests requests;
    const ifinfomsg any = {};
    ::mnl_attr_put_strz(requests.begin(RTM_GETLINK, any), IFLA_ALT_IFNAME, altname.c_str());
    XDPBENCH_TRY(const NetlinkExchange exchanged, exchange(netns, NETLINK_ROUTE, requests));
    const NetlinkAnswer& answer = exchanged.answers.front();
    if (answer.error == ENODEV) return std::optional<std::string>();
    const nlmsghdr* const message = exchanged.first();
    if (answer.error != 0 || message == nullptr)
        return rejected(fmt::format("cannot find interface {}", altname), answer);
    std::optional<std::string> name;
    each_attribute(*message, sizeof(any), [&name](const nlattr& attribute) {
        if (::mnl_attr_get_type(&attribute) != IFLA_IFNAME) return;
        const char* const text = ::mnl_attr_get_str(&attribute);
        name = std::string(text, ::strnlen(text, ::mnl_attr_get_payload_len(&attribute)));
    });
    return name;
}

Result<LinkDetails> query_link(const NetNs& netns, unsigned ifindex) {
    NetlinkRequests requests;
    ifinfomsg interface = {};
    interface.ifi_index = static_cast<int>(ifindex);
    requests.begin(RTM_GETLINK, interface);
    XDPBENCH_TRY(const NetlinkExchange exchanged, exchange(netns, NETLINK_ROUTE, requests));
    const nlmsghdr* const message = exchanged.first();
    if (exchanged.answers.front().error != 0 || message == nullptr ||
        ::mnl_nlmsg_get_payload_len(message) < sizeof(interface)) {
        return rejected(fmt::format("cannot read interface {}", ifindex),
                        exchanged.answers.front());
    }
    std::memcpy(&interface, ::mnl_nlmsg_get_payload(message), sizeof(interface));
    LinkDetails details;
    details.up = (interface.ifi_flags & IFF_UP) != 0;
    details.carrier = (interface.ifi_flags & IFF_LOWER_UP) != 0;
    each_attribute(*message, sizeof(interface), [&details](const nlattr& attribute) {
        const std::uint32_t number = number_of<std::uint32_t>(attribute);
        switch (::mnl_attr_get_type(&attribute)) {
            case IFLA_MIN_MTU:
                details.min_mtu = number;
                break;
            case IFLA_MAX_MTU:
                details.max_mtu = number;
                break;
            case IFLA_NUM_RX_QUEUES:
                details.rx_queues = number;
                break;
            case IFLA_NUM_TX_QUEUES:
                details.tx_queues = number;
                break;
            case IFLA_MASTER:
                details.enslaved = true;
                break;
            default:
                break;
        }
    });
    XDPBENCH_CHECK(query_programs(netns, ifindex, details));
    return details;
}

Result<std::optional<DeclaredXdp>> declared_xdp(const NetNs& netns, unsigned ifindex) {
    XDPBENCH_TRY(const std::optional<std::uint16_t> family, family_number(netns, "netdev"));
    if (!family) return std::optional<DeclaredXdp>();
    NetlinkRequests requests;
    ::mnl_attr_put_u32(requests.begin(*family, generic_header(kNetdevDevGet)), kNetdevIfindex,
                       ifindex);
    XDPBENCH_TRY(const NetlinkExchange exchanged, exchange(netns, NETLINK_GENERIC, requests));
    const NetlinkAnswer& answer = exchanged.answers.front();
    if (answer.error != 0 || exchanged.first() == nullptr)
        return rejected("cannot read the declared XDP features", answer);
    DeclaredXdp declared;
    each_attribute(*exchanged.first(), sizeof(genlmsghdr), [&declared](const nlattr& attribute) {
        const std::uint16_t type = ::mnl_attr_get_type(&attribute);
        if (type == kNetdevXdpFeatures) declared.features = number_of<std::uint64_t>(attribute);
        if (type == kNetdevZeroCopyFrags)
            declared.zero_copy_frags = number_of<std::uint32_t>(attribute);
    });
    return std::optional(declared);
}

std::string xdp_feature_names(std::uint64_t features) {
    std::vector<std::string> names;
    for (std::size_t bit = 0; bit < 64; ++bit) {
        if ((features >> bit & 1U) == 0) continue;
        names.push_back(bit < kFeatureNames.size() ? kFeatureNames[bit]
                                                   : fmt::format("bit {}", bit));
    }
    return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace xdpbench::net
