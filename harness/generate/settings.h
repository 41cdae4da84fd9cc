// Settings of ports that `generate` was asked to change. They are put back at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/interface.h"
#include "net/netns.h"
#include "net/prepared_ports.h"
#include "remote/protocol.h"

namespace xdpbench::generate {

class Settings {
  public:
    explicit Settings(const net::NetNs& netns) : netns_(&netns) {}
    Settings(Settings&&) = delete;
    Settings& operator=(Settings&&) = delete;
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;
    ~Settings();

    // What the request asks for; adds to the reply what was changed and what the driver refused.
    Result<void> change(const net::InterfaceInfo& port, const remote::Request& request,
                        remote::Reply& reply);
    // Puts everything back, in the opposite order, as far as that goes. The first error.
    Result<void> restore(remote::Reply& reply);

  private:
    Result<void> prepare(const std::string& port, remote::Reply& reply);
    Result<void> set_up(const net::InterfaceInfo& port, bool up, remote::Reply& reply);
    Result<void> set_queues(const net::InterfaceInfo& port, std::uint32_t queues,
                            remote::Reply& reply);

    const net::NetNs* netns_;
    std::vector<std::pair<std::string, std::function<Result<void>()>>> undo_;
    std::optional<net::PreparedPorts> prepared_;
};

}  // namespace xdpbench::generate
