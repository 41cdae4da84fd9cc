// The environment of the kernel's driver tests (tools/testing/selftests/drivers/net/README.rst):
// which port is tested, and how to reach the one that is cabled to it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "remote/session.h"

namespace xdpbench::remote {

// NETIF, LOCAL_V4, LOCAL_V6, REMOTE_V4, REMOTE_V6, REMOTE_TYPE, REMOTE_ARGS by name.
using TestVariables = std::map<std::string, std::string>;

struct TestEnvironment {
    std::string device;    // NETIF
    std::string local_v4;  // addresses of the ports; may be empty
    std::string local_v6;
    std::string remote_v4;
    std::string remote_v6;
    std::optional<Place> remote;  // none: NETIF alone

    // By what the other side finds its port: REMOTE_V4, else REMOTE_V6.
    [[nodiscard]] const std::string& peer_address() const {
        return remote_v4.empty() ? remote_v6 : remote_v4;
    }
};

// The lines NAME=VALUE of a net.config; "#" begins a comment, quotes around a value are taken off.
// What the file has replaces what is there. An input error names the line.
Result<void> read_net_config(std::string_view text, const std::string& name,
                             TestVariables& variables);

// Input errors: NETIF is missing, REMOTE_TYPE is unknown, or part of the remote side is missing.
Result<TestEnvironment> test_environment(const TestVariables& variables);

// The variables of this process and of net.config in the current folder, which wins.
Result<TestVariables> test_variables();

}  // namespace xdpbench::remote
