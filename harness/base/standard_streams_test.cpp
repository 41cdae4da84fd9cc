#include "base/standard_streams.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

namespace xdpbench {
namespace {

// The exit code of `body` in a process of its own, whose standard streams it may spoil.
template <class Body>
int in_child(const Body& body) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(body());
    int status = -1;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// More than any buffer holds, so that it is written at once.
void print_much() {
    fmt::print("{}", std::string(100'000, 'x'));
    fmt::print(stderr, "{}", std::string(100'000, 'x'));
}

TEST(StandardStreams, AClosedOneIsAnErrorAtTheEndAndTakesNoFilesNumber) {
    EXPECT_EQ(in_child([] {
                  ::close(STDOUT_FILENO);
                  ::close(STDERR_FILENO);
                  hold_standard_streams();
                  if (::open("/dev/null", O_WRONLY | O_CLOEXEC) <= STDERR_FILENO) return 1;
                  print_much();
                  const Result<void> done = flush_output();
                  return !done && done.error().what.find("EBADF") != std::string::npos ? 0 : 2;
              }),
              0);
}

TEST(StandardStreams, AFullOneIsAnErrorAtTheEnd) {
    EXPECT_EQ(in_child([] {
                  ::dup2(::open("/dev/full", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
                  ::dup2(STDOUT_FILENO, STDERR_FILENO);
                  hold_standard_streams();
                  print_much();
                  const Result<void> done = flush_output();
                  return !done && done.error().what.find("ENOSPC") != std::string::npos ? 0 : 2;
              }),
              0);
}

// As `| head -1` does.
TEST(StandardStreams, AReaderThatEndedIsNamedAndNoSpaceIsWanted) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    ::close(ends[0]);
    EXPECT_EQ(in_child([&] {
                  std::signal(SIGPIPE, SIG_IGN);
                  ::dup2(ends[1], STDOUT_FILENO);
                  hold_standard_streams();
                  print_much();
                  const Result<void> done = flush_output();
                  if (done || done.error().cause != "the program that reads it has ended") return 1;
                  return done.error().advice.empty() ? 0 : 2;
              }),
              0);
    ::close(ends[1]);
}

TEST(StandardStreams, WhatWasPrintedArrivesInOrder) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    EXPECT_EQ(in_child([&] {
                  ::dup2(ends[1], STDOUT_FILENO);
                  hold_standard_streams();
                  fmt::print("one ");
                  fmt::print("two");
                  return flush_output() ? 0 : 2;
              }),
              0);
    std::array<char, 16> text{};
    EXPECT_EQ(::read(ends[0], text.data(), text.size()), 7);
    EXPECT_STREQ(text.data(), "one two");
    ::close(ends[0]);
    ::close(ends[1]);
}

}  // namespace
}  // namespace xdpbench
