// --prepare: settings of ports that are in the way are changed for a run and restored after
// it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "commands/typed_run.h"
#include "net/prepared_ports.h"

namespace xdpbench::commands {

// What a killed run has changed: what was on, and what had another value.
[[nodiscard]] std::string left_text(const net::LeftSettings& left);

// The newest change first: of a setting that was changed several times the oldest value remains.
// All are tried; the first error is returned.
Result<void> restore_all(const std::vector<net::LeftSettings>& left);

// Nothing without --prepare. Restores first what a killed run has left, then prepares --dev and
// --peer, and says on standard error what was changed and what the driver did not let go. Without
// --prepare only says what a killed run has left on ports, if --dev is given.
Result<std::optional<net::PreparedPorts>> prepare(const PortArguments& arguments);

// The same of these ports, without being asked.
Result<net::PreparedPorts> prepare_ports(const std::vector<std::string>& ports);

}  // namespace xdpbench::commands
