#!/usr/bin/python3
"""Frames for icmp_lb and what it must make of them.

Expected frames are worked out here, from what the balancer is documented to do, with Scapy. Each
frame that must pass differs from a good echo request in one thing only; where a careless program
could be led to see an echo request in it, it is made to look like one.

With --index as the only argument the script lists the frames of icmp_lb_checks.pcap.
"""

import random

from scapy.layers.inet import TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import ARP, Dot1Q
from scapy.utils import checksum

import mixed
from fixtures import *
from hostile import patched, with_options

BACKENDS = [("192.168.1.3", "52:54:00:ff:ff:55"), ("192.168.1.4", "52:54:00:5d:6e:a1")]
THIRD_BACKEND = ("192.168.1.5", "52:54:00:00:00:05")
OTHER_LB_IP = "192.168.1.77"
REVERSED_LB_IP = "2.1.168.192"


def balanced(frame, backend):
    """The echo request `frame` as it leaves for `backend`."""
    ip, mac = backend
    packet = Ether(frame)
    packet.src, packet.dst = packet.dst, mac
    packet[IP].dst = ip
    del packet[IP].chksum
    out = bytes(packet)
    assert len(out) == len(frame) and out[34:] == frame[34:]
    return out


def in_turn(frames, backends):
    return [balanced(frame, backends[turn % len(backends)]) for turn, frame in enumerate(frames)]


# --- icmp_lb_checks.pcap: (name, frame) ---

def plain_requests():
    for number in range(8):
        payload = filler(56, 16 * number)
        yield f"echo request {number}", bytes(
            echo_request(ip_id=0x1000 + number, icmp_id=0x2200 + number // 4, seq=number, payload=payload))


def ip_checksum(frame):
    return Ether(frame)[IP].chksum


def with_checksum(wanted, rewritten):
    """An echo request whose IP checksum is `wanted` after `rewritten`; its IP id sees to that."""
    was = ip_checksum(rewritten(bytes(echo_request(ip_id=0))))
    frame = bytes(echo_request(ip_id=(was - wanted) % 0xFFFF))
    assert ip_checksum(rewritten(frame)) == wanted
    return frame


def with_zero_as_ffff():
    """An echo request whose IP checksum comes to 0, which may as well be written 0xffff."""
    frame = with_checksum(0, lambda unchanged: unchanged)
    return frame[:24] + b"\xff\xff" + frame[26:]


def unusual_requests():
    """Balanced all the same. A new entry goes to the end: it shifts the turns of those behind it."""
    yield "no payload: 42 bytes", bytes(echo_request(payload=b""))
    yield "no payload, padded to 60 bytes", pad(echo_request(payload=b""))
    yield "odd payload length", bytes(echo_request(payload=filler(57)))
    yield "longest frame", bytes(echo_request(payload=filler(MAX_FRAME - 42)))
    yield "TTL 1", bytes(echo_request(ip={"ttl": 1}))
    yield "TTL 255", bytes(echo_request(ip={"ttl": 255}))
    yield "don't fragment", bytes(echo_request(ip={"flags": "DF"}))
    yield "reserved flag", bytes(echo_request(ip={"flags": "evil"}))
    yield "TOS 0xff", bytes(echo_request(ip={"tos": 255}))
    yield "ICMP code 1", bytes(echo_request(icmp={"code": 1}))
    yield "wrong ICMP checksum", bytes(echo_request(icmp={"chksum": 0xDEAD}))
    yield "IP checksum becomes 0x0000", with_checksum(0x0000, lambda f: balanced(f, BACKENDS[1]))
    yield "IP checksum becomes 0xfffe", with_checksum(0xFFFE, lambda f: balanced(f, BACKENDS[0]))
    yield "IP checksum 0xffff for 0", with_zero_as_ffff()
    yield "from another client and MAC", bytes(
        echo_request(src="203.0.113.9", eth={"src": "02:00:00:00:00:99"}))
    yield "to another of our MAC addresses", bytes(echo_request(eth={"dst": "02:00:00:00:00:22"}))


LOOKS_LIKE_ECHO = bytes(ICMP(type=8, id=0x1234, seq=1) / Raw(filler(56)))


def ip_header(**fields):
    return IP(**{"src": CLIENT_IP, "dst": LB_IP, "id": 1, "proto": 1, **fields})


def other_addresses():
    yield "to another address", bytes(echo_request(dst=OTHER_LB_IP))
    yield "to the address backwards", bytes(echo_request(dst=REVERSED_LB_IP))
    yield "to a backend", bytes(echo_request(dst=BACKENDS[0][0]))
    yield "from the balancer's address to another", bytes(echo_request(src=LB_IP, dst=CLIENT_IP))
    yield "to the broadcast address", bytes(echo_request(dst="255.255.255.255"))


def other_protocols():
    yield "UDP that looks like an echo request", bytes(
        ether() / ip_header(proto=17) / UDP(sport=0x0800, dport=53) / Raw(filler(56)))
    yield "TCP that looks like an echo request", bytes(
        ether() / ip_header(proto=6) / TCP(sport=0x0800, dport=80, flags="S"))
    yield "protocol 255", bytes(ether() / ip_header(proto=255) / Raw(LOOKS_LIKE_ECHO))
    yield "IPv6 UDP", bytes(ether() / IPv6(src="2001:db8::1", dst="2001:db8::2", fl=0)
                            / UDP(sport=1, dport=2) / Raw(filler(56)))
    yield "ICMPv6 echo request", bytes(ether() / IPv6(src="2001:db8::1", dst="2001:db8::2", fl=0)
                                       / ICMPv6EchoRequest(id=1, seq=1, data=filler(56)))
    yield "ARP request for the address", bytes(
        ether(dst="ff:ff:ff:ff:ff:ff") / ARP(op=1, hwsrc=CLIENT_MAC, psrc=CLIENT_IP,
                                             hwdst="00:00:00:00:00:00", pdst=LB_IP))
    yield "VLAN-tagged echo request", bytes(
        ether() / Dot1Q(vlan=5) / echo_request()[IP])
    yield "twice tagged echo request", bytes(
        ether(type=0x88A8) / Dot1Q(vlan=5, type=0x8100) / Dot1Q(vlan=6) / echo_request()[IP])
    yield "EtherType IPv6 around an echo request", bytes(echo_request(eth={"type": 0x86DD}))
    yield "EtherType 0x0008 around an echo request", bytes(echo_request(eth={"type": 0x0008}))
    yield "a length where the EtherType is", bytes(echo_request(eth={"type": 84}))


def other_icmp():
    for icmp_type, name in [(0, "echo reply"), (3, "destination unreachable"), (5, "redirect"),
                            (11, "time exceeded"), (13, "timestamp request"), (128, "type 128")]:
        yield name, bytes(ether() / ip_header() / Raw(
            icmp_message(icmp_type, filler(4) + bytes(ip_header(len=84)) + filler(8))))


def icmp_message(icmp_type, rest):
    message = bytes([icmp_type, 0, 0, 0]) + rest
    return message[:2] + checksum(message).to_bytes(2, "big") + message[4:]


def headers():
    good = bytes(echo_request())
    yield "IP options", with_options(good, b"\x07\x07\x04\x00\x00\x00\x00\x00")  # record route
    # To who takes them for ICMP they are an echo request, and the sum of the first 20 bytes is right too.
    yield "IP options that look like an echo request", with_options(good, b"\x08\x00\xf7\xff")
    yield "IHL 4", patched(good, 0, b"\x44")
    yield "IHL 0", patched(good, 0, b"\x40")
    yield "IHL 15, more than there is", patched(good[:60], 0, b"\x4f\x00\x00\x2e")
    yield "IP version 6 in the header", patched(good, 0, b"\x65")
    yield "total length 20: no ICMP", patched(good, 2, b"\x00\x14")
    yield "total length 27: ICMP header cut short", patched(good, 2, b"\x00\x1b")
    yield "total length 27, and the frame ends there", patched(good, 2, b"\x00\x1b")[:41]
    yield "total length 0", patched(good, 2, b"\x00\x00")
    yield "total length one more than there is", patched(good, 2, b"\x00\x55")
    yield "total length 65535", patched(good, 2, b"\xff\xff")


def fragments():
    def fragment(**fields):
        return bytes(ether() / ip_header(**fields) / Raw(LOOKS_LIKE_ECHO))
    yield "first fragment", fragment(flags="MF", frag=0)
    yield "first fragment, don't fragment set", fragment(flags="MF+DF", frag=0)
    yield "middle fragment", fragment(flags="MF", frag=8)
    yield "last fragment", fragment(frag=16)
    yield "fragment at 8 bytes", fragment(frag=1)
    yield "fragment at 2048 bytes", fragment(frag=256)
    yield "fragment at 32768 bytes", fragment(frag=4096)


def wrong_checksums():
    good = bytes(echo_request())
    right = good[24:26]
    for name, wrong in [("one bit", bytes([right[0], right[1] ^ 1])), ("bytes swapped", right[::-1]),
                        ("zero", bytes(2)), ("not complemented", bytes(b ^ 0xFF for b in right))]:
        yield f"wrong IP checksum: {name}", patched(good, 10, wrong, sound=False)


def group_addresses():
    yield "to the broadcast MAC address", bytes(echo_request(eth={"dst": "ff:ff:ff:ff:ff:ff"}))
    yield "to a multicast MAC address", bytes(echo_request(eth={"dst": "01:00:5e:00:00:01"}))


def truncated():
    good = bytes(echo_request())
    for length in range(14, 42):
        yield f"truncated to {length} bytes", good[:length]
    yield "truncated to 42 bytes: headers whole, payload lost", good[:42]
    yield "truncated by one byte", good[:-1]


EXCEPTIONS = [other_addresses, other_protocols, other_icmp, headers, fragments, wrong_checksums,
              group_addresses]
GROUPS = [plain_requests, unusual_requests, *EXCEPTIONS, truncated]


def write_checks():
    plain = [frame for _, frame in plain_requests()]
    unusual = [frame for _, frame in unusual_requests()]
    elsewhere = next(frame for _, frame in other_addresses())
    write("icmp_lb_checks.pcap", frames_of(GROUPS))
    write("icmp_lb_checks_out.pcap",
          in_turn(plain, BACKENDS)                        # 0-7
          + in_turn(plain, [*BACKENDS, THIRD_BACKEND])    # 8-15
          + in_turn(plain[:3], BACKENDS[:1])              # 16-18
          + in_turn(unusual, BACKENDS)                    # 19-34
          + in_turn([elsewhere], BACKENDS))               # 35: with that address as the balancer's


# --- icmp_lb_mix.pcap ---

MIX_REQUESTS, MIX_OTHERS = 488, 512


def mix():
    """(frame, whether it is balanced) in order."""
    rng = random.Random(21)
    requests = []
    for number in range(MIX_REQUESTS):
        client = rng.randint(10, 25)
        room = max(0, frame_size(rng) - 42)
        requests.append((pad(echo_request(ip_id=rng.randrange(65536), icmp_id=client, seq=number,
                                          src=f"192.168.1.{client}", payload=rng.randbytes(room),
                                          ip={"ttl": rng.choice([1, 64, 128, 255]),
                                              "flags": rng.choice(["", "DF"])})), True))
    near = [pad(frame) for group in EXCEPTIONS for _, frame in group()]
    others = near + [rng.choice(near) for _ in range(MIX_OTHERS // 2 - len(near))]
    others += rng.sample(mixed.mixed(), MIX_OTHERS - len(others))
    frames = requests + [(frame, False) for frame in others]
    rng.shuffle(frames)
    return frames


def write_mix():
    frames = mix()
    write("icmp_lb_mix.pcap", [frame for frame, _ in frames])
    write("icmp_lb_mix_received.pcap", in_turn([frame for frame, ours in frames if ours], BACKENDS))
    write("icmp_lb_mix_passed.pcap", [frame for frame, ours in frames if not ours])


if __name__ == "__main__":
    if not index_wanted(GROUPS):
        write_checks()
        write_mix()
