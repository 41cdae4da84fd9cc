// Frames whose checksums were written by Scapy, not by the code under test.
#pragma once

#include <cstddef>
#include <string_view>

#include "packet/frame.h"
#include "packet/hex.h"

namespace xdpbench::packet {

inline constexpr std::size_t kIpAt = 14;  // of a frame without VLAN tags

inline Frame frame_of(std::string_view hex) { return Frame{.bytes = parse_hex(hex).value()}; }

// Ether / IP(id=0x1a2b) / ICMP(id=7, seq=3) / "abcdefghijklmnop"
inline constexpr std::string_view kIcmpFrame =
    "525400ffff55 525400000001 0800"
    "4500002c1a2b00004001dd52c0a80101c0a80102"
    "0800b4aa00070003 6162636465666768696a6b6c6d6e6f70";
// Ether / Dot1AD(100, prio=5) / Dot1Q(42, id=1) / IP(tos=0x10, DF, router alert) /
// TCP(SA, MSS, NOP, WScale) / "hello"
inline constexpr std::string_view kRichTcpFrame =
    "525400ffff55 525400000001 88a8 a0648100 102a0800"
    "46100039000140004006 91a7 0a0000010a000002 94040000"
    "04d20050010203040506070870122000f6f80000 020405b401030307 68656c6c6f";
// Ether / IP / UDP(53, 5353) / "odd"
inline constexpr std::string_view kUdpFrame =
    "525400ffff55 525400000001 0800"
    "4500001f0002000040 1166ca0a0000010a000002"
    "003514e9000b0353 6f6464";
// Ether / IPv6(tc=0xb8, fl=0x12345) / UDP / "odd"
inline constexpr std::string_view kUdp6Frame =
    "525400ffff55 525400000001 86dd"
    "6b812345000b1140 20010db8000000000000000000000001 20010db8000000000000000000000002"
    "003514e9000bbbe0 6f6464";
// Ether / IPv6 / ICMPv6EchoRequest(id=9, seq=4) / "x"
inline constexpr std::string_view kIcmp6Frame =
    "525400ffff55 525400000001 86dd"
    "6000000000093a40 20010db8000000000000000000000001 20010db8000000000000000000000002"
    "8000ac3900090004 78";
// Ether / IPv6 / TCP(F) / "x"
inline constexpr std::string_view kTcp6Frame =
    "525400ffff55 525400000001 86dd"
    "6000000000150640 20010db8000000000000000000000001 20010db8000000000000000000000002"
    "00010002000000000000000050012000bc6a0000 78";
// Ether / ARP who-has 192.168.1.2
inline constexpr std::string_view kArpFrame =
    "525400ffff55 525400000001 0806"
    "0001080006040001 525400000001c0a80101 000000000000c0a80102";
// Ether / IP / IP / UDP / "in"
inline constexpr std::string_view kIpipFrame =
    "525400ffff55 525400000001 0800"
    "4500003200030000400466c30a0000010a000002"
    "4500001e00040000401166c70a0100010a010002"
    "003514e9000a6d49 696e";

inline constexpr std::string_view kSampleFrames[] = {kIcmpFrame, kRichTcpFrame, kUdpFrame,
                                                     kUdp6Frame, kIcmp6Frame,   kTcp6Frame,
                                                     kArpFrame,  kIpipFrame};

}  // namespace xdpbench::packet
