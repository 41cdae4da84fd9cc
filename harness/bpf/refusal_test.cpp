// What the kernel's texts are taken to mean. The texts are those that kernels really give.
#include "bpf/refusal.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "base/kernel_errno.h"

namespace xdpbench::bpf {
namespace {

net::InterfaceInfo device() {
    net::InterfaceInfo interface;
    interface.name = "eth7";
    interface.driver = "nfp";
    interface.mtu = 9000;
    return interface;
}

Error refusal(int number, const std::string& text, model::Mode mode = model::Mode::native) {
    return attach_refusal(device(), mode, {number, text});
}

TEST(AttachRefusal, ShowsDeviceDriverModeErrnoAndTheKernelsText) {
    const Error error = refusal(ERANGE, "Peer MTU is too large to set XDP");
    EXPECT_EQ(error.what,
              "cannot attach to eth7 (nfp) in native mode: Numerical result out of range (ERANGE); "
              "the kernel reports: Peer MTU is too large to set XDP");
    EXPECT_EQ(error.cause, "the MTU of 9000 bytes is too large for XDP on this device");
    EXPECT_NE(error.advice.find("ip link set eth7 mtu"), std::string::npos) << error.advice;
}

TEST(AttachRefusal, TheTextDecidesNotTheErrno) {
    EXPECT_NE(refusal(EINVAL, "MTU too large w/ XDP enabled").cause.find("MTU"), std::string::npos);
    EXPECT_NE(refusal(EINVAL, "xdpoffload of non-bound program", model::Mode::offload)
                  .cause.find("not loaded for this device"),
              std::string::npos);
    EXPECT_NE(refusal(EINVAL, "Program bound to different device").cause.find("another device"),
              std::string::npos);
    EXPECT_NE(refusal(EINVAL, "program bound to different dev").cause.find("another device"),
              std::string::npos);
    EXPECT_NE(refusal(EINVAL, "Using offloaded program without HW_MODE flag is not supported")
                  .advice.find("--mode offload"),
              std::string::npos);
    EXPECT_NE(refusal(EEXIST, "Native and generic XDP can't be active at the same time")
                  .cause.find("in the other mode"),
              std::string::npos);
    EXPECT_NE(refusal(EINVAL, "More than one program loaded, unset mode is ambiguous")
                  .cause.find("several modes"),
              std::string::npos);
    EXPECT_NE(refusal(EOPNOTSUPP, "XDP offload disabled in DebugFS", model::Mode::offload)
                  .advice.find("switch it on"),
              std::string::npos);
}

TEST(AttachRefusal, AnUnknownTextStandsForItselfWithoutAGuess) {
    const Error error = refusal(EINVAL, "the flux capacitor is cold");
    EXPECT_NE(error.what.find("flux capacitor"), std::string::npos);
    EXPECT_EQ(error.cause, "");
    EXPECT_EQ(error.kind, ErrorKind::unavailable);
}

TEST(AttachRefusal, WithoutATextTheErrnoIsInterpreted) {
    EXPECT_EQ(refusal(EOPNOTSUPP, "").kind, ErrorKind::unavailable);
    EXPECT_EQ(refusal(EOPNOTSUPP, "").cause, "its driver has no native XDP");
    EXPECT_EQ(refusal(EBUSY, "").kind, ErrorKind::system);
    EXPECT_EQ(refusal(EPERM, "").kind, ErrorKind::unavailable);
    EXPECT_NE(refusal(kEnotsupp, "").what.find("ENOTSUPP"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::bpf
