#include "base/capabilities.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>

#include "base/child.h"
#include "base/file.h"
#include "base/text.h"

namespace xdpbench {
namespace {

// The bits of a line of /proc/PID/status: "CapEff:".
std::uint64_t bits_in(const std::string& status, const std::string& key) {
    for (const std::string& line : split(status, '\n')) {
        if (line.starts_with(key)) return std::stoull(line.substr(key.size()), nullptr, 16);
    }
    return ~std::uint64_t{0};
}

constexpr std::uint64_t bit(int capability) { return std::uint64_t{1} << capability; }

// In a process of its own: what is given up does not come back. The result is the exit code.
template <class Body>
int exit_code_of(const Body& body) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(body());
    int status = -1;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(KeepCapabilities, NoOthersAreLeftHereAndInPrograms) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root has capabilities to give up";
    const std::uint64_t before = bits_in(*read_file("/proc/self/status"), "CapPrm:");
    constexpr std::array<int, 3> kNeeded{CAP_NET_RAW, CAP_CHOWN, CAP_KILL};
    const std::uint64_t expected = before & (bit(CAP_NET_RAW) | bit(CAP_CHOWN) | bit(CAP_KILL));
    EXPECT_EQ(exit_code_of([&] {
                  if (!keep_capabilities(kNeeded)) return 1;
                  const std::string own = *read_file("/proc/self/status");
                  if (bits_in(own, "CapEff:") != expected) return 2;
                  if (bits_in(own, "CapPrm:") != expected) return 3;
                  const auto program = run_child({"cat", "/proc/self/status"});
                  if (!program || bits_in(program->out, "CapEff:") != expected) return 4;
                  if ((bits_in(program->out, "CapBnd:") & ~expected) != 0) return 5;
                  return keep_capabilities(kNeeded) ? 0 : 6;  // once more is no error
              }),
              0);
}

TEST(KeepCapabilities, WithoutAnyItIsNoError) {
    EXPECT_EQ(exit_code_of([] {
                  if (::geteuid() == 0 && !keep_capabilities({})) return 1;
                  constexpr std::array<int, 1> kNeeded{CAP_NET_ADMIN};
                  return keep_capabilities(kNeeded) ? 0 : 2;
              }),
              0);
}

}  // namespace
}  // namespace xdpbench
