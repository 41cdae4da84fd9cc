"""What the scripts of this folder share: addresses, the ways to finish a frame, the pcap writer.

Frames are bytes as an XDP program sees them: from the destination address on, without FCS. A script
makes the same bytes each time it runs, so nothing here or there may depend on the machine: every
address is given (Scapy would ask the routing table), and what is random comes from a seeded generator.
"""

import os
import struct
import sys

from scapy.layers.inet import ICMP, IP
from scapy.layers.l2 import Ether
from scapy.packet import Padding, Raw

CLIENT_MAC = "02:00:00:00:00:01"  # the tester's end of the cable
DUT_MAC = "02:00:00:00:00:02"     # the end with the program under test

BENCH_SOURCE, BENCH_DESTINATION = "198.18.0.1", "198.18.0.2"  # of the networks for benchmarks, RFC 2544
LB_IP = "192.168.1.2"
CLIENT_IP = "192.168.1.10"

MIN_FRAME = 60    # the shortest frame on a wire: 64 bytes with its FCS
MAX_FRAME = 1514  # the longest at an MTU of 1,500
JUMBO_FRAME = 9014  # the longest at an MTU of 9,000: more than the page that a program without frags is given

FIRST_FRAME_TIME = 1_700_000_000  # seconds since the epoch; then a millisecond from frame to frame


def ether(**fields):
    """An Ethernet header from the client to the device under test."""
    return Ether(**{"src": CLIENT_MAC, "dst": DUT_MAC, **fields})


def filler(length, start=0):
    """A payload in which a byte that moved shows: counting up."""
    return bytes((start + i) & 0xFF for i in range(length))


def echo_request(ip_id=1, icmp_id=0x1234, seq=1, payload=filler(56), src=CLIENT_IP, dst=LB_IP,
                 eth=None, ip=None, icmp=None):
    """An echo request; `eth`, `ip` and `icmp` are more fields for these headers."""
    return (ether(**(eth or {})) / IP(**{"src": src, "dst": dst, "id": ip_id, **(ip or {})})
            / ICMP(**{"type": 8, "id": icmp_id, "seq": seq, **(icmp or {})}) / Raw(payload))


def pad(packet, length=MIN_FRAME):
    """The frame's bytes, with zeros behind the packet up to `length`, as a network card sends it."""
    frame = bytes(packet)
    return frame + bytes(max(0, length - len(frame)))


def frame_size(rng):
    """A frame length as on real links: mostly short, some in between, few long, now and then an extreme."""
    kind = rng.randrange(100)
    if kind < 5:
        return MIN_FRAME
    if kind < 70:
        return rng.randint(MIN_FRAME, 128)
    if kind < 92:
        return rng.randint(129, 594)
    if kind < 99:
        return rng.randint(595, MAX_FRAME - 1)
    return MAX_FRAME


def frames_of(groups):
    """The frames of some groups of cases. A group is a function that yields pairs of name and frame."""
    return [frame for group in groups for _, frame in group()]


def index_wanted(groups):
    """If --index is the only argument: lists the cases as they are numbered in their pcap."""
    if sys.argv[1:] != ["--index"]:
        return False
    number = 0
    for group in groups:
        for name, frame in group():
            print(f"#{number:<3} {group.__name__:17} {len(frame):4} bytes  {name}")
            number += 1
    return True


def write(name, frames):
    """Writes `frames` to the pcap `name` (microseconds, Ethernet) in the folder that the command line
    names, or else beside this file; the file appears whole or not at all."""
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(folder, name)
    with open(path + ".tmp", "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number, frame in enumerate(frames):
            seconds, milliseconds = divmod(number, 1000)
            out.write(struct.pack("<IIII", FIRST_FRAME_TIME + seconds, milliseconds * 1000,
                                  len(frame), len(frame)))
            out.write(frame)
    os.replace(path + ".tmp", path)


__all__ = [name for name in globals() if not name.startswith("_")]
