#!/usr/bin/python3
"""Frames for the programs that remember: rate_limit and conn_table. With --index as the only argument the script lists
the frames of conn_table_checks.pcap."""

from scapy.layers.inet import TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q

import mixed
from fixtures import *

FLOWS, FRAMES = 64, 1000


# --- rate_limit ---

def limited():
    """Eight packets of one source, four of another, and what has no source that counts."""
    for number in range(8):
        yield pad(ether() / IP(src=BENCH_SOURCE, dst=BENCH_DESTINATION, id=number) / UDP(sport=1, dport=2))
    for number in range(4):
        yield pad(ether() / IP(src="198.18.0.3", dst=BENCH_DESTINATION, id=number) / UDP(sport=1, dport=2))
    yield pad(ether(dst="ff:ff:ff:ff:ff:ff") / ARP(psrc=BENCH_SOURCE, pdst=BENCH_DESTINATION))
    yield pad(ether() / IPv6(src="2001:db8::1", dst="2001:db8::2") / UDP(sport=1, dport=2))
    yield pad(ether() / Dot1Q(vlan=5) / IP(src=BENCH_SOURCE, dst=BENCH_DESTINATION) / UDP(sport=1, dport=2))


# --- conn_table ---

def segment(flags, sport=40000, dport=80, src=BENCH_SOURCE, **ip):
    return pad(ether() / IP(src=src, dst=BENCH_DESTINATION, id=1, **ip) / TCP(sport=sport, dport=dport, flags=flags, seq=1, ack=1))


def connection():
    yield "SYN to port 80", segment("S")
    yield "ACK", segment("A")
    yield "data", segment("PA")
    yield "first FIN", segment("FA")
    yield "second FIN", segment("FA")
    yield "after both", segment("A")


def reset():
    yield "SYN", segment("S", sport=40001)
    yield "RST", segment("R", sport=40001)
    yield "after the RST", segment("A", sport=40001)


def unknown():
    yield "no SYN before", segment("A", sport=40002)
    yield "SYN and ACK", segment("SA", sport=40002)
    yield "FIN", segment("F", sport=40002)
    yield "SYN to a closed port", segment("S", sport=40002, dport=81)
    yield "SYN to port 80 with its bytes swapped", segment("S", sport=40002, dport=20480)
    yield "another source of a known flow", segment("A", src="198.18.0.3")
    yield "another source port", segment("A", sport=40003)
    yield "cut off in the TCP header", segment("S")[:14 + 20 + 19]


def others():
    yield "UDP", pad(ether() / IP(src=BENCH_SOURCE, dst=BENCH_DESTINATION) / UDP(sport=40000, dport=80))
    yield "a later fragment", segment("A", frag=5)
    yield "ARP", pad(ether(dst="ff:ff:ff:ff:ff:ff") / ARP(psrc=BENCH_SOURCE, pdst=BENCH_DESTINATION))
    yield "TCP over IPv6", pad(ether() / IPv6(src="2001:db8::1", dst="2001:db8::2") / TCP(sport=40000, dport=80))


def known(number):
    flow = number % FLOWS
    return pad(ether() / IP(src=f"198.18.1.{flow}", dst=BENCH_DESTINATION, id=number) / TCP(sport=10000 + flow, dport=80, flags="A", seq=1, ack=1))


def passes_table(frame):
    """What conn_table lets through of traffic without a single SYN to an open port."""
    packet = Ether(frame).payload
    while isinstance(packet, Dot1Q):
        packet = packet.payload
    return not (isinstance(packet, IP) and packet.proto == 6 and packet.frag == 0)


if __name__ == "__main__":
    groups = [connection, reset, unknown, others]
    if not index_wanted(groups):
        write("rate_limit_checks.pcap", list(limited()))
        write("conn_table_checks.pcap", frames_of(groups))
        write("conn_table_64.pcap", [known(number) for number in range(FRAMES)])
        write("conn_table_mixed_passed.pcap", [frame for frame in mixed.mixed() if passes_table(frame)])
