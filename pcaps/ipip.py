#!/usr/bin/python3
"""Frames for ipip_encap and ipip_decap, and what these must make of them, worked out with Scapy.

With --index as the only argument the script lists the frames of ipip_encap_checks.pcap, then those of
ipip_decap_checks.pcap, which begin with 0 again.
"""

import random

from scapy.layers.inet import TCP, UDP
from scapy.layers.inet6 import IPv6

import hostile
import mixed
from fixtures import *

ENTRANCE, EXIT = "198.18.0.1", "198.18.0.2"   # the tunnel's ends
NEXT_HOP_MAC = "02:00:00:00:00:03"
INSIDE = "203.0.113.1"                        # an address that has a tunnel
OUTER = {"src": ENTRANCE, "dst": EXIT}
MTU = 1500


def packet(length=118, dst=INSIDE, ip=None, eth=None, transport=None):
    """A frame of `length` bytes with a UDP datagram to the address that has a tunnel."""
    headers = (ether(**(eth or {})) / IP(**{"src": CLIENT_IP, "dst": dst, "id": 77, **(ip or {})})
               / (transport or UDP(sport=40000, dport=53)))
    return bytes(headers / Raw(filler(max(0, length - len(headers)))))


def encapsulated(frame):
    """What the tunnel's entrance makes of the frame."""
    inner = bytearray(frame[hostile.IP_START:])
    wrong_by = int.from_bytes(inner[10:12], "big") - sound_checksum(inner)  # stays as it is
    inner[8] -= 1
    inner[10:12] = ((sound_checksum(inner) + wrong_by) % 0xFFFF).to_bytes(2, "big")
    outer = IP(**OUTER, proto=4, ttl=64, flags="DF", id=0, tos=inner[1], len=int.from_bytes(inner[2:4], "big") + 20)
    return bytes(Ether(src=Ether(frame).dst, dst=NEXT_HOP_MAC, type=0x0800) / outer) + bytes(inner)


def sound_checksum(packet):
    """What the checksum of the IP packet should be."""
    header = bytes(packet[:(packet[0] & 15) * 4])
    return hostile.checksum(header[:10] + bytes(2) + header[12:])


GOOD = packet()


# --- ipip_encap: what goes into the tunnel ---

def entering():
    yield "UDP", GOOD
    yield "TCP", packet(transport=TCP(sport=40000, dport=80, flags="PA"))
    yield "ICMP", packet(transport=ICMP(type=8, id=1, seq=1))
    yield "IPv4 in IPv4", packet(ip={"proto": 4}, transport=IP(src=CLIENT_IP, dst=INSIDE) / UDP(sport=1, dport=2))
    for tos in [1, 2, 3, 0xB8, 0xFF]:
        yield f"TOS {tos:#x}", packet(ip={"tos": tos})
    for ttl in [2, 64, 255]:
        yield f"TTL {ttl}", packet(ip={"ttl": ttl})
    yield "from another MAC address", packet(eth={"src": "02:00:00:00:00:99"})
    yield "to another of our MAC addresses", packet(eth={"dst": "02:00:00:00:00:22"})


def entering_headers():
    yield from hostile.options(GOOD)
    yield from hostile.first_fragments(GOOD)
    yield from hostile.later_fragments(GOOD)
    yield from hostile.flags(GOOD)


def entering_checksums():
    """The checksum at the ends of its range before and after; wrong ones, which must stay wrong."""
    right = Ether(GOOD)[IP].chksum
    for wanted in [0x0000, 0x00FF, 0x0100, 0xFEFF, 0xFEFE, 0xFFFE]:
        ip_id = (77 + right - wanted) % 0xFFFF
        frame = packet(ip={"id": ip_id})
        assert Ether(frame)[IP].chksum == wanted
        yield f"IP checksum {wanted:#06x}", frame
    for name, wrong in [("one bit", right ^ 1), ("bytes swapped", right >> 8 | (right & 0xFF) << 8)]:
        yield f"wrong IP checksum: {name}", hostile.patched(GOOD, 10, wrong.to_bytes(2, "big"), sound=False)


def entering_sizes():
    bare = hostile.patched(GOOD, 2, b"\x00\x14")[:34]
    yield "a bare IP header", bare
    yield "a bare IP header, padded", pad(bare)
    yield "42 bytes", packet(42)
    yield "42 bytes, padded", pad(packet(42))
    yield "61 bytes", packet(61)
    yield "the longest that the tunnel takes", packet(14 + MTU - 20)


ENTERING = [entering, entering_headers, entering_checksums, entering_sizes]


# --- ipip_encap: what does not ---

def not_whole():
    """Not even IPv4."""
    yield from hostile.not_ipv4(GOOD)
    yield from hostile.tags(GOOD)
    yield "IPv6", bytes(ether() / IPv6(src="2001:db8::1", dst="2001:db8::2", fl=0) / UDP(sport=1, dport=2))


def staying():
    yield "to another address", packet(dst="203.0.113.2")
    yield "to the address in the wrong byte order", packet(dst="1.113.0.203")
    yield "from the address", packet(dst=CLIENT_IP, ip={"src": INSIDE})
    yield "TTL 1", packet(ip={"ttl": 1})
    yield "TTL 0", packet(ip={"ttl": 0})
    yield "to the broadcast MAC address", packet(eth={"dst": "ff:ff:ff:ff:ff:ff"})
    yield "to a multicast MAC address", packet(eth={"dst": "01:00:5e:00:00:01"})
    yield "one byte more than the tunnel takes", packet(14 + MTU - 20 + 1)
    yield "the longest frame", packet(MAX_FRAME)
    yield "a jumbo frame", packet(JUMBO_FRAME)
    for length in [0, 1, 19]:
        yield f"total length {length}", hostile.patched(GOOD, 2, length.to_bytes(2, "big"))
    yield from hostile.beyond_the_frame(GOOD)
    yield "IHL 15, and less than that in the packet", hostile.patched(packet(54), 0, b"\x4f")


def cut():
    for length in range(14, len(GOOD)):
        yield f"cut to {length} bytes", GOOD[:length]


STAYING = [not_whole, staying, cut, hostile.runts]


# --- ipip_decap ---

def tunnelled(frame=GOOD, outer=None, eth=None, tail=b""):
    """The frame's packet in the tunnel, as it arrives at the exit."""
    return bytes(ether(type=0x0800, **(eth or {})) / IP(**{**OUTER, "proto": 4, "id": 0, "flags": "DF", **(outer or {})})
                 / Raw(frame[14:])) + tail


def marked(frame):
    """With the mark of congestion, if the sender understands it."""
    header = Ether(frame)[IP]
    wrong = header.chksum != IP(bytes(IP(**{**header.fields, "chksum": None}))).chksum
    assert not wrong and header.tos & 3
    header.tos |= 3
    del header.chksum
    return frame[:14] + bytes(header)


TUNNELLED = tunnelled()


def leaving():
    """Pairs of name, frame and what is handed to the stack."""
    def both(name, frame, **fields):
        return name, tunnelled(frame, **fields), frame
    for name, frame in [*entering(), *entering_headers(), *entering_checksums(), *entering_sizes()]:
        size = 14 + int.from_bytes(frame[16:18], "big")
        frame = ether_of_the_tunnel(frame[:size])
        yield both(name, frame)
    yield both("a frame of 1,514 bytes", packet(MAX_FRAME - 20))
    yield both("TTL 0 and 1 inside", packet(ip={"ttl": 0}))
    yield both("outer TTL 0", GOOD, outer={"ttl": 0})
    yield both("outer TOS", GOOD, outer={"tos": 0xB8})
    yield both("outer mark of capability", packet(ip={"tos": 1}), outer={"tos": 2})
    yield both("outer mark of congestion, known inside", packet(ip={"tos": 3}), outer={"tos": 3})
    yield "outer mark of congestion, ECT(0) inside", tunnelled(packet(ip={"tos": 2}), outer={"tos": 3}), marked(packet(ip={"tos": 2}))
    yield "outer mark of congestion, ECT(1) inside", tunnelled(packet(ip={"tos": 0xB9}), outer={"tos": 3}), marked(packet(ip={"tos": 0xB9}))
    for wanted in [0x0000, 0x0001, 0xFFFE]:
        right = Ether(packet(ip={"tos": 2}))[IP].chksum
        frame = packet(ip={"tos": 2, "id": (77 + right - wanted) % 0xFFFF})
        assert Ether(frame)[IP].chksum == wanted
        yield f"outer mark of congestion, inner checksum {wanted:#06x}", tunnelled(frame, outer={"tos": 3}), marked(frame)
    yield "padding behind the packet", tunnelled(packet(42), tail=bytes(10)), packet(42) + bytes(10)
    yield "more in the outer packet than the inner one", tunnelled(GOOD + b"more"), GOOD + b"more"


def ether_of_the_tunnel(frame):
    return bytes(ether(type=0x0800)) + frame[14:]


def left():
    for name, frame, _ in leaving():
        yield name, frame


def dropped():
    """A mark of congestion for a sender who does not understand it."""
    yield "outer mark of congestion, none inside", tunnelled(outer={"tos": 3})
    yield "the same with other TOS bits", tunnelled(packet(ip={"tos": 0xB8}), outer={"tos": 0xBB})


def other_outer():
    yield "from another address", tunnelled(outer={"src": "198.18.0.3"})
    yield "to another address", tunnelled(outer={"dst": "198.18.0.3"})
    yield "the other way", tunnelled(outer={"src": EXIT, "dst": ENTRANCE})
    for number in [0, 1, 17, 41, 47, 255]:
        yield f"protocol {number}", hostile.patched(TUNNELLED, 9, bytes([number]))
    yield from hostile.not_ipv4(TUNNELLED)
    yield from hostile.tags(TUNNELLED)
    yield from hostile.options(TUNNELLED)
    yield from hostile.longer_ihl(TUNNELLED)
    yield from hostile.first_fragments(TUNNELLED)
    yield from hostile.later_fragments(TUNNELLED)
    yield from hostile.wrong_checksums(TUNNELLED)
    yield from hostile.total_lengths(TUNNELLED, 40)
    yield "total length one less than the inner packet needs", hostile.patched(TUNNELLED, 2, (len(TUNNELLED) - 15).to_bytes(2, "big"))
    yield from hostile.beyond_the_frame(TUNNELLED)
    yield "a jumbo frame, of which the program sees the first part only", tunnelled(packet(JUMBO_FRAME))


def other_inner():
    for name, frame in [*hostile.other_versions(GOOD), *hostile.impossible_ihl(GOOD), *hostile.beyond_the_frame(GOOD),
                        ("total length 19", hostile.patched(GOOD, 2, b"\x00\x13")),
                        ("total length 0", hostile.patched(GOOD, 2, b"\x00\x00"))]:
        yield f"inside: {name}", tunnelled(frame)
    yield "inside: IHL 15 in a packet of 40 bytes", tunnelled(hostile.patched(packet(54), 0, b"\x4f"))


def cut_tunnelled():
    for length in range(14, len(TUNNELLED)):
        yield f"cut to {length} bytes", TUNNELLED[:length]


PASSED = [other_outer, other_inner, cut_tunnelled, hostile.runts]


# --- the replays: mixed traffic, and frames of a network card's size for and from the tunnel ---

def of_a_card(frame):
    return MIN_FRAME <= len(frame) <= MAX_FRAME - 20


def shuffled(ours, others):
    frames = ours + others
    random.Random(23).shuffle(frames)
    return frames


def write_encap_mix():
    ours = [(pad(frame), encapsulated(pad(frame))) for frame in frames_of(ENTERING) if len(frame) <= MAX_FRAME - 20]
    ours += [(frame, encapsulated(frame)) for frame in (packet(size) for size in range(60, 1460, 14))]
    others = [(pad(frame), None) for frame in frames_of([not_whole, staying]) if len(frame) <= MAX_FRAME]
    others += [(frame, None) for frame in mixed.mixed()]
    frames = shuffled(ours, others)
    write("ipip_encap_mix.pcap", [frame for frame, _ in frames])
    write("ipip_encap_mix_received.pcap", [out for _, out in frames if out])
    write("ipip_encap_mix_passed.pcap", [frame for frame, out in frames if not out])


def write_decap_mix():
    ours = [(frame, out) for _, frame, out in leaving() if MIN_FRAME <= len(frame) <= MAX_FRAME]
    ours += [(tunnelled(frame), frame) for frame in (packet(size) for size in range(60, 1460, 14))]
    others = [(pad(frame), pad(frame)) for frame in frames_of([other_outer, other_inner]) if len(frame) <= MAX_FRAME]
    others += [(frame, None) for frame in frames_of([dropped])]
    others += [(frame, frame) for frame in mixed.mixed()]
    frames = shuffled(ours, others)
    write("ipip_decap_mix.pcap", [frame for frame, _ in frames])
    write("ipip_decap_mix_passed.pcap", [out for _, out in frames if out])


def bench_packet(number):
    flow = number % 64
    return packet(MIN_FRAME, ip={"src": f"192.168.1.{100 + flow}", "id": number},
                  transport=UDP(sport=10000 + flow, dport=9))


if __name__ == "__main__":
    if not index_wanted(ENTERING + STAYING) or not index_wanted([left, dropped] + PASSED):
        write("ipip_encap_checks.pcap", frames_of(ENTERING + STAYING))
        write("ipip_encap_checks_out.pcap", [encapsulated(frame) for frame in frames_of(ENTERING)])
        write("ipip_decap_checks.pcap", frames_of([left, dropped] + PASSED))
        write("ipip_decap_checks_out.pcap", [out for _, _, out in leaving()])
        write_encap_mix()
        write_decap_mix()
        write("ipip_encap_64.pcap", [bench_packet(number) for number in range(1000)])
        write("ipip_decap_84.pcap", [tunnelled(bench_packet(number)) for number in range(1000)])
