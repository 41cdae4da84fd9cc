// Requests to netlink, and what the kernel answers.
#pragma once

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/netns.h"

namespace xdpbench::net {

// How the kernel took a request.
struct NetlinkAnswer {
    int error = 0;     // 0: done; else a positive errno
    std::string text;  // the kernel's own words (extended acknowledgement); empty if it gave none
};

// Requests under construction: several in one buffer are taken by the kernel in one system call.
class NetlinkRequests {
  public:
    // Begins a request whose payload starts with `header`, which is acknowledged, or answered by
    // a list (NLM_F_DUMP). It is valid until this is destroyed.
    template <class Header>
    nlmsghdr* begin(std::uint16_t type, const Header& header, std::uint16_t flags = NLM_F_ACK) {
        nlmsghdr* const message = ::mnl_nlmsg_put_header(buffer_.data() + size());
        message->nlmsg_type = type;
        message->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
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
    static constexpr std::size_t kLongest = 4096;  // bytes, of all requests
    alignas(nlmsghdr) std::array<char, kLongest> buffer_{};
    std::vector<nlmsghdr*> messages_;
};

// Of a request of generic netlink.
[[nodiscard]] inline genlmsghdr generic_header(std::uint8_t command) {
    genlmsghdr header = {};
    header.cmd = command;
    header.version = 1;
    return header;
}

// What came back to one exchange.
struct NetlinkExchange {
    std::vector<NetlinkAnswer> answers;       // one a request
    std::vector<std::vector<char>> messages;  // that are no acknowledgements

    [[nodiscard]] const nlmsghdr* first() const {
        return messages.empty() ? nullptr
                                : reinterpret_cast<const nlmsghdr*>(messages.front().data());
    }
};

// Sends all requests in one system call, during which the kernel carries them out one after the
// other, and collects what it answers.
Result<NetlinkExchange> exchange(const NetNs& netns, int protocol, const NetlinkRequests& requests);

// The attributes from `bytes` of a message's payload on.
void each_attribute(const nlmsghdr& message, std::size_t bytes,
                    const std::function<void(const nlattr&)>& visit);

// The number in an attribute; 0 if it is shorter than that.
template <class Number>
Number number_of(const nlattr& attribute) {
    Number number = 0;
    if (::mnl_attr_get_payload_len(&attribute) >= sizeof(number))
        std::memcpy(&number, ::mnl_attr_get_payload(&attribute), sizeof(number));
    return number;
}

// With the kernel's own words.
[[nodiscard]] Error rejected(const std::string& operation, const NetlinkAnswer& answer);

// The number of a generic netlink family; nothing if this kernel has none of the name.
Result<std::optional<std::uint16_t>> family_number(const NetNs& netns, const char* name);

}  // namespace xdpbench::net
