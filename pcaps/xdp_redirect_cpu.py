#!/usr/bin/python3
"""mixed.pcap by the CPU that xdp_redirect_cpu spreads its frames to, of two; the hash is that of bpf/README.md."""

from scapy.layers.inet import TCP, UDP
from scapy.layers.l2 import Dot1Q

import mixed
from fixtures import *

TARGETS = 2


def flow_words(packet):
    """Addresses, ports and protocol as a little-endian machine reads them from the packet."""
    header = bytes(packet)
    words = [header[12:16], header[16:20], header[9:10]]
    if packet.frag == 0 and isinstance(packet.payload, (TCP, UDP)):
        ports = bytes(packet.payload)[:4]
        words += [ports[:2], ports[2:]]
    return [int.from_bytes(word, "little") for word in words]


def target(frame):
    packet = Ether(frame).payload
    while isinstance(packet, Dot1Q):
        packet = packet.payload
    if not isinstance(packet, IP):
        return 0
    mixed_up = 0
    for word in flow_words(packet):
        mixed_up ^= word
    return (mixed_up * 0x9E3779B1 % 2**32 >> 16) % TARGETS


def reversed_flow(frame):
    """The frame as its answer would be: addresses and ports swapped."""
    packet = Ether(frame)
    if IP in packet and packet[IP].frag == 0:
        packet[IP].src, packet[IP].dst = packet[IP].dst, packet[IP].src
        transport = packet[IP].payload
        if isinstance(transport, (TCP, UDP)):
            transport.sport, transport.dport = transport.dport, transport.sport
    return bytes(packet)


if __name__ == "__main__":
    frames = mixed.mixed()
    for number in range(TARGETS):
        ours = [frame for frame in frames if target(frame) == number]
        write(f"xdp_redirect_cpu_{number}.pcap", ours)
        write(f"xdp_redirect_cpu_{number}_reversed.pcap", [reversed_flow(frame) for frame in ours])
