"""Native mode on virtio-net: reference programs on a port of the guest, real frames from the port that it is joined to.

Runs only in a guest of scripts/vm: the ports of any other machine are not ours to send on.
"""

import ctypes
import json
import os
import pathlib
import select
import socket
import struct
import subprocess
import sys
import time
import unittest

SOURCE = pathlib.Path(os.environ["XDP_BENCH_SOURCE"])
PROGRAMS = pathlib.Path(os.environ["XDP_BENCH_BUILD"]) / "share/xdp-bench/bpf"
CLONE_NEWNET = 0x40000000
ETH_P_ALL, SOL_PACKET, PACKET_AUXDATA = 3, 263, 8
TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID = 0x10, 0x40
CHUNK = 32  # frames in flight: a virtio ring holds 256
ACTIONS = ("XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT")
NATIVE = 1  # XDP_ATTACHED_DRV of linux/if_link.h


def command(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def virtio_ports():
    drivers = {path.parent.parent.name: path.resolve().name for path in pathlib.Path("/sys/class/net").glob("*/device/driver")}
    return sorted(name for name, driver in drivers.items() if driver == "virtio_net")


def read_pcap(name):
    data = (SOURCE / "pcaps" / name).read_bytes()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    frames, at = [], 24
    while at < len(data):
        length = struct.unpack_from(order + "I", data, at + 8)[0]
        frames.append(data[at + 16:at + 16 + length])
        at += 16 + length
    return frames


def socket_in(netns, interface):
    """A packet socket on an interface of a named namespace; sockets stay where they were opened."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net", "rb") as home, open(f"/run/netns/{netns}", "rb") as there:
        if libc.setns(there.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        try:
            opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            opened.bind((interface, 0))
        finally:
            libc.setns(home.fileno(), CLONE_NEWNET)
    opened.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    opened.setblocking(False)
    return opened


def arrived(opened):
    """The frames that wait at a socket, without those that left by it."""
    frames = []
    while True:
        try:
            data, ancillary, _, address = opened.recvmsg(65536, 128)
        except BlockingIOError:
            return frames
        if address[2] == socket.PACKET_OUTGOING:
            continue
        # The stack has taken the VLAN tag out of the bytes; put it back.
        status, _, _, _, _, tci, protocol = struct.unpack("=IIIHHHH", ancillary[0][2][:20])
        if status & TP_STATUS_VLAN_VALID:
            protocol = protocol if status & TP_STATUS_VLAN_TPID_VALID else 0x8100
            data = data[:12] + struct.pack(">HH", protocol, tci) + data[12:]
        frames.append(data)


class VirtioTest(unittest.TestCase):
    def setUp(self):
        ports = virtio_ports()
        self.assertEqual(len(ports), 2, "the guest has two virtio-net ports")
        self.port = {}
        for netns, port, mac in (("tester", ports[0], "02:00:00:00:00:01"), ("dut", ports[1], "02:00:00:00:00:02")):
            command("ip", "netns", "add", netns)
            self.addCleanup(command, "ip", "netns", "delete", netns)
            command("ip", "link", "set", port, "netns", netns)
            self.addCleanup(command, "ip", "-n", netns, "link", "set", port, "netns", "1")
            command("ip", "netns", "exec", netns, "sysctl", "-q", "net.ipv6.conf.all.disable_ipv6=1")
            command("ip", "-n", netns, "link", "set", port, "address", mac, "promisc", "on", "arp", "off", "up")
            self.port[netns] = port
        self.tester = socket_in("tester", self.port["tester"])
        self.addCleanup(self.tester.close)
        self.stack = socket_in("dut", self.port["dut"])
        self.addCleanup(self.stack.close)

    def attach(self, program):
        """In driver mode or not at all: the kernel does not fall back when the mode is named."""
        port = self.port["dut"]
        command("ip", "-n", "dut", "link", "set", "dev", port, "xdpdrv", "object", PROGRAMS / f"{program}.bpf.o",
                "program", program)
        self.addCleanup(command, "ip", "-n", "dut", "link", "set", "dev", port, "xdpdrv", "off")
        shown = json.loads(command("ip", "-j", "-n", "dut", "-d", "link", "show", "dev", port))[0]
        self.assertEqual(shown["xdp"]["mode"], NATIVE)

    def counters(self):
        """What the program counted, by action, over all CPUs."""
        entries = json.loads(command("bpftool", "-j", "map", "dump", "name", "xdp_counters"))
        counted = {ACTIONS[entry["formatted"]["key"]]: sum(cpu["value"]["packets"] for cpu in entry["formatted"]["values"])
                   for entry in entries}
        return {action: packets for action, packets in counted.items() if packets}

    def send(self, frames, back, passed):
        """Sends, and collects what comes back and what reaches the stack until as much as expected has, and a little longer."""
        got_back, got_passed = [], []
        for at in range(0, len(frames), CHUNK):
            for frame in frames[at:at + CHUNK]:
                select.select([], [self.tester], [], 5)
                self.tester.send(frame)
            self.collect(got_back, back * len(frames[:at + CHUNK]), got_passed, passed * len(frames[:at + CHUNK]))
        time.sleep(0.2)
        return got_back + arrived(self.tester), got_passed + arrived(self.stack)

    def collect(self, back, wanted_back, passed, wanted_passed):
        end = time.monotonic() + 5
        while (len(back) < wanted_back or len(passed) < wanted_passed) and time.monotonic() < end:
            select.select([self.tester, self.stack], [], [], 0.1)
            back += arrived(self.tester)
            passed += arrived(self.stack)

    def expect(self, program, action, back=(), passed=()):
        self.attach(program)
        frames = read_pcap("mixed.pcap")
        got_back, got_passed = self.send(frames, bool(back), bool(passed))
        self.assertEqual(self.counters(), {action: len(frames)})
        self.assertEqual((len(got_back), len(got_passed)), (len(back), len(passed)))
        self.assertEqual(got_back, list(back))
        self.assertEqual(got_passed, list(passed))

    def test_xdp_drop_ends_every_frame(self):
        self.expect("xdp_drop", "XDP_DROP")

    def test_xdp_pass_lets_every_frame_reach_the_stack(self):
        self.expect("xdp_pass", "XDP_PASS", passed=read_pcap("mixed.pcap"))

    def test_xdp_tx_sends_every_frame_back(self):
        self.expect("xdp_tx", "XDP_TX", back=read_pcap("mixed_tx.pcap"))


if __name__ == "__main__":
    if not pathlib.Path("/run/vm/share").is_dir():
        print("not in a guest of scripts/vm")
        sys.exit(77)
    unittest.main(verbosity=2)
