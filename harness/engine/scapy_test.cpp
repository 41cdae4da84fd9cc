#include "engine/scapy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "packet/hex.h"

namespace xdpbench {
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

    static Result<Frames> of_file(const std::string& text) {
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
    const std::string hex = to_hex(frames->front().bytes);
    EXPECT_TRUE(hex.starts_with("0200000000020200000000010800450000")) << hex;
    EXPECT_EQ(frames->front().bytes.size(), 42U);
}

TEST_F(Scapy, SeveralValuesAndListsAreSeveralFrames) {
    for (const auto& [expression, count] :
         {std::pair{"Ether()/IP(ttl=(1, 4))", 4U}, std::pair{"[Ether()/IP(), [Ether()/ARP()]]", 2U},
          std::pair{"[bytes(20)] * 3", 3U},
          std::pair{"(Ether()/IP(id=i) for i in range(5))", 5U}}) {
        const auto frames = scapy_expression(expression);
        ASSERT_TRUE(frames) << frames.error().text();
        EXPECT_EQ(frames->size(), count) << expression;
    }
}

TEST_F(Scapy, TheSameCodeMakesTheSameFrames) {
    const auto a = scapy_expression("Ether()/IP(dst=RandIP())/UDP(sport=RandShort())");
    const auto b = scapy_expression("Ether()/IP(dst=RandIP())/UDP(sport=RandShort()) ");
    ASSERT_TRUE(a && b);
    EXPECT_EQ(*a, *b);
}

TEST_F(Scapy, WhatIsNoFrameIsRefused) {
    EXPECT_CONTAINS(failure("Ether(/"), "SyntaxError");
    EXPECT_CONTAINS(failure("1/0"), "ZeroDivisionError: division by zero");
    EXPECT_CONTAINS(failure("Ehter()"), "name 'Ehter' is not defined");
    EXPECT_CONTAINS(failure("'text'"), "a value of type str is no packet");
    EXPECT_CONTAINS(failure("IP()/ICMP()"), "begins with IP, not with Ethernet");
    EXPECT_CONTAINS(failure("[]"), "it makes no frames");
    EXPECT_CONTAINS(failure("b''"), "frame 0 has 0 bytes; a frame has 14 to 262,144");
    EXPECT_CONTAINS(failure("__import__('os')._exit(3)"), "Python ended with 3 before");
    EXPECT_CONTAINS(failure("iter(lambda: b'x' * 14, 0)"), "more than 100000 frames");
}

TEST_F(Scapy, TheCodeIsConfined) {
    // Whoever runs the tests: no user of this machine, no way back, no network, no files, no
    // children.
    EXPECT_CONTAINS(failure("__import__('os').getuid()"), ": 65534");
    const std::string status = failure(
        "' '.join(l.replace('\\t', '').strip() for l in open('/proc/self/status')"
        " if l.startswith(('NoNewPrivs', 'CapEff')))");
    EXPECT_CONTAINS(status, "'CapEff:0000000000000000 NoNewPrivs:1'");
    EXPECT_CONTAINS(failure("str(__import__('socket').if_nameindex())"), "[(1, 'lo')]");
    EXPECT_CONTAINS(failure("open('/tmp/xdp-bench-scapy', 'w').write('x' * 100000)"),
                    "OSError: [Errno 27] File too large");
    EXPECT_CONTAINS(failure("__import__('os').fork()"), "Error");
    EXPECT_CONTAINS(failure("bytearray(8 << 30)"), "MemoryError");
    EXPECT_CONTAINS(failure("str(sorted(__import__('os').listdir('/proc/self/fd')))"),
                    "['0', '1', '2', '3', '4']");
    std::filesystem::remove("/tmp/xdp-bench-scapy");
}

TEST_F(Scapy, ItsTimeIsBounded) {
    const auto frames = scapy_expression("[0 for _ in iter(int, 1)]", std::chrono::seconds(4));
    ASSERT_FALSE(frames);
    EXPECT_CONTAINS(frames.error().text(), "was stopped: it ran longer than 4000 ms");
}

TEST_F(Scapy, AFileDefinesFrames) {
    const auto list = of_file("print('noise')\nframes = [Ether()/IP(id=i) for i in range(3)]\n");
    ASSERT_TRUE(list) << list.error().text();
    EXPECT_EQ(list->size(), 3U);
    const auto function = of_file("def frames():\n    return Ether()/ARP()\n");
    ASSERT_TRUE(function) << function.error().text();
    EXPECT_EQ(function->size(), 1U);
    EXPECT_CONTAINS(of_file("packets = []\n").error().text(), "it defines no `frames`");
    EXPECT_CONTAINS(of_file("frames = []\n\nx = frames[1]\n").error().text(),
                    "line 3: IndexError: list index out of range");
}

}  // namespace
}  // namespace xdpbench
