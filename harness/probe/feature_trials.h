// What a kernel can do, found out by doing it once. Each says in words what worked; an error is the
// kernel's refusal. Nothing of a trial stays.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "net/interface.h"
#include "net/netns.h"

namespace xdpbench::probe {

// A map of this type, with keys and values of so many bytes.
Result<std::string> try_map(bpf_map_type type, std::uint32_t key, std::uint32_t value,
                            std::uint32_t entries);
// Whether the verifier lets an XDP program call the helper.
Result<std::string> try_helper(bpf_func_id helper);
// BTF of one type; programs and typed maps are loaded with theirs.
Result<std::string> try_btf();
// The smallest XDP program.
Result<std::string> try_xdp_program();
// Atomic operations that return the old value.
Result<std::string> try_atomics();
// A test run with a context: where the frame ends.
Result<std::string> try_test_run_context();
// A test run must return what the program does.
Result<std::string> try_test_run();
// Frames that a test run sends on their way; in a namespace of their own.
Result<std::string> try_live_frames();
// A network namespace of this process's own, and the way back.
Result<std::string> try_namespaces();
// The ip in PATH.
Result<std::string> try_iproute2();
// Attaches in the mode that the kernel prefers: tells a kernel that has no bpf_link for XDP from a
// device that lacks a mode.
Result<std::string> try_link(const net::NetNs& netns, const net::InterfaceInfo& interface);
// A tc program where frames enter the stack.
Result<std::string> try_ingress(const net::NetNs& netns, const net::InterfaceInfo& interface);

}  // namespace xdpbench::probe
