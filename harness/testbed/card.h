// The tester as a card with receive offloads (bpf/harness/card.bpf.c): for programs that read rx
// metadata.
#pragma once

#include <memory>

#include "base/result.h"
#include "net/interface.h"
#include "net/netns.h"

struct card;

namespace xdpbench::testbed {

class Card {
  public:
    // From here on, as long as the interface is there, what packet sockets send through it arrives
    // with its outer VLAN tag beside the frame, and with a hash that is known: of TCP and UDP over
    // IPv4 source port << 16 | destination port, of other frames 0.
    static Result<Card> attach(const net::NetNs& netns, const net::InterfaceInfo& tester);

  private:
    struct Close {
        void operator()(card* skeleton) const;
    };
    explicit Card(std::unique_ptr<card, Close> skeleton) : skeleton_(std::move(skeleton)) {}

    std::unique_ptr<card, Close> skeleton_;
};

}  // namespace xdpbench::testbed
