#include "net/netdev_stats.h"

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <map>
#include <memory>

namespace xdpbench::net {
namespace {

// include/uapi/linux/netdev.h, which the headers of Debian 12 lack.
constexpr std::uint8_t kPagePoolGet = 5;
constexpr std::uint16_t kPoolId = 1;
constexpr std::uint16_t kPoolIfindex = 2;
constexpr std::uint16_t kPoolInflight = 4;
constexpr std::uint16_t kPoolDetachTime = 6;
constexpr std::uint8_t kQstatsGet = 12;
constexpr std::uint16_t kQstatsIfindex = 1;
constexpr std::uint16_t kQstatsRxPackets = 8;
constexpr std::uint16_t kQstatsTxPackets = 10;
constexpr std::uint16_t kQstatsRxAllocFail = 12;
constexpr std::uint16_t kQstatsRxHwDrops = 13;

using Attributes = std::map<std::uint16_t, std::uint64_t>;  // numbers by type

struct CloseSocket {
    void operator()(mnl_socket* socket) const { ::mnl_socket_close(socket); }
};

// An unsigned number of 2, 4 or 8 bytes, as the kernel finds short enough.
std::uint64_t number_of(const nlattr* attribute) {
    std::uint64_t number = 0;
    const std::size_t size =
        std::min<std::size_t>(sizeof(number), ::mnl_attr_get_payload_len(attribute));
    std::memcpy(&number, ::mnl_attr_get_payload(attribute), size);
    return number;
}

int take(const nlmsghdr* message, void* data) {
    Attributes attributes;
    ::mnl_attr_parse(
        message, sizeof(genlmsghdr),
        [](const nlattr* attribute, void* into) {
            (*static_cast<Attributes*>(into))[::mnl_attr_get_type(attribute)] =
                number_of(attribute);
            return MNL_CB_OK;
        },
        &attributes);
    static_cast<std::vector<Attributes>*>(data)->push_back(std::move(attributes));
    return MNL_CB_OK;
}

// A request of generic netlink, put together in `buffer`.
nlmsghdr* request(char* buffer, std::uint16_t family, std::uint8_t command, std::uint16_t flags) {
    nlmsghdr* const message = ::mnl_nlmsg_put_header(buffer);
    message->nlmsg_type = family;
    message->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    message->nlmsg_seq = 1;
    genlmsghdr header = {};
    header.cmd = command;
    header.version = 1;
    std::memcpy(::mnl_nlmsg_put_extra_header(message, sizeof(header)), &header, sizeof(header));
    return message;
}

// 0 or an errno; what came back, message by message.
int exchange(mnl_socket* socket, const nlmsghdr* message, std::vector<Attributes>& answers) {
    if (::mnl_socket_sendto(socket, message, message->nlmsg_len) < 0) return errno;
    constexpr std::size_t kLongest = 1 << 16;
    std::vector<char> buffer(kLongest);
    for (int more = MNL_CB_OK; more == MNL_CB_OK;) {
        const ssize_t size = ::mnl_socket_recvfrom(socket, buffer.data(), buffer.size());
        if (size < 0) return errno;
        more = ::mnl_cb_run(buffer.data(), static_cast<std::size_t>(size), message->nlmsg_seq,
                            ::mnl_socket_get_portid(socket), take, &answers);
        if (more < 0) return errno;
    }
    return 0;
}

using Dump = std::optional<std::vector<Attributes>>;

// Nothing if the kernel does not know the family or the command, or the device has no answer.
Result<Dump> dump(const NetNs& netns, std::uint8_t command, std::uint16_t ifindex_type,
                  unsigned ifindex) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    const std::unique_ptr<mnl_socket, CloseSocket> socket(
        ::mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC));
    if (!socket || ::mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0)
        return system_error("cannot open a netlink socket", errno);
    constexpr std::size_t kRequest = 512;
    alignas(nlmsghdr) std::array<char, kRequest> buffer{};
    std::vector<Attributes> answers;
    nlmsghdr* message = request(buffer.data(), GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
    ::mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, "netdev");
    if (exchange(socket.get(), message, answers) != 0 || answers.empty()) return Dump();
    const auto family = static_cast<std::uint16_t>(answers.front()[CTRL_ATTR_FAMILY_ID]);
    answers.clear();
    message = request(buffer.data(), family, command, NLM_F_DUMP);
    // Not all commands take the interface in a request: the answers are chosen by it anyway.
    if (command == kQstatsGet) ::mnl_attr_put_u32(message, ifindex_type, ifindex);
    const int error = exchange(socket.get(), message, answers);
    if (error == EOPNOTSUPP || error == EINVAL) return Dump();
    if (error != 0) return system_error("cannot read the counters of netlink's netdev", error);
    std::erase_if(answers, [&](Attributes& one) { return one[ifindex_type] != ifindex; });
    return Dump(std::move(answers));
}

}  // namespace

Result<std::optional<QueueCounters>> queue_counters(const NetNs& netns, unsigned ifindex) {
    XDPBENCH_TRY(Dump all, dump(netns, kQstatsGet, kQstatsIfindex, ifindex));
    if (!all || all->empty()) return std::optional<QueueCounters>();
    QueueCounters counters;
    for (Attributes& one : *all) {
        counters.rx_packets += one[kQstatsRxPackets];
        counters.rx_alloc_fail += one[kQstatsRxAllocFail];
        counters.rx_hw_drops += one[kQstatsRxHwDrops];
        counters.tx_packets += one[kQstatsTxPackets];
    }
    return std::optional(counters);
}

Result<std::optional<std::vector<PagePool>>> page_pools(const NetNs& netns, unsigned ifindex) {
    XDPBENCH_TRY(Dump all, dump(netns, kPagePoolGet, kPoolIfindex, ifindex));
    if (!all) return std::optional<std::vector<PagePool>>();
    std::vector<PagePool> pools;
    for (Attributes& one : *all)
        pools.push_back({one[kPoolId], one[kPoolInflight], one.contains(kPoolDetachTime)});
    return std::optional(std::move(pools));
}

}  // namespace xdpbench::net
