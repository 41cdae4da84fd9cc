#include "net/netlink_exchange.h"

#include <fmt/format.h>

#include <cerrno>
#include <memory>

namespace xdpbench::net {
namespace {

constexpr std::size_t kLongestAnswer = 1 << 16;  // bytes, of what one recv() takes

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

void collect(const char* bytes, int left, NetlinkExchange& exchanged) {
    const auto* message = reinterpret_cast<const nlmsghdr*>(bytes);
    for (; ::mnl_nlmsg_ok(message, left); message = ::mnl_nlmsg_next(message, &left)) {
        if (message->nlmsg_type == NLMSG_ERROR) {
            exchanged.answers.push_back(acknowledgement(*message));
        } else if (message->nlmsg_type == NLMSG_DONE) {
            exchanged.answers.emplace_back();
        } else {
            const auto* const begin = reinterpret_cast<const char*>(message);
            exchanged.messages.emplace_back(begin, begin + message->nlmsg_len);
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

}  // namespace

Result<NetlinkExchange> exchange(const NetNs& netns, int protocol,
                                 const NetlinkRequests& requests) {
    XDPBENCH_TRY(const Socket socket, open_socket(netns, protocol));
    if (::mnl_socket_sendto(socket.get(), requests.data(), requests.size()) < 0)
        return system_error("cannot send a netlink request", errno);
    NetlinkExchange exchanged;
    std::vector<char> buffer(kLongestAnswer);
    while (exchanged.answers.size() < requests.count()) {
        const ssize_t size = ::mnl_socket_recvfrom(socket.get(), buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return system_error("cannot read a netlink answer", errno);
        collect(buffer.data(), static_cast<int>(size), exchanged);
    }
    return exchanged;
}

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

Error rejected(const std::string& operation, const NetlinkAnswer& answer) {
    Error error = system_error(operation, answer.error);
    if (!answer.text.empty()) error.what += fmt::format("; the kernel reports: {}", answer.text);
    return error;
}

Result<std::optional<std::uint16_t>> family_number(const NetNs& netns, const char* name) {
    NetlinkRequests requests;
    const genlmsghdr header = generic_header(CTRL_CMD_GETFAMILY);
    ::mnl_attr_put_strz(requests.begin(GENL_ID_CTRL, header), CTRL_ATTR_FAMILY_NAME, name);
    XDPBENCH_TRY(const NetlinkExchange exchanged, exchange(netns, NETLINK_GENERIC, requests));
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

}  // namespace xdpbench::net
