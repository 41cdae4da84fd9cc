#!/usr/bin/python3
"""Traffic for any program: frames of many protocols, flows and sizes, and the same with the MAC
addresses swapped.

Every frame is one that a network card delivers: 60 to 1514 bytes. TCP segments with a payload have
the PSH flag and a random sequence number, so that the stack's GRO neither merges nor holds back any.
"""

import random

from scapy.layers.inet import TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NS, IPv6
from scapy.layers.l2 import ARP, Dot1Q

from fixtures import *

FRAMES = 1000
PORTS = [53, 80, 123, 443, 5060, 8080, 8081]
TCP_FLAGS = ["S", "SA", "A", "PA", "FA", "R"]
NO_OPERATION, RECORD_ROUTE = b"\x01\x01\x01\x00", b"\x07\x07\x04\x00\x00\x00\x00\x00"


def ipv4(rng, **fields):
    return IP(**{"src": f"192.0.2.{rng.randint(1, 254)}", "dst": f"198.51.100.{rng.randint(1, 16)}",
                 "id": rng.randrange(65536), "ttl": rng.choice([1, 32, 64, 128, 255]),
                 "tos": rng.choice([0, 0, 0, 0x28, 0xB8]), **fields})


def ipv6(rng, **fields):
    return IPv6(**{"src": f"2001:db8:1::{rng.randint(1, 0xFFFF):x}", "dst": f"2001:db8:2::{rng.randint(1, 16):x}",
                   "fl": rng.randrange(1 << 20), "hlim": 64, **fields})


def udp(rng, **fields):
    return UDP(**{"sport": rng.randint(1024, 65535), "dport": rng.choice(PORTS), **fields})


def tcp(rng):
    return TCP(sport=rng.randint(1024, 65535), dport=rng.choice(PORTS), seq=rng.randrange(1 << 32),
               ack=rng.randrange(1 << 32), window=rng.randrange(1 << 16), flags=rng.choice(TCP_FLAGS))


def fill(rng, packet):
    """The packet with a payload that makes it a frame of a size as on real links."""
    length = max(0, frame_size(rng) - len(packet))
    if length and packet.haslayer(TCP):
        packet[TCP].flags = "PA"
    return packet / Raw(rng.randbytes(length))


def an_ipv4_udp(rng):
    return fill(rng, ether() / ipv4(rng) / udp(rng))


def an_ipv4_tcp(rng):
    return fill(rng, ether() / ipv4(rng) / tcp(rng))


def an_empty_tcp_segment(rng):
    return ether() / ipv4(rng) / tcp(rng)


def a_ping(rng):
    return fill(rng, ether() / ipv4(rng) / ICMP(type=rng.choice([0, 8]), id=rng.randrange(65536),
                                                seq=rng.randrange(65536)))


def an_icmp_error(rng):
    lost = ipv4(rng) / udp(rng) / Raw(b"")
    return ether() / ipv4(rng) / ICMP(type=rng.choice([3, 11]), code=0) / Raw(bytes(lost))


def an_ipv6_udp(rng):
    return fill(rng, ether() / ipv6(rng) / udp(rng))


def an_ipv6_tcp(rng):
    return fill(rng, ether() / ipv6(rng) / tcp(rng))


def an_icmpv6(rng):
    kind = rng.choice([ICMPv6EchoRequest, ICMPv6EchoReply])
    return fill(rng, ether() / ipv6(rng) / kind(id=rng.randrange(65536), seq=rng.randrange(65536)))


def a_neighbour_solicitation(rng):
    return (ether(dst="33:33:ff:00:00:02") / ipv6(rng, dst="ff02::1:ff00:2", hlim=255)
            / ICMPv6ND_NS(tgt="2001:db8:2::2"))


def an_arp(rng):
    asked = f"198.51.100.{rng.randint(1, 16)}"
    if rng.randrange(2):
        return ether() / ARP(op=2, hwsrc=CLIENT_MAC, psrc=asked, hwdst=DUT_MAC, pdst="198.51.100.1")
    return (ether(dst="ff:ff:ff:ff:ff:ff")
            / ARP(op=1, hwsrc=CLIENT_MAC, psrc="198.51.100.99", hwdst="00:00:00:00:00:00", pdst=asked))


def a_tagged_frame(rng):
    inner = rng.choice([lambda: ipv4(rng) / udp(rng), lambda: ipv4(rng) / tcp(rng),
                        lambda: ipv6(rng) / udp(rng)])()
    return fill(rng, ether() / Dot1Q(vlan=rng.randint(1, 4094), prio=rng.randrange(8)) / inner)


def a_twice_tagged_frame(rng):
    return fill(rng, ether(type=0x88A8) / Dot1Q(vlan=rng.randint(1, 4094), type=0x8100)
                / Dot1Q(vlan=rng.randint(1, 4094)) / ipv4(rng) / udp(rng))


def ip_options(rng):
    transport = rng.choice([udp, tcp])(rng)
    return fill(rng, ether() / ipv4(rng, options=rng.choice([NO_OPERATION, RECORD_ROUTE])) / transport)


def a_fragment(rng):
    """The first, a middle or the last fragment of a UDP datagram of 2,400 bytes."""
    datagram = bytes(udp(rng, len=2400, chksum=0) / Raw(rng.randbytes(2392)))
    size = rng.choice([64, 120, 496])
    offset = rng.choice([0, size, (2399 // size) * size])
    last = offset + size >= 2400
    return (ether() / ipv4(rng, proto=17, flags=0 if last else "MF", frag=offset // 8)
            / Raw(datagram[offset:offset + size]))


KINDS = [  # and how many of a hundred frames
    (an_ipv4_udp, 22), (an_ipv4_tcp, 20), (an_empty_tcp_segment, 6), (a_ping, 8), (an_icmp_error, 3),
    (an_ipv6_udp, 8), (an_ipv6_tcp, 8), (an_icmpv6, 4), (a_neighbour_solicitation, 2), (an_arp, 5),
    (a_tagged_frame, 5), (a_twice_tagged_frame, 2), (ip_options, 4), (a_fragment, 3),
]


def mixed():
    rng = random.Random(20)
    makers = [make for make, percent in KINDS for _ in range(percent * FRAMES // 100)]
    rng.shuffle(makers)
    return [pad(make(rng)) for make in makers]


def swap_macs(frame):
    packet = Ether(frame)
    packet.src, packet.dst = packet.dst, packet.src
    return bytes(packet)


if __name__ == "__main__":
    frames = mixed()
    write("mixed.pcap", frames)
    write("mixed_tx.pcap", [swap_macs(frame) for frame in frames])
