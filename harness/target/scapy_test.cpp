#include "target/scapy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "packet/hex.h"

namespace xdpbench::target {
namespace {

// Skips, with the reason, where Scapy or the means to confine it are missing.
class Scapy : public testing::Test {
  protected:
    void SetUp() override {
        const auto frames = scapy_expression("Ether()/IP()");
        if (!frames && frames.error().kind != ErrorKind::input)
            GTEST_SKIP() << frames.error().text();
        ASSERT_TRUE(frames) << frames.error().text();
    }

    static std::string failure(const std::string& expression) {
        const auto frames = scapy_expression(expression);
        return frames ? "made frames" : frames.error().text();
    }

    static Result<packet::Frames> of_file(const std::string& text) {
        const std::string path =
            testing::TempDir() + "xdp-bench-" + std::to_string(::getpid()) + ".py";
        std::ofstream(path) << text;
        auto frames = scapy_file(path);
        std::filesystem::remove(path);
        return frames;
    }
};

#define EXPECT_CONTAINS(text, part) \
    EXPECT_NE(std::string(text).find(part), std::string::npos) << (text)

TEST_F(Scapy, AnExpressionGivesItsFrame) {
    const auto frames = scapy_expression(
        R"(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")/IP(src="1.2.3.4", dst="192.168.1.2")/ICMP())");
    ASSERT_TRUE(frames) << frames.error().text();
    ASSERT_EQ(frames->size(), 1U);
    const std::string hex = packet::to_hex(frames->front().bytes);
    EXPECT_TRUE(hex.starts_with("0200000000020200000000010800450000")) << hex;
    EXPECT_EQ(frames->front().bytes.size(), 42U);
}

TEST_F(Scapy, SeveralValuesAndListsAreSeveralFrames) {
    const auto frames = scapy_expression(
        "[Ether()/IP(ttl=(1, 4)), [Ether()/ARP(), bytes(20)], (Ether()/IP(id=i) for i in (1, 2))]");
    ASSERT_TRUE(frames) << frames.error().text();
    EXPECT_EQ(frames->size(), 8U);
}

TEST_F(Scapy, TheSameCodeMakesTheSameFrames) {
    const auto a = scapy_expression("Ether()/IP(dst=RandIP())/UDP(sport=RandShort())");
    const auto b = scapy_expression("Ether()/IP(dst=RandIP())/UDP(sport=RandShort()) ");
    ASSERT_TRUE(a && b);
    EXPECT_EQ(*a, *b);
}

TEST_F(Scapy, WhatIsNoFrameIsRefused) {
    EXPECT_CONTAINS(failure("Ether(/"), "SyntaxError");
    EXPECT_CONTAINS(failure("'text'"), "a value of type str is no packet");
    EXPECT_CONTAINS(failure("IP()/ICMP()"), "begins with IP, not with Ethernet");
    EXPECT_CONTAINS(failure("[]"), "it makes no frames");
    EXPECT_CONTAINS(failure("b''"), "frame 0 has 0 bytes; a frame has 14 to 262,144");
    EXPECT_CONTAINS(failure("__import__('os')._exit(3)"), "Python ended with 3 before");
    EXPECT_CONTAINS(failure("iter(lambda: b'x' * 14, 0)"), "more than 100000 frames");
}

// Whoever runs the tests: no user of this machine, no way back, no network, no descriptors of ours,
// no files, no children, bounded memory.
TEST_F(Scapy, TheCodeIsConfined) {
    const auto frames = of_file(R"(
import os, socket
found = [f'uid {os.getuid()}', str(socket.if_nameindex()), str(sorted(os.listdir('/proc/self/fd')))]
found += [line.strip().replace('\t', '') for line in open('/proc/self/status')
          if line.startswith(('NoNewPrivs', 'CapEff'))]
def write():
    with open('/tmp/xdp-bench-scapy', 'wb', buffering=0) as file:
        try:
            file.write(b'x')
        finally:
            os.remove('/tmp/xdp-bench-scapy')
for attempt in (write, os.fork, lambda: bytearray(8 << 30)):
    try:
        attempt()
        found.append('done')
    except (OSError, MemoryError) as error:
        found.append(type(error).__name__)
raise ValueError('; '.join(found))
)");
    ASSERT_FALSE(frames);
    EXPECT_CONTAINS(frames.error().text(),
                    "uid 65534; [(1, 'lo')]; ['0', '1', '2', '3', '4']; CapEff:0000000000000000; "
                    "NoNewPrivs:1; PermissionError; BlockingIOError; MemoryError");
}

TEST_F(Scapy, ItsTimeIsBounded) {
    const auto frames = scapy_expression("sum(iter(int, 1))", std::chrono::seconds(4));
    ASSERT_FALSE(frames);
    EXPECT_CONTAINS(frames.error().text(), "was stopped: it ran longer than 4000 ms");
}

TEST_F(Scapy, AFileDefinesFrames) {
    const auto list =
        of_file("print('noise')\ndef frames():\n    return [Ether()/IP(id=i) for i in range(3)]\n");
    ASSERT_TRUE(list) << list.error().text();
    EXPECT_EQ(list->size(), 3U);
    EXPECT_CONTAINS(of_file("packets = []\n").error().text(), "it defines no `frames`");
    EXPECT_CONTAINS(of_file("frames = []\n\nx = frames[1]\n").error().text(),
                    "line 3: IndexError: list index out of range");
}

}  // namespace
}  // namespace xdpbench::target
