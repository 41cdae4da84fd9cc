// What `run` and `compare` are asked about real ports: --dev, --peer, --out; `run` also --queues
// and --traffic external.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "commands/typed_run.h"
#include "net/usable_port.h"
#include "run/options.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

void add_port_options(CLI::App& app, PortArguments& arguments);
void add_run_port_options(CLI::App& app, RunArguments& arguments);

// With --dev: finds the ports, and refuses what does not go with them. Whether they may be used is
// found out by claim_ports(). Without --dev: refuses what needs a port.
Result<void> add_ports(const RunArguments& arguments, run::RunOptions& options);

// An input error if both are one interface, be it by two names.
Result<void> require_two_ends(const std::string& device_name, const net::InterfaceInfo& device,
                              const std::string& peer_name, const net::InterfaceInfo& peer);

// All ports that the run uses; none without --dev.
[[nodiscard]] std::optional<net::Ports> ports_of(const run::RunOptions& options);

// The ports that a comparison in these modes is made over; none without --dev.
Result<std::optional<net::Ports>> find_ports(const PortArguments& ports,
                                             const std::vector<model::Mode>& modes);

}  // namespace xdpbench::commands
