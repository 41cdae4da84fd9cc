#!/usr/bin/python3
"""Frames for xsk_redirect: UDP over IPv4 to port 4789, which goes to AF_XDP sockets, what must not, and both halves of
mixed traffic. --index lists the checks' frames."""

from scapy.layers.inet import TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q

import hostile
import mixed
from fixtures import *

PORT = 4789
WHOLE = 42  # the bytes of a frame with whole headers of IP, without options, and UDP


def datagram(dport=PORT, payload=filler(64), **ip):
    return bytes(ether() / IP(**{"src": BENCH_SOURCE, "dst": BENCH_DESTINATION, "id": 1, **ip})
                 / UDP(sport=40000, dport=dport) / Raw(payload))


GOOD = datagram()


# --- to sockets ---

def datagrams():
    yield "UDP", GOOD
    yield "no payload", pad(datagram(payload=b""))
    yield "of 1514 bytes", datagram(payload=filler(1472))
    yield "to a group of hosts", datagram(dst="224.0.0.1")
    yield "TTL 1", datagram(ttl=1)
    yield from hostile.wrong_checksums(GOOD)


def unusual():
    yield from hostile.options(GOOD)
    yield from hostile.tags(GOOD)
    yield from hostile.first_fragments(GOOD)
    yield "cut behind the UDP header", GOOD[:WHOLE]


WANTED = [datagrams, unusual]


# --- passed ---

def other_ports():
    for name, dport in [("4788", PORT - 1), ("4790", PORT + 1), ("in the wrong byte order", 0xB512), ("0", 0)]:
        yield f"port {name}", datagram(dport=dport)
    yield "from port 4789", bytes(ether() / IP(src=BENCH_SOURCE, dst=BENCH_DESTINATION, id=1)
                                  / UDP(sport=PORT, dport=9) / Raw(filler(64)))


def others():
    yield "TCP", bytes(ether() / IP(src=BENCH_SOURCE, dst=BENCH_DESTINATION, id=1)
                       / TCP(sport=40000, dport=PORT, flags="S"))
    yield "UDP over IPv6", bytes(ether() / IPv6(src="2001:db8::1", dst="2001:db8::2", fl=0)
                                 / UDP(sport=40000, dport=PORT) / Raw(filler(64)))
    yield "ARP", pad(bytes(ether() / ARP(hwsrc=CLIENT_MAC, psrc=BENCH_SOURCE, hwdst=DUT_MAC, pdst=BENCH_DESTINATION)))
    yield from hostile.other_ethertypes(GOOD)
    yield from hostile.too_many_tags(GOOD)
    yield from hostile.other_versions(GOOD)
    yield from hostile.later_fragments(GOOD)


def cut():
    yield from hostile.cut(GOOD, WHOLE)
    yield from hostile.cut_tags(GOOD)


PASSED = [other_ports, others, cut, hostile.runts]


# --- the replay ---

def is_wanted(frame):
    """What Scapy takes for UDP over IPv4, behind at most two tags."""
    packet = Ether(frame).payload
    while isinstance(packet, Dot1Q):
        packet = packet.payload
    return isinstance(packet, IP) and packet.frag == 0 and isinstance(packet.payload, UDP)


if __name__ == "__main__":
    if not index_wanted(WANTED + PASSED):
        write("xsk_redirect_checks.pcap", frames_of(WANTED + PASSED))
        write("xsk_redirect_mixed_sockets.pcap", [frame for frame in mixed.mixed() if is_wanted(frame)])
        write("xsk_redirect_mixed_passed.pcap", [frame for frame in mixed.mixed() if not is_wanted(frame)])
