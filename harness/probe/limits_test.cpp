#include "probe/limits.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace xdpbench::probe {
namespace {

// In a process of its own: a hard limit cannot be raised again by everybody.
template <class Body>
int in_child(rlim_t soft, rlim_t hard, const Body& body) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        const rlimit limit = {soft, hard};
        ::_exit(::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? body() : 99);
    }
    int status = -1;
    ::waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

TEST(Descriptors, TooFewAreAMissingPrerequisite) {
    EXPECT_EQ(in_child(32, 32,
                       [] {
                           const Result<void> enough = require_descriptors();
                           if (enough) return 1;
                           return enough.error().kind == ErrorKind::unavailable &&
                                          enough.error().what.find("may have 32 open files") !=
                                              std::string::npos
                                      ? 0
                                      : 2;
                       }),
              0);
}

TEST(Descriptors, TheSoftLimitIsRaised) {
    EXPECT_EQ(in_child(32, 512,
                       [] {
                           rlimit limit = {};
                           return require_descriptors() &&
                                          ::getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
                                          limit.rlim_cur == 512
                                      ? 0
                                      : 1;
                       }),
              0);
}

}  // namespace
}  // namespace xdpbench::probe
