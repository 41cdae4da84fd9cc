#!/usr/bin/python3
"""Frames for detect_ping and extract_metadata: packets that they tell of, and what they must not take for such.

With --index as the only argument the script lists the frames of detect_ping_checks.pcap.
"""

from scapy.layers.inet import UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import ARP

import hostile
from fixtures import *

BLOCKED, OTHER, THIRD = BENCH_SOURCE, BENCH_DESTINATION, "198.18.0.3"


def ping(src=BLOCKED, dst=OTHER, ip=None, **icmp):
    return bytes(ether() / IP(**{"src": src, "dst": dst, "id": 1, **(ip or {})})
                 / ICMP(**{"type": 8, "id": 7, "seq": 1, **icmp}) / Raw(filler(56)))


GOOD = ping()


# --- ICMP from the blocked address ---

def kinds():
    yield "echo request", GOOD
    for icmp_type in [0, 3, 5, 11, 255]:
        yield f"ICMP type {icmp_type}", ping(type=icmp_type)
    yield "ICMP timestamp request", ping(type=13, ts_ori=0, ts_rx=0, ts_tx=0)  # or else Scapy's: now
    yield "wrong ICMP checksum", ping(chksum=0xDEAD)
    yield "TTL 0", ping(ip={"ttl": 0})
    yield "no ICMP header at all", GOOD[:hostile.IP_END]


def headers():
    yield from hostile.ipv4_headers(GOOD)


def unsound():
    yield from hostile.wrong_checksums(GOOD)
    yield from hostile.total_lengths(GOOD, 28)
    yield from hostile.beyond_the_frame(GOOD)


def sizes():
    yield from hostile.sizes(GOOD)


# --- ICMP between others ---

def addresses():
    yield "to the blocked address", ping(src=OTHER, dst=BLOCKED)
    yield "from the blocked address to itself", ping(dst=BLOCKED)
    yield "between others", ping(src=OTHER, dst=THIRD)
    yield "between others, the other way", ping(src=THIRD, dst=OTHER)
    yield "from the address in the wrong byte order", ping(src="1.0.18.198")
    yield "from 0.0.0.0 to broadcast", ping(src="0.0.0.0", dst="255.255.255.255")


# --- no ICMP over IPv4 ---

def others():
    for number in [0, 2, 6, 17, 58, 255]:
        yield f"protocol {number}", hostile.patched(GOOD, 9, bytes([number]))
    yield "ICMP in IPv4 in IPv4", bytes(ether() / IP(src=BLOCKED, dst=OTHER, id=1) / Ether(GOOD)[IP])
    yield "ICMPv6 echo request", bytes(ether() / IPv6(src="2001:db8::1", dst="2001:db8::2", fl=0)
                                       / ICMPv6EchoRequest(id=7, seq=1, data=filler(56)))
    yield "ARP", pad(bytes(ether() / ARP(hwsrc=CLIENT_MAC, psrc=BLOCKED, hwdst=DUT_MAC, pdst=OTHER)))
    yield "UDP that looks like an echo request", bytes(
        ether() / IP(src=BLOCKED, dst=OTHER, id=1) / UDP(sport=0x0800, dport=53) / Raw(filler(56)))
    yield from hostile.not_ipv4(GOOD)


def cut():
    yield from hostile.cut_ipv4(GOOD)


GROUPS = [kinds, headers, unsound, sizes, addresses, others, cut, hostile.runts]


# --- the replay: pings of a blocked and of an unblocked client, both ways ---

def traffic():
    """(frame, whether it is dropped while the blocked address is)."""
    for number in range(100):
        peer = f"198.18.1.{1 + number % 50}"
        client = BLOCKED if number % 4 == 0 else OTHER
        src, dst = (client, peer) if number % 2 else (peer, client)
        yield ping(src=src, dst=dst, type=8 if number % 2 else 0, seq=number), client == BLOCKED


if __name__ == "__main__":
    if not index_wanted(GROUPS):
        write("detect_ping_checks.pcap", frames_of(GROUPS))
        write("detect_ping_mix.pcap", [frame for frame, _ in traffic()])
        write("detect_ping_mix_passed.pcap", [frame for frame, dropped in traffic() if not dropped])
