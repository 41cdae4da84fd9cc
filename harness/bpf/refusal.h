// What the kernel refused, as an error that somebody can act on.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/interface.h"
#include "net/netlink.h"
#include "scenario/scenario.h"

namespace xdpbench::bpf {

// Why `interface` does not take a program in `mode`: the errno in words, the kernel's own text,
// what it most likely means and what to do. The kernel's text decides what it means where it gives
// one, as a driver uses the same errno (EINVAL, EOPNOTSUPP) for many reasons. Unavailable (a skip)
// if the device or its driver lacks something; a system error if it is a matter of its state.
[[nodiscard]] Error attach_refusal(const net::InterfaceInfo& interface, model::Mode mode,
                                   const net::NetlinkAnswer& answer);

// `error`, of a load for a device that failed with `number` (negative), with what it means: which
// map the device does not take, or that it takes no program. `log`: libbpf's messages. Unavailable.
[[nodiscard]] Error offload_refusal(Error error, int number, const std::string& log);

// The map that libbpf could not create, from its messages; empty if that is not why.
[[nodiscard]] std::string refused_map(const std::string& log);

// `operation`, refused with `number` (an errno, of either sign) although the capabilities for it
// are held. Unavailable.
[[nodiscard]] Error refusal_of_privileged(std::string_view operation, int number);

// With spaces in the place of line ends.
[[nodiscard]] std::string on_one_line(std::string text);

// `error` in one line: what happened, and in brackets its cause.
[[nodiscard]] std::string answer_line(const Error& error);

}  // namespace xdpbench::bpf
