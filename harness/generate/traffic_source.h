// What `generate` sends, and how.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "net/interface.h"
#include "net/network.h"
#include "packet/frame.h"
#include "remote/protocol.h"
#include "traffic/generator.h"
#include "traffic/generator_group.h"
#include "traffic/packet_socket.h"

namespace xdpbench::generate {

class TrafficSource {
  public:
    // The frames that the request names, in the shape that it asks for; behind those that are there
    // with `more`. Returns how many there are now.
    Result<std::uint64_t> load(const remote::Request& request);

    // Sends the next ones out of the port: at most `frames` of them, for at most `seconds`; from
    // several CPUs for `seconds`.
    Result<remote::Sent> send(const net::NetNs& netns, const net::InterfaceInfo& port,
                              const remote::Request& request);

  private:
    Result<traffic::Generator*> generator(bool paced);
    Result<remote::Sent> send_fast(const net::NetNs& netns, const net::InterfaceInfo& port,
                                   const remote::Request& request, std::uint64_t frames);
    Result<remote::Sent> send_paced(const net::NetNs& netns, const net::InterfaceInfo& port,
                                    const remote::Request& request, std::uint64_t frames);
    Result<remote::Sent> send_together(const net::NetNs& netns, const net::InterfaceInfo& port,
                                       const remote::Request& request);
    Result<remote::Sent> send_by_socket(const net::NetNs& netns, const net::InterfaceInfo& port,
                                        const remote::Request& request, std::uint64_t frames);

    packet::Frames frames_;
    std::optional<traffic::Generator> fast_;  // made when it is needed
    std::optional<traffic::Generator> paced_;
    std::unique_ptr<net::Network> parking_;  // an idle interface, so that short calls are fast
    // On several CPUs, and what they were made for.
    std::optional<traffic::GeneratorGroup> group_;
    traffic::Pace group_pace_ = traffic::Pace::flat_out;
    std::vector<int> group_cpus_;
    std::optional<traffic::PacketSocket> socket_;
    unsigned socket_port_ = 0;  // index of its interface
    std::size_t socket_next_ = 0;
};

}  // namespace xdpbench::generate
