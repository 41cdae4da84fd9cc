#include "base/child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/interrupt.h"
#include "base/unique_fd.h"

namespace xdpbench {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

Result<ChildOutput> shell(const std::string& script, const std::string& input = {},
                          ChildLimits limits = {}) {
    return run_child({"sh", "-c", script}, input, limits);
}

// No child of this process is left, running or unreaped.
void expect_no_children() {
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

// Whether a process is there and is no zombie. Waits a moment for it to go.
bool is_alive(pid_t pid) {
    for (int i = 0; i < 1000; ++i) {
        std::array<char, 256> line{};
        const UniqueFd stat(
            ::open(("/proc/" + std::to_string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
        if (!stat.valid() || ::read(stat.get(), line.data(), line.size() - 1) <= 0) return false;
        if (std::string(line.data()).find(") Z") != std::string::npos) return false;
        std::this_thread::sleep_for(milliseconds(20));
    }
    return true;
}

TEST(RunChild, HandsBackOutputsAndExitCode) {
    const auto result = shell("echo out; echo err >&2; exit 3");
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->exit_code, 3);
    EXPECT_EQ(result->out, "out\n");
    EXPECT_EQ(result->err, "err\n");
    expect_no_children();
}

TEST(RunChild, ArgumentsPassThroughNoShell) {
    const auto result = run_child({"printf", "%s|", "a b", "$HOME;*", ""});
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->out, "a b|$HOME;*||");
}

TEST(RunChild, ASignalIs128AndItsNumber) {
    const auto result = shell("kill -TERM $$");
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->exit_code, 128 + SIGTERM);
}

TEST(RunChild, LargeInputComesBackWhole) {
    std::string input(900'000, 'x');
    for (std::size_t i = 0; i < input.size(); i += 7) input[i] = static_cast<char>('a' + i % 26);
    const auto result = run_child({"cat"}, input);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->exit_code, 0);
    EXPECT_TRUE(result->out == input);
}

TEST(RunChild, WithoutInputStandardInputIsAtItsEnd) {
    const auto result = run_child({"cat"});
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->exit_code, 0);
}

// A write to a closed pipe raises SIGPIPE, whose default is to end this process.
TEST(RunChild, AChildThatClosesItsInputDoesNotEndUs) {
    ASSERT_NE(::signal(SIGPIPE, SIG_DFL), SIG_ERR);
    const std::string input(1 << 20, 'x');
    const auto result = shell("exec <&-; sleep 0.1; exit 5", input);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->exit_code, 5);
    sigset_t blocked;
    sigset_t pending;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    ::sigpending(&pending);
    EXPECT_EQ(sigismember(&blocked, SIGPIPE), 0);
    EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST(RunChild, AChildThatNeverReadsItsInputMayEndWell) {
    const auto result = shell("exit 0", std::string(1 << 20, 'x'));
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->exit_code, 0);
}

TEST(RunChild, AChildThatIsTooSlowIsStopped) {
    const auto result =
        shell("echo started; sleep 30", std::string(1 << 20, 'x'), {milliseconds(100), 1000});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().what, "sh was stopped: it ran longer than 100 ms");
    expect_no_children();
}

TEST(RunChild, ClosingTheOutputsDoesNotEscapeTheTimeLimit) {
    const auto result = shell("exec >&- 2>&-; sleep 30", {}, {milliseconds(100), 1000});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().what, "sh was stopped: it ran longer than 100 ms");
    expect_no_children();
}

TEST(RunChild, AChildOfTheChildIsStoppedToo) {
    const std::string pid_file =
        testing::TempDir() + "xdp-bench-child." + std::to_string(::getpid());
    std::string pid;
    // Until the shell has come so far, however busy the machine is.
    for (milliseconds limit{200}; pid.empty() && limit < std::chrono::minutes(1); limit *= 3) {
        const auto result =
            shell("sleep 99 & echo $! > " + pid_file + "; exit 0", {}, {limit, 1000});
        ASSERT_FALSE(result) << "the sleeper holds the output open";
        const auto read = run_child({"cat", pid_file});
        ASSERT_TRUE(read);
        pid = read->out;
    }
    ::unlink(pid_file.c_str());
    ASSERT_NE(pid, "");
    EXPECT_FALSE(is_alive(std::stoi(pid)));
}

TEST(RunChild, AChildThatPrintsTooMuchIsStopped) {
    for (const char* const script : {"yes", "yes >&2"}) {
        const auto result = shell(script, {}, {milliseconds(10'000), 100'000});
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().what, "sh was stopped: it printed more than 100000 bytes");
    }
    expect_no_children();
}

TEST(RunChild, AMissingProgramIsSaidByName) {
    const auto result = run_child({"xdp-bench-no-such-program"});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
    EXPECT_NE(result.error().what.find("xdp-bench-no-such-program"), std::string::npos);
}

TEST(RunChild, APathThatCannotBeRunIsAnErrorAndNoExitCode) {
    const auto missing = run_child({"/no/such/program"});
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().what.find("/no/such/program: No such file"), std::string::npos)
        << missing.error().what;
    const auto folder = run_child({"/tmp"});
    ASSERT_FALSE(folder);
    EXPECT_NE(folder.error().what.find("EACCES"), std::string::npos) << folder.error().what;
    expect_no_children();
}

// A folder with a program of that name, which is the current one and the first in PATH as long as
// it lives.
class PlantedProgram {
  public:
    explicit PlantedProgram(const std::string& name) : home_(fs::current_path()) {
        std::string pattern = testing::TempDir() + "xdp-bench-planted.XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
        std::ofstream(folder_ / name) << "#!/bin/sh\necho planted\n";
        fs::permissions(folder_ / name, fs::perms::all);
        fs::current_path(folder_);
        ::setenv("PATH", (".:" + folder_.string()).c_str(), 1);
    }
    PlantedProgram(const PlantedProgram&) = delete;
    PlantedProgram& operator=(const PlantedProgram&) = delete;
    PlantedProgram(PlantedProgram&&) = delete;
    PlantedProgram& operator=(PlantedProgram&&) = delete;
    ~PlantedProgram() {
        ::setenv("PATH", path_.c_str(), 1);
        fs::current_path(home_);
        fs::remove_all(folder_);
    }

  private:
    fs::path home_;
    fs::path folder_;
    std::string path_ = ::getenv("PATH") == nullptr ? "" : ::getenv("PATH");
};

TEST(RunChild, OnlyTheSystemsFoldersAreSearched) {
    const PlantedProgram planted("uname");
    const auto systems = run_child({"uname"});
    ASSERT_TRUE(systems) << systems.error().text();
    EXPECT_EQ(systems->out, "Linux\n");
    const PlantedProgram unknown("xdp-bench-planted");
    EXPECT_FALSE(run_child({"xdp-bench-planted"}));
}

TEST(RunChild, OurDescriptorsAreNotInherited) {
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const UniqueFd ours(::fcntl(null.get(), F_DUPFD_CLOEXEC, 700));
    const auto result = shell("ls /proc/self/fd");
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->out.find(std::to_string(ours.get())), std::string::npos) << result->out;
}

// Runs `body` in a process of its own, so that it may spoil that process; its result is the exit
// code.
template <class Body>
int in_another_process(const Body& body) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(body() ? 0 : 1);
    int status = -1;
    ::waitpid(pid, &status, 0);
    return status;
}

// Whatever this process ignores or blocks, as catch_interrupts() and our own writing do.
TEST(RunChild, SignalsAreAsAFreshProgramExpects) {
    EXPECT_EQ(
        in_another_process([] {
            sigset_t all;
            sigfillset(&all);
            ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
            for (const int number : {SIGINT, SIGTERM, SIGPIPE}) ::signal(number, SIG_IGN);
            const auto result = run_child({"grep", "-E", "Sig(Blk|Ign)", "/proc/self/status"});
            if (!result || !result->out.starts_with("SigBlk:\t0000000000000000\n")) return false;
            const std::string ignored = result->out.substr(result->out.rfind('\t') + 1);
            std::uint64_t promised = 0;
            for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGCHLD})
                promised |= std::uint64_t{1} << (number - 1);
            return (std::stoull(ignored, nullptr, 16) & promised) == 0;
        }),
        0);
}

TEST(RunChild, WorksWithTheStandardDescriptorsClosed) {
    EXPECT_EQ(in_another_process([] {
                  for (int fd = 0; fd < 3; ++fd) ::close(fd);
                  const auto result = shell("cat; echo err >&2", "input");
                  return result && result->out == "input" && result->err == "err\n";
              }),
              0);
}

TEST(RunChild, AnIgnoredSigchldIsNoSuccess) {
    EXPECT_EQ(in_another_process([] {
                  ::signal(SIGCHLD, SIG_IGN);
                  const auto result = shell("exit 3");
                  return !result && result.error().kind == ErrorKind::system;
              }),
              0);
    EXPECT_EQ(in_another_process([] {
                  ::signal(SIGCHLD, SIG_IGN);
                  catch_interrupts();
                  const auto result = shell("exit 3");
                  return result && result->exit_code == 3;
              }),
              0);
}

TEST(RunChild, AnInterruptionStopsIt) {
    EXPECT_EQ(in_another_process([] {
                  catch_interrupts();
                  std::thread user([] {
                      std::this_thread::sleep_for(milliseconds(100));
                      ::kill(::getpid(), SIGINT);
                  });
                  const auto result = shell("sleep 30");
                  user.join();
                  if (result || result.error().kind != ErrorKind::interrupted || !interrupted())
                      return false;
                  const ToTheEnd whole;
                  return !interrupted();
              }),
              0);
}

TEST(CatchInterrupts, TheSecondSignalEndsTheProcess) {
    const int status = in_another_process([] {
        catch_interrupts();
        ::raise(SIGTERM);
        if (!interrupted()) return false;
        ::raise(SIGTERM);
        return false;
    });
    ASSERT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGTERM);
}

}  // namespace
}  // namespace xdpbench
