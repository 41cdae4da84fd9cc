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
#include <functional>
#include <memory>
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

constexpr std::size_t kLongestRequest = 4096;    // bytes, of all requests of one exchange
constexpr std::size_t kLongestAnswer = 1 << 16;  // bytes, of what one recv() takes

// Requests under construction: several in one buffer are taken by the kernel in one system call.
class Requests {
  public:
    // Begins a request whose payload starts with `header`. Every one is acknowledged. The request
    // is valid until this is destroyed.
    template <class Header>
    nlmsghdr* begin(std::uint16_t type, const Header& header) {
        nlmsghdr* const message = ::mnl_nlmsg_put_header(buffer_.data() + size());
        message->nlmsg_type = type;
        message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
        message->nlmsg_seq = static_cast<std::uint32_t>(messages_.size());
        std::memcpy(::mnl_nlmsg_put_extra_header(message, sizeof(header)), &header, sizeof(header));
        messages_.push_back(message);
        return message;
    }
    [[nodiscard]] const void* data() const { return buffer_.data(); }
    [[nodiscard]] std::size_t size() const {
        std::size_t bytes = 0;
        for (const nlmsghdr* const message : messages_) bytes += MNL_ALIGN(message->nlmsg_len);
        return bytes;
    }
    [[nodiscard]] std::size_t count() const { return messages_.size(); }

  private:
    alignas(nlmsghdr) std::array<char, kLongestRequest> buffer_{};
    std::vector<nlmsghdr*> messages_;
};

// The number in an attribute; 0 if it is shorter than that.
template <class Number>
Number number_of(const nlattr& attribute) {
    Number number = 0;
    if (::mnl_attr_get_payload_len(&attribute) >= sizeof(number))
        std::memcpy(&number, ::mnl_attr_get_payload(&attribute), sizeof(number));
    return number;
}

// The attributes from `bytes` of a message's payload on.
void each_attribute(const nlmsghdr& message, std::size_t bytes,
                    const std::function<void(const nlattr&)>& visit) {
    const auto* const end = static_cast<const char*>(::mnl_nlmsg_get_payload_tail(&message));
    const auto* attribute = static_cast<const nlattr*>(
        ::mnl_nlmsg_get_payload_offset(&message, static_cast<std::size_t>(bytes)));
    while (::mnl_attr_ok(attribute,
                         static_cast<int>(end - reinterpret_cast<const char*>(attribute)))) {
        visit(*attribute);
        attribute = ::mnl_attr_next(attribute);
    }
}

// `message` is of type NLMSG_ERROR: a struct nlmsgerr and, behind it, attributes.
NetlinkAnswer acknowledgement(const nlmsghdr& message) {
    if (::mnl_nlmsg_get_payload_len(&message) < sizeof(nlmsgerr)) return {EBADMSG, {}};
    nlmsgerr error = {};
    std::memcpy(&error, ::mnl_nlmsg_get_payload(&message), sizeof(error));
    NetlinkAnswer answer{-error.error, {}};
    if ((message.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return answer;
    // The kernel repeats the request that it rejects, unless it was asked for the header only.
    std::size_t skipped = sizeof(error);
    if ((message.nlmsg_flags & NLM_F_CAPPED) == 0)
        skipped += MNL_ALIGN(error.msg.nlmsg_len) - sizeof(error.msg);
    each_attribute(message, skipped, [&answer](const nlattr& attribute) {
        if (::mnl_attr_get_type(&attribute) != NLMSGERR_ATTR_MSG) return;
        const char* const text = ::mnl_attr_get_str(&attribute);
        answer.text.assign(text, ::strnlen(text, ::mnl_attr_get_payload_len(&attribute)));
    });
    return answer;
}

// What came back to one exchange.
struct Exchange {
    std::vector<NetlinkAnswer> answers;        // one a request
    std::optional<std::vector<char>> message;  // the first that is no acknowledgement

    [[nodiscard]] const nlmsghdr* first() const {
        return message ? reinterpret_cast<const nlmsghdr*>(message->data()) : nullptr;
    }
};

void collect(const char* bytes, int left, Exchange& exchanged) {
    const auto* message = reinterpret_cast<const nlmsghdr*>(bytes);
    for (; ::mnl_nlmsg_ok(message, left); message = ::mnl_nlmsg_next(message, &left)) {
        if (message->nlmsg_type == NLMSG_ERROR) {
            exchanged.answers.push_back(acknowledgement(*message));
        } else if (!exchanged.message) {
            const auto* const begin = reinterpret_cast<const char*>(message);
            exchanged.message.emplace(begin, begin + message->nlmsg_len);
        }
    }
}

struct CloseSocket {
    void operator()(mnl_socket* socket) const { ::mnl_socket_close(socket); }
};
using Socket = std::unique_ptr<mnl_socket, CloseSocket>;

Result<Socket> open_socket(const NetNs& netns, int protocol) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    Socket socket(::mnl_socket_open2(protocol, SOCK_CLOEXEC));
    int on = 1;
    if (!socket || ::mnl_socket_setsockopt(socket.get(), NETLINK_EXT_ACK, &on, sizeof(on)) != 0 ||
        ::mnl_socket_setsockopt(socket.get(), NETLINK_CAP_ACK, &on, sizeof(on)) != 0) {
        return system_error("cannot open a netlink socket", errno);
    }
    return socket;
}

// Sends all requests in one system call, during which the kernel carries them out one after the
// other, and collects what it answers.
Result<Exchange> exchange(const NetNs& netns, int protocol, const Requests& requests) {
    XDPBENCH_TRY(const Socket socket, open_socket(netns, protocol));
    if (::mnl_socket_sendto(socket.get(), requests.data(), requests.size()) < 0)
        return system_error("cannot send a netlink request", errno);
    Exchange exchanged;
    std::vector<char> buffer(kLongestAnswer);
    while (exchanged.answers.size() < requests.count()) {
        const ssize_t size = ::mnl_socket_recvfrom(socket.get(), buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return system_error("cannot read a netlink answer", errno);
        collect(buffer.data(), static_cast<int>(size), exchanged);
    }
    return exchanged;
}

void add_xdp(Requests& requests, const XdpRequest& request) {
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

Error rejected(const std::string& operation, const NetlinkAnswer& answer) {
    Error error = system_error(operation, answer.error);
    if (!answer.text.empty()) error.what += fmt::format("; the kernel reports: {}", answer.text);
    return error;
}

// The number of a generic netlink family; nothing if this kernel has none of the name.
Result<std::optional<std::uint16_t>> family_number(const NetNs& netns, const char* name) {
    Requests requests;
    genlmsghdr header = {};
    header.cmd = CTRL_CMD_GETFAMILY;
    header.version = 1;
    ::mnl_attr_put_strz(requests.begin(GENL_ID_CTRL, header), CTRL_ATTR_FAMILY_NAME, name);
    XDPBENCH_TRY(const Exchange exchanged, exchange(netns, NETLINK_GENERIC, requests));
    const NetlinkAnswer& answer = exchanged.answers.front();
    if (answer.error == ENOENT) return std::optional<std::uint16_t>();
    if (answer.error != 0 || exchanged.first() == nullptr)
        return rejected(fmt::format("cannot find the netlink family {}", name), answer);
    std::uint16_t number = 0;
    each_attribute(*exchanged.first(), sizeof(header), [&number](const nlattr& attribute) {
        if (::mnl_attr_get_type(&attribute) == CTRL_ATTR_FAMILY_ID)
            number = number_of<std::uint16_t>(attribute);
    });
    return std::optional(number);
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
    Requests requests;
    add_xdp(requests, request);
    XDPBENCH_TRY(const Exchange exchanged, exchange(netns, NETLINK_ROUTE, requests));
    return exchanged.answers.front();
}

Result<NetlinkAnswer> ask_about_xdp(const NetNs& netns, unsigned ifindex, int program_fd,
                                    std::uint32_t mode_flag) {
    Requests requests;
    add_xdp(requests, {ifindex, program_fd, mode_flag | XDP_FLAGS_UPDATE_IF_NOEXIST, std::nullopt});
    // Takes off this program only: what anybody else has attached does not match and stays.
    add_xdp(requests, {ifindex, -1, mode_flag | XDP_FLAGS_REPLACE, program_fd});
    XDPBENCH_TRY(const Exchange exchanged, exchange(netns, NETLINK_ROUTE, requests));
    const NetlinkAnswer& attached = exchanged.answers.front();
    const NetlinkAnswer& detached = exchanged.answers.back();
    if (attached.error == 0 && detached.error != 0)
        return rejected("cannot detach the program that was attached to ask about it", detached);
    return attached;
}

Result<std::optional<std::string>> name_of_altname(const NetNs& netns, const std::string& altname) {
    Requests requests;
    const ifinfomsg any = {};
    ::mnl_attr_put_strz(requests.begin(RTM_GETLINK, any), IFLA_ALT_IFNAME, altname.c_str());
    XDPBENCH_TRY(const Exchange exchanged, exchange(netns, NETLINK_ROUTE, requests));
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
    Requests requests;
    ifinfomsg interface = {};
    interface.ifi_index = static_cast<int>(ifindex);
    requests.begin(RTM_GETLINK, interface);
    XDPBENCH_TRY(const Exchange exchanged, exchange(netns, NETLINK_ROUTE, requests));
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
    Requests requests;
    genlmsghdr header = {};
    header.cmd = kNetdevDevGet;
    header.version = 1;
    ::mnl_attr_put_u32(requests.begin(*family, header), kNetdevIfindex, ifindex);
    XDPBENCH_TRY(const Exchange exchanged, exchange(netns, NETLINK_GENERIC, requests));
    const NetlinkAnswer& answer = exchanged.answers.front();
    if (answer.error != 0 || exchanged.first() == nullptr)
        return rejected("cannot read the declared XDP features", answer);
    DeclaredXdp declared;
    each_attribute(*exchanged.first(), sizeof(header), [&declared](const nlattr& attribute) {
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
