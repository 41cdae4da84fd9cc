#!/usr/bin/python3
"""Frames for drop_ipv6: what it must drop, what it leaves of mixed.pcap, and IPv6 in 64 flows for its bench.

Which of the mixed frames are IPv6 is what Scapy takes them for, not what the program does. With --index as
the only argument the script lists the frames of drop_ipv6_checks.pcap.
"""

from scapy.layers.inet import TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop
from scapy.layers.l2 import Dot1Q

import mixed
from fixtures import *

FLOWS = 64
FRAMES = 1000


def is_ipv6(frame):
    """Whether the first layer behind Ethernet and its tags is IPv6."""
    layer = Ether(frame).payload
    while isinstance(layer, Dot1Q):
        layer = layer.payload
    return isinstance(layer, IPv6)


def ipv6(transport, length=118, **fields):
    """A frame of `length` bytes, or the headers only if these are longer."""
    packet = ether() / IPv6(**{"src": "2001:db8:1::1", "dst": "2001:db8:2::2", "fl": 0, **fields}) / transport
    return bytes(packet / Raw(filler(max(0, length - len(packet)))))


def protocols():
    yield "UDP", ipv6(UDP(sport=40000, dport=53))
    yield "TCP", ipv6(TCP(sport=40000, dport=80, flags="PA"))
    yield "ICMPv6", ipv6(ICMPv6EchoRequest(id=1, seq=1))
    yield "hop-by-hop options", ipv6(IPv6ExtHdrHopByHop() / UDP(sport=40000, dport=53))
    yield "a fragment", ipv6(IPv6ExtHdrFragment(offset=100, m=1, nh=17) / Raw(b""))
    yield "no next header", ipv6(Raw(b""), nh=59)
    yield "IPv4 within", ipv6(IP(src=CLIENT_IP, dst=LB_IP) / UDP(sport=40000, dport=53))
    yield "hop limit 0", ipv6(UDP(sport=40000, dport=53), hlim=0)
    yield "a payload length that is not true", ipv6(UDP(sport=40000, dport=53), plen=65535)


def sizes():
    for length in [62, 63, MAX_FRAME - 1, MAX_FRAME, JUMBO_FRAME]:
        yield f"{length:,} bytes", ipv6(UDP(sport=40000, dport=53), length)


def cut():
    good = ipv6(UDP(sport=40000, dport=53))
    for length in range(14, 62):
        yield f"cut to {length} bytes", good[:length]


GROUPS = [protocols, sizes, cut]


def udp(number):
    """The shortest UDP over IPv6: 62 bytes, no payload."""
    flow = number % FLOWS
    return bytes(ether() / IPv6(src=f"2001:db8:1::{1 + flow:x}", dst="2001:db8:2::2", fl=number)
                 / UDP(sport=10000 + flow, dport=9))


if __name__ == "__main__":
    if not index_wanted(GROUPS):
        write("drop_ipv6_checks.pcap", frames_of(GROUPS))
        write("drop_ipv6_mixed_passed.pcap", [frame for frame in mixed.mixed() if not is_ipv6(frame)])
        write("udp6_66.pcap", [udp(number) for number in range(FRAMES)])
