// A lan that frames pass natively: a veth takes what an XDP program transmits only if there is XDP
// on the other end.
#pragma once

#include <vector>

#include "base/result.h"
#include "bpf/attach.h"
#include "net/network.h"
#include "scenario/scenario.h"

namespace xdpbench::testbed {

struct Lan {
    net::Network network;
    std::vector<bpf::XdpLink> bridge_ports;  // a program that passes everything, at each

    static Result<Lan> create(const std::vector<scenario::LanAddress>& addresses);
};

}  // namespace xdpbench::testbed
