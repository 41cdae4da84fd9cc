#!/usr/bin/python3
"""Frames for fib_forward, with the routes of its scenario: 198.51.100.0/24 by the neighbour 02:00:00:00:00:04, but for
198.51.100.7, which is a black hole, and 198.51.100.8, whose neighbour nobody knows. --index lists the checks' frames."""

from scapy.layers.inet import UDP
from scapy.layers.l2 import Dot1Q

import mixed
from fixtures import *

OUT_MAC, NEXT_MAC = "02:00:00:00:00:03", "02:00:00:00:00:04"
ROUTED = "198.51.100."
ENDS = (ROUTED + "7", ROUTED + "8")
FLOWS, FRAMES = 64, 1000


def datagram(dst=ROUTED + "1", eth=None, payload=18, **ip):
    return pad(ether(**(eth or {})) / IP(**{"src": "192.0.2.10", "dst": dst, "id": 1, **ip}) / UDP(sport=1, dport=2) / Raw(filler(payload)))


def forwarded():
    yield "UDP", datagram()
    yield "TTL 2", datagram(ttl=2)
    yield "TTL 255, checksum with a carry", datagram(ttl=255, id=0xFFFF)
    yield "a fragment", datagram(flags="MF", frag=5)
    yield "of 1514 bytes", datagram(payload=1472)
    yield "to another MAC address", datagram(eth={"dst": "02:00:00:00:00:99"})
    yield "DSCP", datagram(tos=0xB8)


def passed():
    yield "TTL 1", datagram(ttl=1)
    yield "TTL 0", datagram(ttl=0)
    yield "black hole", datagram(dst=ENDS[0])
    yield "no neighbour", datagram(dst=ENDS[1])
    yield "no route", datagram(dst="203.0.114.1")
    yield "to this host", datagram(dst="192.0.2.1")
    yield "IP options", datagram(options=b"\x01\x01\x01\x00")
    yield "VLAN", pad(ether() / Dot1Q(vlan=5) / IP(src="192.0.2.10", dst=ROUTED + "1") / UDP(sport=1, dport=2))
    yield "to a group of hosts", datagram(eth={"dst": "01:00:5e:00:00:01"})
    yield "cut off in the IP header", datagram()[:14 + 19]
    yield "no IPv4", pad(ether(type=0x88CC) / Raw(filler(40)))


def is_forwarded(frame):
    packet = Ether(frame)
    ip = packet.payload
    return (isinstance(ip, IP) and ip.ihl == 5 and ip.ttl > 1 and frame[0] & 1 == 0
            and ip.dst.startswith(ROUTED) and ip.dst not in ENDS)


def through(frame):
    """The frame as it leaves: MAC addresses, TTL, checksum."""
    packet = Ether(frame)
    packet.src, packet.dst = OUT_MAC, NEXT_MAC
    out = bytearray(frame)
    out[0:6], out[6:12] = bytes.fromhex(NEXT_MAC.replace(":", "")), bytes.fromhex(OUT_MAC.replace(":", ""))
    header = IP(bytes(out[14:34]))
    header.ttl -= 1
    del header.chksum
    out[14:34] = bytes(header)[:20]
    return bytes(out)


def bench(number):
    flow = number % FLOWS
    return pad(ether() / IP(src=f"192.0.2.{100 + flow}", dst=ROUTED + "1", id=number) / UDP(sport=10000 + flow, dport=9) / Raw(filler(18)))


if __name__ == "__main__":
    groups = [forwarded, passed]
    if not index_wanted(groups):
        write("fib_forward_checks.pcap", frames_of(groups))
        write("fib_forward_checks_out.pcap", [through(frame) for _, frame in forwarded()])
        frames = mixed.mixed()
        write("fib_forward_mixed_forwarded.pcap", [through(frame) for frame in frames if is_forwarded(frame)])
        write("fib_forward_mixed_passed.pcap", [frame for frame in frames if not is_forwarded(frame)])
        write("fib_forward_64.pcap", [bench(number) for number in range(FRAMES)])
