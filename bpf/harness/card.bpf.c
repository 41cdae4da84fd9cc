// SPDX-License-Identifier: GPL-2.0-only
/* The tester as a card with receive offloads: tc egress of its interface. The outer VLAN tag moves from the
 * frame's bytes into the packet's description, where the DUT's veth finds it (bpf_xdp_metadata_rx_vlan_tag),
 * and the hash (bpf_xdp_metadata_rx_hash) becomes a known one.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct vlan_header {
    __be16 tci;
    __be16 type;
};

/* Of TCP and UDP over IPv4 without options the ports, source port first; of other frames 0. */
static __always_inline __u32 hash_of(struct __sk_buff *skb, __u32 offset)
{
    struct iphdr ip;
    __be16 ports[2];

    if (bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)) || ip.ihl != 5)
        return 0;
    if (ip.protocol != IPPROTO_TCP && ip.protocol != IPPROTO_UDP)
        return 0;
    if (bpf_skb_load_bytes(skb, offset + sizeof(ip), ports, sizeof(ports)))
        return 0;
    return (__u32)bpf_ntohs(ports[0]) << 16 | bpf_ntohs(ports[1]);
}

SEC("tc")
int card(struct __sk_buff *skb)
{
    struct ethhdr ethernet;
    struct vlan_header tag;
    __u32 hash = 0;

    if (bpf_skb_load_bytes(skb, 0, &ethernet, sizeof(ethernet)))
        return TC_ACT_OK;
    if (ethernet.h_proto == bpf_htons(ETH_P_8021Q) || ethernet.h_proto == bpf_htons(ETH_P_8021AD)) {
        if (bpf_skb_load_bytes(skb, sizeof(ethernet), &tag, sizeof(tag)))
            return TC_ACT_OK;
        if (tag.type == bpf_htons(ETH_P_IP))
            hash = hash_of(skb, sizeof(ethernet) + sizeof(tag));
        if (!bpf_skb_vlan_pop(skb))
            bpf_skb_vlan_push(skb, ethernet.h_proto, bpf_ntohs(tag.tci));
    } else if (ethernet.h_proto == bpf_htons(ETH_P_IP)) {
        hash = hash_of(skb, sizeof(ethernet));
    }
    bpf_set_hash(skb, hash);
    return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
