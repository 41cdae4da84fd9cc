// What libpcap sees of a ping. Apart from the tests, because the headers of libpcap and of the
// kernel define the same names.
#pragma once

#include <memory>
#include <vector>

#include "kernel/lan_topology.h"

struct pcap;

namespace xdpbench {

// The ICMP echo requests that arrive at a host's interface and are addressed to it.
class RequestCapture {
  public:
    explicit RequestCapture(const LanHost& host);

    // Sequence numbers of the requests since the last call.
    std::vector<int> sequence_numbers();

  private:
    struct Close {
        void operator()(pcap* handle) const;
    };
    std::unique_ptr<pcap, Close> handle_;
};

}  // namespace xdpbench
