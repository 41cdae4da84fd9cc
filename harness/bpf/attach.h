// Attaching an XDP program to an interface, and what is attached there.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/interface.h"
#include "net/netns.h"
#include "scenario/scenario.h"

namespace xdpbench::bpf {

// What the kernel reports about a bpf_link.
struct LinkState {
    std::uint32_t id = 0;
    std::uint32_t program = 0;  // id of the one it holds
    bool attached = false;      // false: detached by force, or the interface is gone
};

// A program attached through a bpf_link: the kernel detaches it when this object or the process
// ends.
class XdpLink {
  public:
    // Attaches in exactly this mode, and reads back that it is in force. The error has the
    // kernel's text of why the driver rejects it. On a network's own interface also sees to it
    // that frames which the program passes reach the stack one by one and in order.
    static Result<XdpLink> attach(const net::NetNs& netns, const net::InterfaceInfo& interface,
                                  int program_fd, model::Mode mode);

    // Another program takes the place of the attached one at once: no frame meets neither. ENOLINK
    // if the device is gone.
    Result<void> replace(int program_fd);

    Result<LinkState> state() const;

  private:
    explicit XdpLink(UniqueFd xdp_link) : xdp_link_(std::move(xdp_link)) {}

    UniqueFd xdp_link_;
};

// Attaches so that the program stays on the interface when this process ends (`--keep`).
Result<void> attach_for_good(const net::NetNs& netns, const net::InterfaceInfo& interface,
                             int program_fd, model::Mode mode);

// Runs a tc program on what enters the stack through the interface, after XDP, until the link
// returned is closed. Before kernel 6.6 there is no such link: nothing is returned, and the program
// stays as long as the interface.
Result<UniqueFd> attach_to_ingress(const net::NetNs& netns, const net::InterfaceInfo& interface,
                                   int program_fd);

}  // namespace xdpbench::bpf
