#!/usr/bin/python3
"""Frames for drop_port_8080: what it must drop and what it must pass, and what it leaves of mixed traffic.

With --index as the only argument the script lists the frames of drop_port_8080_checks.pcap.
"""

from scapy.layers.inet import TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q

import hostile
import mixed
from fixtures import *

PORT = 8080
WHOLE = 54  # the bytes of a frame with whole headers of IP, without options, and TCP
FLOWS = 64
BENCH_FRAMES = 1000


def segment(dport=PORT, sport=40000, flags="PA", payload=filler(64), ip=None, eth=None, **fields):
    return bytes(ether(**(eth or {}))
                 / IP(**{"src": BENCH_SOURCE, "dst": BENCH_DESTINATION, "id": 1, **(ip or {})})
                 / TCP(**{"sport": sport, "dport": dport, "seq": 1, "ack": 1, "flags": flags, **fields}) / Raw(payload))


GOOD = segment()
OPTIONS_LIKE_TCP = (40000).to_bytes(2, "big") + PORT.to_bytes(2, "big")  # where the ports would be without options


# --- dropped ---

def segments():
    for name, tcp_flags in [("SYN", "S"), ("SYN ACK", "SA"), ("ACK", "A"), ("PSH ACK", "PA"), ("FIN ACK", "FA"),
                            ("RST", "R"), ("no flag", ""), ("every flag", 0x1FF)]:
        yield name, segment(flags=tcp_flags, payload=b"" if tcp_flags == "S" else filler(64))
    yield "TCP options", segment(options=[("MSS", 1460), ("NOP", None), ("WScale", 7)])
    yield "from port 8080 too", segment(sport=PORT)
    yield "from port 0", segment(sport=0)
    yield "TTL 1", segment(ip={"ttl": 1})
    yield "to a group of hosts", segment(ip={"dst": "224.0.0.1"}, eth={"dst": "01:00:5e:00:00:01"})


def unsound():
    """What the stack would drop as well."""
    yield from hostile.wrong_checksums(GOOD)
    yield "wrong TCP checksum", segment(chksum=0xDEAD)
    yield "TCP data offset 0", segment(dataofs=0)
    yield "TCP data offset 15", segment(dataofs=15)
    yield from hostile.beyond_the_frame(GOOD)
    yield "total length: the headers only", hostile.patched(GOOD, 2, b"\x00\x28")


def sizes():
    yield from hostile.sizes(GOOD)
    yield "cut behind the TCP header", GOOD[:WHOLE]


def options():
    yield from hostile.options(GOOD)
    yield "options that look like another port", hostile.with_options(GOOD, b"\x9c\x40\x00\x50")


def tags():
    yield from hostile.tags(GOOD)
    yield "behind a tag, with options", hostile.tagged(hostile.with_options(GOOD, b"\x01" * 8), hostile.C_TAG)


def first_fragments():
    yield from hostile.first_fragments(GOOD)
    yield from hostile.flags(GOOD)


DROPPED = [segments, unsound, sizes, options, tags, first_fragments]


# --- passed ---

def other_ports():
    for name, dport in [("8081", 8081), ("8079", 8079), ("8080 in the wrong byte order", 0x901F), ("80", 80), ("0", 0),
                        ("8080 + 256", PORT + 256), ("8080 and the highest bit", PORT | 0x8000), ("65535", 65535)]:
        yield f"port {name}", segment(dport=dport)
    yield "from port 8080", segment(sport=PORT, dport=40000)
    yield "8080 in the sequence number", segment(dport=80, seq=PORT << 16 | PORT)
    yield "8080 throughout the payload", segment(dport=80, payload=PORT.to_bytes(2, "big") * 32)


def other_protocols():
    yield "UDP to port 8080", bytes(ether() / IP(src=BENCH_SOURCE, dst=BENCH_DESTINATION, id=1)
                                    / UDP(sport=40000, dport=PORT) / Raw(filler(64)))
    for number in [0, 1, 4, 5, 7, 17, 41, 47, 132, 255]:
        yield f"protocol {number}", hostile.patched(GOOD, 9, bytes([number]))
    yield "TCP over IPv6 to port 8080", bytes(
        ether() / IPv6(src="2001:db8::1", dst="2001:db8::2", fl=0) / TCP(sport=40000, dport=PORT, flags="S"))
    yield "ARP", pad(bytes(ether() / ARP(hwsrc=CLIENT_MAC, psrc=BENCH_SOURCE, hwdst=DUT_MAC, pdst=BENCH_DESTINATION)))
    yield "IPv4 in IPv4", bytes(ether() / IP(src=BENCH_SOURCE, dst=BENCH_DESTINATION, id=1) / Ether(GOOD)[IP])


def other_ethertypes():
    yield from hostile.other_ethertypes(GOOD)
    yield from hostile.too_many_tags(GOOD)


def other_headers():
    yield from hostile.other_versions(GOOD)
    yield from hostile.impossible_ihl(GOOD)
    yield from hostile.longer_ihl(GOOD)
    yield "options that look like port 8080", hostile.with_options(segment(dport=80), OPTIONS_LIKE_TCP)
    yield from hostile.total_lengths(GOOD, 40)
    yield "options, and a total length without them", hostile.patched(
        hostile.with_options(GOOD, b"\x01" * 8), 2, b"\x00\x28", sound=False)


def later_fragments():
    yield from hostile.later_fragments(GOOD)


def cut():
    yield from hostile.cut(GOOD, WHOLE)
    with_options = hostile.with_options(GOOD, b"\x01" * 40)
    for length in range(WHOLE, WHOLE + 40):
        yield f"40 bytes of options, cut to {length} bytes", with_options[:length]
    yield from hostile.cut_tags(GOOD)


def ports_within_the_header():
    """An IHL below 5, and 8080 where the port would then be: in the IP header itself."""
    ending_in_8080 = f"198.18.{PORT >> 8}.{PORT & 255}"
    yield "IHL 0, total length 8080", hostile.patched(GOOD, 0, bytes([0x40, 0]) + PORT.to_bytes(2, "big"))
    yield "IHL 2, checksum 8080", hostile.patched(
        hostile.patched(GOOD, 0, b"\x42"), 10, PORT.to_bytes(2, "big"), sound=False)
    yield "IHL 3, source address", hostile.patched(segment(ip={"src": ending_in_8080}), 0, b"\x43")
    yield "IHL 4, destination address", hostile.patched(segment(ip={"dst": ending_in_8080}), 0, b"\x44")


PASSED = [other_ports, other_protocols, other_ethertypes, other_headers, later_fragments, cut, hostile.runts,
          ports_within_the_header]


# --- the replay ---

def is_dropped(frame):
    """What Scapy takes for TCP over IPv4 to the port, behind at most two tags."""
    packet = Ether(frame).payload
    while isinstance(packet, Dot1Q):
        packet = packet.payload
    return isinstance(packet, IP) and packet.frag == 0 and isinstance(packet.payload, TCP) and packet[TCP].dport == PORT


def bench_segment(number):
    flow = number % FLOWS
    return pad(segment(sport=10000 + flow, flags="S", payload=b"", ip={"src": f"198.18.1.{1 + flow}", "id": number}))


if __name__ == "__main__":
    if not index_wanted(DROPPED + PASSED):
        write("drop_port_8080_checks.pcap", frames_of(DROPPED + PASSED))
        write("drop_port_8080_mixed_passed.pcap", [frame for frame in mixed.mixed() if not is_dropped(frame)])
        write("tcp8080_64.pcap", [bench_segment(number) for number in range(BENCH_FRAMES)])
