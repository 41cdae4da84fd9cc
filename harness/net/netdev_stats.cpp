#include "net/netdev_stats.h"

#include <libmnl/libmnl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

#include "net/netlink_exchange.h"

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

// An unsigned number of 2, 4 or 8 bytes, as the kernel finds short enough.
std::uint64_t any_number(const nlattr& attribute) {
    std::uint64_t number = 0;
    const std::size_t size =
        std::min<std::size_t>(sizeof(number), ::mnl_attr_get_payload_len(&attribute));
    std::memcpy(&number, ::mnl_attr_get_payload(&attribute), size);
    return number;
}

using Dump = std::optional<std::vector<Attributes>>;

// Nothing if the kernel does not know the family or the command, or the device has no answer.
Result<Dump> dump(const NetNs& netns, std::uint8_t command, std::uint16_t ifindex_type,
                  unsigned ifindex) {
    XDPBENCH_TRY(const std::optional<std::uint16_t> family, family_number(netns, "netdev"));
    if (!family) return Dump();
    NetlinkRequests requests;
    nlmsghdr* const request = requests.begin(*family, generic_header(command), NLM_F_DUMP);
    // Not all commands take the interface in a request: the answers are chosen by it anyway.
    if (command == kQstatsGet) ::mnl_attr_put_u32(request, ifindex_type, ifindex);
    XDPBENCH_TRY(const NetlinkExchange exchanged, exchange(netns, NETLINK_GENERIC, requests));
    const NetlinkAnswer& answer = exchanged.answers.front();
    if (answer.error == EOPNOTSUPP || answer.error == EINVAL) return Dump();
    if (answer.error != 0) return rejected("cannot read the counters of netlink's netdev", answer);
    std::vector<Attributes> answers;
    for (const std::vector<char>& message : exchanged.messages) {
        Attributes& one = answers.emplace_back();
        each_attribute(*reinterpret_cast<const nlmsghdr*>(message.data()), sizeof(genlmsghdr),
                       [&one](const nlattr& attribute) {
                           one[::mnl_attr_get_type(&attribute)] = any_number(attribute);
                       });
    }
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
