// Programs that read what a card found out about a frame: they call bpf_xdp_metadata_rx_hash(),
// bpf_xdp_metadata_rx_timestamp() or bpf_xdp_metadata_rx_vlan_tag() (__ksym). The kernel (6.3)
// loads them for one device only, whose driver answers, and neither test-runs them nor lets them
// run in generic mode.
#pragma once

#include "bpf/program.h"

namespace xdpbench::bpf {

// Whether the program calls one of these functions that this kernel has. Where it has none, a
// program that asks by __weak does without.
[[nodiscard]] bool reads_rx_metadata(const Program& program);

// Unavailable if the program calls some of them and this kernel has none of those.
Result<void> require_rx_metadata(const Program& program);

// Before load(), which is to be in the device's namespace: the programs of the object are bound to
// the device (BPF_F_XDP_DEV_BOUND_ONLY), their maps are not. load() is unavailable where the device
// has no XDP.
void bind_to_receiver(const Program& program, unsigned ifindex);

}  // namespace xdpbench::bpf
