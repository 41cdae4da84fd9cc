"""What an attacker makes of a good packet: groups of cases for any program that reads IPv4 headers.

The packets given are frames of Ethernet, an IPv4 header of 20 bytes and a transport header. What is
not part of the case stays as it is, so that a program which does not look is led to see the good
packet.
"""

from scapy.utils import checksum

from fixtures import *

IP_START, IP_END = 14, 34
C_TAG, S_TAG = 0x8100, 0x88A8


def patched(frame, offset, data, sound=True):
    """The frame with other bytes in its IP header, whose checksum (of 20 bytes) is then made right again."""
    frame = bytearray(frame)
    frame[14 + offset:14 + offset + len(data)] = data
    if sound:
        frame[24:26] = bytes(2)
        frame[24:26] = checksum(bytes(frame[14:34])).to_bytes(2, "big")
    return bytes(frame)


def with_options(frame, options):
    """The packet with these IP options: a multiple of 4 bytes."""
    header = frame[IP_START:IP_END]
    length = int.from_bytes(header[2:4], "big") + len(options)
    header = (bytes([0x45 + len(options) // 4, header[1]]) + length.to_bytes(2, "big") + header[4:10]
              + bytes(2) + header[12:] + options)
    header = header[:10] + checksum(header).to_bytes(2, "big") + header[12:]
    return frame[:IP_START] + header + frame[IP_END:]


def tagged(frame, *ethertypes):
    """The frame behind VLAN tags of these EtherTypes, the outermost first."""
    tags = b"".join(ethertype.to_bytes(2, "big") + (5 + number).to_bytes(2, "big")
                    for number, ethertype in enumerate(ethertypes))
    return frame[:12] + tags + frame[12:]


def sizes(frame):
    """From the bare headers on: the payload is cut or filled up, the lengths are those of IP and UDP or TCP."""
    def sized(length):
        packet = Ether(frame)
        transport = packet[IP].payload
        transport.remove_payload()
        for layer, names in ((packet[IP], ["len", "chksum"]), (transport, ["len", "chksum"])):
            for name in names:
                if name in layer.fields:
                    delattr(layer, name)
        headers = len(bytes(packet))
        return bytes(packet / Raw(filler(max(0, length - headers))))
    yield "the headers only", sized(0)
    yield "the headers only, padded to 60 bytes", pad(sized(0))
    yield "61 bytes", sized(MIN_FRAME + 1)
    yield "1,513 bytes", sized(MAX_FRAME - 1)
    yield "1,514 bytes", sized(MAX_FRAME)
    yield "9,014 bytes", sized(JUMBO_FRAME)


def tags(frame):
    for name, ethertypes in [("802.1Q", [C_TAG]), ("802.1ad", [S_TAG]), ("802.1ad and 802.1Q", [S_TAG, C_TAG]),
                             ("two of 802.1Q", [C_TAG, C_TAG])]:
        yield f"behind {name}", tagged(frame, *ethertypes)
    yield "behind VLAN 0", frame[:12] + b"\x81\x00\x00\x00" + frame[12:]


def too_many_tags(frame):
    yield "behind three tags", tagged(frame, S_TAG, C_TAG, C_TAG)
    yield "behind ten tags", tagged(frame, *[C_TAG] * 10)
    yield "behind 0x9100, which is no tag", tagged(frame, 0x9100)


def cut_tags(frame):
    """Tagged frames that end in a tag or in the IPv4 header behind it."""
    for length in range(14, IP_END + 8):
        yield f"twice tagged, cut to {length} bytes", tagged(frame, S_TAG, C_TAG)[:length]


def cut(frame, whole):
    """The frame cut at every byte from the Ethernet header on; with `whole` bytes its headers are whole."""
    for length in range(IP_START, whole):
        yield f"cut to {length} bytes", frame[:length]


def other_ethertypes(frame):
    for name, ethertype in [("ARP", 0x0806), ("IPv6", 0x86DD), ("IPv4 in the wrong byte order", 0x0008),
                            ("802.3 length", len(frame) - 14), ("0", 0), ("0xffff", 0xFFFF)]:
        yield f"EtherType {name}", frame[:12] + ethertype.to_bytes(2, "big") + frame[14:]


def other_versions(frame):
    for version in [*range(4), *range(5, 16)]:
        yield f"IP version {version}", patched(frame, 0, bytes([version << 4 | 5]))


def impossible_ihl(frame):
    for ihl in range(5):
        yield f"IHL {ihl}", patched(frame, 0, bytes([0x40 | ihl]))


def longer_ihl(frame):
    """The IHL says that there are options, but what follows is what was there."""
    for ihl in range(6, 16):
        yield f"IHL {ihl}, without options", patched(frame, 0, bytes([0x40 | ihl]))


def options(frame):
    """True IP options of every length: IHL 6 to 15."""
    for words in range(1, 11):
        yield f"IHL {5 + words}, options of no operation", with_options(frame, b"\x01" * 4 * words)
    yield "record route", with_options(frame, b"\x07\x07\x04\x00\x00\x00\x00\x00")


def first_fragments(frame):
    yield "first fragment", patched(frame, 6, b"\x20\x00")
    yield "first fragment, don't fragment set", patched(frame, 6, b"\x60\x00")


def later_fragments(frame):
    for name, field in [("middle fragment at 8 bytes", 0x2001), ("last fragment at 8 bytes", 0x0001),
                        ("last fragment at 2,048 bytes", 0x0100), ("middle fragment at 65,528 bytes", 0x3FFF),
                        ("don't fragment, at 8 bytes", 0x4001)]:
        yield name, patched(frame, 6, field.to_bytes(2, "big"))


def flags(frame):
    yield "don't fragment", patched(frame, 6, b"\x40\x00")
    yield "reserved flag", patched(frame, 6, b"\x80\x00")


def wrong_checksums(frame):
    right = frame[24:26]
    for name, wrong in [("one bit", bytes([right[0], right[1] ^ 1])), ("bytes swapped", right[::-1]),
                        ("zero", bytes(2)), ("0xffff", b"\xff\xff")]:
        yield f"wrong IP checksum: {name}", patched(frame, 10, wrong, sound=False)


def total_lengths(frame, headers):
    """Total lengths with which the packet ends before its transport header does; `headers` bytes are both."""
    for length in [0, 1, 19, 20, headers - 1]:
        yield f"total length {length}", patched(frame, 2, length.to_bytes(2, "big"))


def beyond_the_frame(frame):
    """Total lengths with which the packet does not end within the frame."""
    for name, length in [("one more than there is", len(frame) - IP_START + 1), ("65,535", 65535)]:
        yield f"total length {name}", patched(frame, 2, length.to_bytes(2, "big"))


def ipv4_headers(frame):
    """Sound IPv4 headers of every kind; a program that reads no further must treat all like the packet."""
    yield from options(frame)
    yield from longer_ihl(frame)
    yield from tags(frame)
    yield from first_fragments(frame)
    yield from later_fragments(frame)
    yield from flags(frame)


def not_ipv4(frame):
    """What is no IPv4, or has an impossible header."""
    yield from other_ethertypes(frame)
    yield from too_many_tags(frame)
    yield from other_versions(frame)
    yield from impossible_ihl(frame)


def cut_ipv4(frame):
    """The frame cut at every byte of its IPv4 header: plain, with the most options, behind two tags."""
    yield from cut(frame, IP_END)
    most_options = with_options(frame, b"\x01" * 40)
    for length in range(IP_END, IP_END + 40):
        yield f"40 bytes of options, cut to {length} bytes", most_options[:length]
    yield from cut_tags(frame)


def runts():
    ethernet = bytes(ether(type=0x0800))
    yield "an Ethernet header and nothing behind it", ethernet
    yield "one byte behind it", ethernet + b"\x45"
    yield "zeros", bytes(60)
    yield "ones", b"\xff" * 60
    yield "zeros behind EtherType IPv4", ethernet + bytes(46)
    yield "ones behind EtherType IPv4", ethernet + b"\xff" * 46


__all__ = [name for name in globals() if not name.startswith("_")]
