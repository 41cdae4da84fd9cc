#include "net/netlink.h"

#include <fmt/format.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/unique_fd.h"

namespace xdpbench::net {
namespace {

// Attributes by type; of several of one type the last one.
using Attributes = std::map<std::uint16_t, ByteView>;

constexpr std::size_t aligned(std::size_t size) { return (size + 3) / 4 * 4; }

// The `netdev` family, which the headers of Debian 12 lack (include/uapi/linux/netdev.h).
constexpr std::uint8_t kNetdevDevGet = 1;
constexpr std::uint16_t kNetdevIfindex = 1;
constexpr std::uint16_t kNetdevXdpFeatures = 3;
constexpr std::uint16_t kNetdevZeroCopyFrags = 4;

constexpr std::array<const char*, 7> kFeatureNames{
    "basic", "redirect", "ndo-xmit", "xsk-zerocopy", "hw-offload", "rx-sg", "ndo-xmit-sg"};

template <class Plain>
ByteView bytes_of(const Plain& plain) {
    return {reinterpret_cast<const std::uint8_t*>(&plain), sizeof(plain)};
}

template <class Plain>
Plain number_in(const Attributes& attributes, std::uint16_t type) {
    Plain value = 0;
    const auto found = attributes.find(type);
    if (found != attributes.end() && found->second.size() >= sizeof(value))
        std::memcpy(&value, found->second.data(), sizeof(value));
    return value;
}

Attributes attributes_in(ByteView bytes) {
    Attributes attributes;
    while (bytes.size() >= sizeof(nlattr)) {
        nlattr header = {};
        std::memcpy(&header, bytes.data(), sizeof(header));
        if (header.nla_len < sizeof(header) || header.nla_len > bytes.size()) break;
        attributes[header.nla_type & NLA_TYPE_MASK] =
            bytes.subspan(sizeof(header), header.nla_len - sizeof(header));
        bytes = bytes.subspan(std::min(bytes.size(), aligned(header.nla_len)));
    }
    return attributes;
}

// Requests under construction: several in one buffer are taken by the kernel in one system call.
class Requests {
  public:
    // Begins a request whose payload starts with `header`. Every one is acknowledged.
    template <class Header>
    void begin(std::uint16_t type, const Header& header) {
        start_ = buffer_.size();
        nlmsghdr message = {};
        message.nlmsg_type = type;
        message.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
        message.nlmsg_seq = ++count_;
        append(bytes_of(message));
        append(bytes_of(header));
        set_length();
    }
    void attribute(std::uint16_t type, ByteView value) {
        nlattr header = {};
        header.nla_len = static_cast<std::uint16_t>(sizeof(header) + value.size());
        header.nla_type = type;
        append(bytes_of(header));
        append(value);
        set_length();
    }
    // `fill` adds the attributes inside.
    void nested(std::uint16_t type, const std::function<void()>& fill) {
        const std::size_t start = buffer_.size();
        attribute(type | NLA_F_NESTED, {});
        fill();
        const auto length = static_cast<std::uint16_t>(buffer_.size() - start);
        std::memcpy(buffer_.data() + start, &length, sizeof(length));
    }

    [[nodiscard]] ByteView bytes() const { return buffer_; }
    [[nodiscard]] std::uint32_t count() const { return count_; }

  private:
    void append(ByteView bytes) {
        buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
        buffer_.resize(aligned(buffer_.size()));
    }
    void set_length() {
        const auto length = static_cast<std::uint32_t>(buffer_.size() - start_);
        std::memcpy(buffer_.data() + start_, &length, sizeof(length));
    }

    std::vector<std::uint8_t> buffer_;
    std::size_t start_ = 0;  // of the request under construction
    std::uint32_t count_ = 0;
};

// `payload` is that of an NLMSG_ERROR message: a struct nlmsgerr and, behind it, attributes.
NetlinkAnswer acknowledgement(const nlmsghdr& message, ByteView payload) {
    nlmsgerr error = {};
    if (payload.size() < sizeof(error)) return {EBADMSG, {}};
    std::memcpy(&error, payload.data(), sizeof(error));
    NetlinkAnswer answer{-error.error, {}};
    if ((message.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return answer;
    // The kernel repeats the request that it refuses, unless it was asked for the header only.
    std::size_t skipped = sizeof(error);
    if ((message.nlmsg_flags & NLM_F_CAPPED) == 0)
        skipped += aligned(error.msg.nlmsg_len) - sizeof(error.msg);
    const Attributes attributes = attributes_in(payload.subspan(std::min(skipped, payload.size())));
    if (const auto text = attributes.find(NLMSGERR_ATTR_MSG); text != attributes.end()) {
        const auto* const begin = reinterpret_cast<const char*>(text->second.data());
        answer.text.assign(begin, ::strnlen(begin, text->second.size()));
    }
    return answer;
}

// What came back to one exchange.
struct Exchange {
    std::vector<NetlinkAnswer> answers;               // one a request
    std::vector<std::vector<std::uint8_t>> payloads;  // of the messages that are no acknowledgement
};

Result<UniqueFd> open_socket(const NetNs& netns, int protocol) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
    const int on = 1;
    if (!socket.valid() ||
        ::setsockopt(socket.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) != 0 ||
        ::setsockopt(socket.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) != 0) {
        return system_error("cannot open a netlink socket", errno);
    }
    return socket;
}

// Sends all requests in one system call, during which the kernel carries them out one after the
// other, and collects what it says.
Result<Exchange> exchange(const NetNs& netns, int protocol, const Requests& requests) {
    XDPBENCH_TRY(const UniqueFd socket, open_socket(netns, protocol));
    const ByteView sent = requests.bytes();
    if (::send(socket.get(), sent.data(), sent.size(), 0) != static_cast<ssize_t>(sent.size()))
        return system_error("cannot send a netlink request", errno);
    Exchange exchanged;
    constexpr std::size_t kLongestMessage = 1 << 16;
    std::vector<std::uint8_t> buffer(kLongestMessage);
    while (exchanged.answers.size() < requests.count()) {
        const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return system_error("cannot read a netlink answer", errno);
        ByteView rest(buffer.data(), static_cast<std::size_t>(size));
        while (rest.size() >= sizeof(nlmsghdr)) {
            nlmsghdr message = {};
            std::memcpy(&message, rest.data(), sizeof(message));
            if (message.nlmsg_len < sizeof(message) || message.nlmsg_len > rest.size()) break;
            const ByteView payload =
                rest.subspan(sizeof(message), message.nlmsg_len - sizeof(message));
            if (message.nlmsg_type == NLMSG_ERROR) {
                exchanged.answers.push_back(acknowledgement(message, payload));
            } else {
                exchanged.payloads.emplace_back(payload.begin(), payload.end());
            }
            rest = rest.subspan(std::min(rest.size(), aligned(message.nlmsg_len)));
        }
    }
    return exchanged;
}

void add_xdp(Requests& requests, const XdpRequest& request) {
    ifinfomsg interface = {};
    interface.ifi_index = static_cast<int>(request.ifindex);
    requests.begin(RTM_SETLINK, interface);
    requests.nested(IFLA_XDP, [&] {
        requests.attribute(IFLA_XDP_FD, bytes_of(request.program_fd));
        requests.attribute(IFLA_XDP_FLAGS, bytes_of(request.flags));
        if (request.expected_fd)
            requests.attribute(IFLA_XDP_EXPECTED_FD, bytes_of(*request.expected_fd));
    });
}

// The attributes behind the fixed header of the first message that came back.
Attributes first_attributes(const Exchange& exchanged, std::size_t header) {
    if (exchanged.payloads.empty()) return {};
    const ByteView payload = exchanged.payloads.front();
    return attributes_in(payload.subspan(std::min(payload.size(), aligned(header))));
}

Error refused(const std::string& operation, const NetlinkAnswer& answer) {
    Error error = system_error(operation, answer.error);
    if (!answer.text.empty()) error.what += fmt::format("; the kernel says: {}", answer.text);
    return error;
}

// The number of a generic netlink family; nothing if this kernel has none of the name.
Result<std::optional<std::uint16_t>> family_number(const NetNs& netns, std::string_view name) {
    Requests requests;
    genlmsghdr header = {};
    header.cmd = CTRL_CMD_GETFAMILY;
    header.version = 1;
    requests.begin(GENL_ID_CTRL, header);
    const std::string terminated(name);
    requests.attribute(
        CTRL_ATTR_FAMILY_NAME,
        {reinterpret_cast<const std::uint8_t*>(terminated.c_str()), terminated.size() + 1});
    XDPBENCH_TRY(const Exchange exchanged, exchange(netns, NETLINK_GENERIC, requests));
    const NetlinkAnswer& answer = exchanged.answers.front();
    if (answer.error == ENOENT) return std::optional<std::uint16_t>();
    if (answer.error != 0)
        return refused(fmt::format("cannot find the netlink family {}", name), answer);
    return std::optional(
        number_in<std::uint16_t>(first_attributes(exchanged, sizeof(header)), CTRL_ATTR_FAMILY_ID));
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
        return refused("cannot detach the program that was attached to ask about it", detached);
    return attached;
}

Result<LinkDetails> query_link(const NetNs& netns, unsigned ifindex) {
    Requests requests;
    ifinfomsg interface = {};
    interface.ifi_index = static_cast<int>(ifindex);
    requests.begin(RTM_GETLINK, interface);
    XDPBENCH_TRY(const Exchange exchanged, exchange(netns, NETLINK_ROUTE, requests));
    if (exchanged.answers.front().error != 0 || exchanged.payloads.empty()) {
        return refused(fmt::format("cannot read interface {}", ifindex), exchanged.answers.front());
    }
    std::memcpy(&interface, exchanged.payloads.front().data(),
                std::min(sizeof(interface), exchanged.payloads.front().size()));
    const Attributes attributes = first_attributes(exchanged, sizeof(interface));
    LinkDetails details;
    details.min_mtu = number_in<std::uint32_t>(attributes, IFLA_MIN_MTU);
    details.max_mtu = number_in<std::uint32_t>(attributes, IFLA_MAX_MTU);
    details.rx_queues = number_in<std::uint32_t>(attributes, IFLA_NUM_RX_QUEUES);
    details.tx_queues = number_in<std::uint32_t>(attributes, IFLA_NUM_TX_QUEUES);
    details.enslaved = attributes.contains(IFLA_MASTER);
    details.up = (interface.ifi_flags & IFF_UP) != 0;
    details.carrier = (interface.ifi_flags & IFF_LOWER_UP) != 0;
    const auto attached = attributes.find(IFLA_XDP);
    if (attached == attributes.end()) return details;
    const Attributes xdp = attributes_in(attached->second);
    details.native_program = number_in<std::uint32_t>(xdp, IFLA_XDP_DRV_PROG_ID);
    details.generic_program = number_in<std::uint32_t>(xdp, IFLA_XDP_SKB_PROG_ID);
    details.offloaded_program = number_in<std::uint32_t>(xdp, IFLA_XDP_HW_PROG_ID);
    return details;
}

Result<std::optional<DeclaredXdp>> declared_xdp(const NetNs& netns, unsigned ifindex) {
    XDPBENCH_TRY(const std::optional<std::uint16_t> family, family_number(netns, "netdev"));
    if (!family) return std::optional<DeclaredXdp>();
    Requests requests;
    genlmsghdr header = {};
    header.cmd = kNetdevDevGet;
    header.version = 1;
    requests.begin(*family, header);
    requests.attribute(kNetdevIfindex, bytes_of(ifindex));
    XDPBENCH_TRY(const Exchange exchanged, exchange(netns, NETLINK_GENERIC, requests));
    const NetlinkAnswer& answer = exchanged.answers.front();
    if (answer.error != 0) return refused("cannot ask for the declared XDP features", answer);
    const Attributes attributes = first_attributes(exchanged, sizeof(header));
    return std::optional(DeclaredXdp{number_in<std::uint64_t>(attributes, kNetdevXdpFeatures),
                                     number_in<std::uint32_t>(attributes, kNetdevZeroCopyFrags)});
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
