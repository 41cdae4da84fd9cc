// --prepare: settings of ports that are in the way are changed for a run and restored after
// it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/mode.h"
#include "net/prepared_ports.h"
#include "net/usable_port.h"

namespace xdpbench::commands {

// What a killed run has changed: what was on, and what had another value.
[[nodiscard]] std::string left_text(const net::LeftSettings& left);

// The newest change first: of a setting that was changed several times the oldest value remains.
// All are tried; the first error is returned.
Result<void> restore_all(const std::vector<net::LeftSettings>& left);

// Prints what a killed run has left changed on ports, and how to restore it.
void say_what_is_left();

// Refuses ports that may not be used, before anything is changed; with --prepare whatever settings
// they have, after it has restored what a killed run has left. Also where the file of a result
// cannot be written nothing is to be changed: that is found out between this and prepare().
Result<void> claim(bool prepares, std::optional<net::Ports>& ends,
                   const std::vector<model::Mode>& modes);

// Nothing without --prepare. Prepares the ports, and says on standard error what was changed and
// what the driver did not let go. Refuses ports that are not as these modes need them even so.
Result<std::optional<net::PreparedPorts>> prepare(bool prepares, std::optional<net::Ports>& ends,
                                                  const std::vector<model::Mode>& modes);

// The same of ports that are claimed, without being asked.
Result<net::PreparedPorts> prepare_ports(const net::Ports& ends);

}  // namespace xdpbench::commands
