#!/usr/bin/python3
"""Frames for ip_filter: what it must drop and what it must pass when the address is 198.18.0.1, and
what it leaves of a replay's traffic.

With --index as the only argument the script lists the frames of ip_filter_checks.pcap.
"""

import random

from scapy.layers.inet import TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP

import hostile
import mixed
from fixtures import *

ADDRESS = BENCH_SOURCE
BACKWARDS = "1.0.18.198"


def datagram(src=ADDRESS, dst=BENCH_DESTINATION, ip=None, eth=None, transport=None):
    return bytes(ether(**(eth or {})) / IP(**{"src": src, "dst": dst, "id": 1, **(ip or {})})
                 / (transport or UDP(sport=40000, dport=53)) / Raw(filler(64)))


GOOD = datagram()


# --- dropped ---

def protocols():
    yield "UDP", GOOD
    yield "TCP", datagram(transport=TCP(sport=40000, dport=80, flags="PA"))
    yield "ICMP", datagram(transport=ICMP(type=8, id=1, seq=1))
    for number in [0, 4, 41, 47, 255]:
        yield f"protocol {number}", hostile.patched(GOOD, 9, bytes([number]))
    yield "to itself", datagram(dst=ADDRESS)
    yield "to a group of hosts", datagram(dst="224.0.0.1", eth={"dst": "01:00:5e:00:00:01"})
    yield "from another MAC address", datagram(eth={"src": "02:00:00:00:00:99"})
    yield "TTL 1", datagram(ip={"ttl": 1})


def headers():
    yield from hostile.ipv4_headers(GOOD)


def unsound():
    """What the stack would drop as well."""
    yield from hostile.wrong_checksums(GOOD)
    yield from hostile.total_lengths(GOOD, 28)
    yield from hostile.beyond_the_frame(GOOD)
    yield "the IP header and nothing behind it", GOOD[:hostile.IP_END]


def sizes():
    yield from hostile.sizes(GOOD)


DROPPED = [protocols, headers, unsound, sizes]


# --- passed ---

def other_addresses():
    for name, src in [("one more", "198.18.0.2"), ("one less", "198.18.0.0"), ("the wrong byte order", BACKWARDS),
                      ("another first byte", "199.18.0.1"), ("0.0.0.0", "0.0.0.0"), ("broadcast", "255.255.255.255")]:
        yield f"from {name}", datagram(src=src)
    yield "to the address", datagram(src=BENCH_DESTINATION, dst=ADDRESS)
    yield "the address in the payload of another's", bytes(
        ether() / IP(src=BENCH_DESTINATION, dst=BENCH_DESTINATION, proto=4, id=1) / Ether(GOOD)[IP])


def other_protocols():
    yield "IPv6 with the address mapped", bytes(
        ether() / IPv6(src=f"::ffff:{ADDRESS}", dst="2001:db8::2", fl=0) / UDP(sport=1, dport=2) / Raw(filler(64)))
    yield "ARP from the address", pad(bytes(
        ether() / ARP(hwsrc=CLIENT_MAC, psrc=ADDRESS, hwdst=DUT_MAC, pdst=BENCH_DESTINATION)))
    yield from hostile.not_ipv4(GOOD)


def cut():
    yield from hostile.cut_ipv4(GOOD)


def lan():
    """An echo request between the hosts of the scenario's lan."""
    yield bytes(Ether(src="02:00:00:00:01:01", dst="02:00:00:00:01:02")
                / IP(src="192.168.1.1", dst="192.168.1.2", id=1) / ICMP(type=8, id=7, seq=1) / Raw(filler(56)))


PASSED = [other_addresses, other_protocols, cut, hostile.runts]


# --- the replay: mixed traffic, and packets of every kind from the address ---

def traffic():
    """(frame, whether it is dropped) in order."""
    def cases(groups):
        return [pad(frame) for frame in frames_of(groups) if len(frame) <= MAX_FRAME]
    frames = ([(frame, True) for frame in cases([protocols, headers, sizes])]
              + [(frame, False) for frame in cases([other_addresses, other_protocols])]
              + [(frame, False) for frame in mixed.mixed()])
    random.Random(22).shuffle(frames)
    return frames[:1000]


if __name__ == "__main__":
    if not index_wanted(DROPPED + PASSED):
        write("ip_filter_checks.pcap", frames_of(DROPPED + PASSED))
        write("ip_filter_mix.pcap", [frame for frame, _ in traffic()])
        write("ip_filter_mix_passed.pcap", [frame for frame, dropped in traffic() if not dropped])
        write("ip_filter_lan.pcap", list(lan()))
        write("udp_filtered_64.pcap", [pad(datagram(ip={"id": number})[:42]) for number in range(1000)])
