#!/usr/bin/python3
"""Traffic for benches: shortest frames in 64 flows, so that a device can spread them over its queues."""

from scapy.layers.inet import UDP

from fixtures import *

FLOWS = 64
FRAMES = 1000
PAYLOAD = MIN_FRAME - 14 - 20 - 8


def client(flow):
    return f"192.168.1.{100 + flow}"


def udp(number):
    flow = number % FLOWS
    return pad(ether() / IP(src=client(flow), dst=LB_IP, id=number)
               / UDP(sport=10000 + flow, dport=9) / Raw(filler(PAYLOAD, number)))


def echo(number):
    flow = number % FLOWS
    return pad(echo_request(ip_id=number, icmp_id=0x4000 + flow, seq=number // FLOWS,
                            src=client(flow), payload=filler(PAYLOAD, number)))


if __name__ == "__main__":
    write("udp_64.pcap", [udp(number) for number in range(FRAMES)])
    write("icmp_echo_64.pcap", [echo(number) for number in range(FRAMES)])
