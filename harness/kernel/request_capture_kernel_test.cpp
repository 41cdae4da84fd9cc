#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pcap/pcap.h>

#include <array>
#include <string>

#include "kernel/request_capture_test.h"

namespace xdpbench {

void RequestCapture::Close::operator()(pcap* handle) const { ::pcap_close(handle); }

RequestCapture::RequestCapture(const LanHost& host) {
    const auto inside = InNetNs::enter(host.netns);
    EXPECT_TRUE(inside);
    std::array<char, PCAP_ERRBUF_SIZE> error{};
    handle_.reset(::pcap_create(host.interface.name.c_str(), error.data()));
    EXPECT_TRUE(handle_) << error.data();
    ::pcap_set_snaplen(handle_.get(), 128);
    ::pcap_set_immediate_mode(handle_.get(), 1);
    EXPECT_EQ(::pcap_activate(handle_.get()), 0) << ::pcap_geterr(handle_.get());
    EXPECT_EQ(::pcap_setdirection(handle_.get(), PCAP_D_IN), 0) << ::pcap_geterr(handle_.get());
    EXPECT_EQ(::pcap_setnonblock(handle_.get(), 1, error.data()), 0) << error.data();
    bpf_program filter = {};
    // What the bridge floods to all ports, until it has learned where everybody is, is not its own.
    const std::string requests = fmt::format("icmp[icmptype] == icmp-echo and ether dst {:02x}",
                                             fmt::join(host.interface.mac, ":"));
    EXPECT_EQ(::pcap_compile(handle_.get(), &filter, requests.c_str(), 1, PCAP_NETMASK_UNKNOWN), 0)
        << ::pcap_geterr(handle_.get());
    EXPECT_EQ(::pcap_setfilter(handle_.get(), &filter), 0);
    ::pcap_freecode(&filter);
}

std::vector<int> RequestCapture::sequence_numbers() {
    std::vector<int> numbers;
    ::pcap_dispatch(
        handle_.get(), -1,
        [](u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
            constexpr std::size_t kSequence =
                14 + 20 + 6;  // in an Ethernet frame without IP options
            if (header->caplen < kSequence + 2) return;
            reinterpret_cast<std::vector<int>*>(user)->push_back(bytes[kSequence] << 8 |
                                                                 bytes[kSequence + 1]);
        },
        reinterpret_cast<u_char*>(&numbers));
    return numbers;
}

}  // namespace xdpbench
