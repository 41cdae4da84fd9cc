// What confined code can do and cannot, tried out.
#include "base/sandbox.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/child.h"

namespace xdpbench {
namespace {

constexpr const char* kPython = "/usr/bin/python3";

class ConfinedTest : public testing::Test {
  protected:
    void SetUp() override {
        if (::access(kPython, X_OK) != 0) GTEST_SKIP() << "there is no " << kPython;
        std::string pattern = testing::TempDir() + "xdp-bench-sandbox.XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
        std::ofstream(folder_ / "file") << "text";
        // Everybody may do everything there: it is not for its permissions that an attempt fails.
        ASSERT_EQ(::chmod(folder_.c_str(), 0777), 0);
        ASSERT_EQ(::chmod((folder_ / "file").c_str(), 0666), 0);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    // Runs Python code with these names defined; what it prints. `tried(call)` is "done" or the
    // name of the errno.
    [[nodiscard]] std::string python(const std::string& code) const {
        const std::string begin =
            "import ctypes, errno, os, socket, subprocess, sys, threading\n"
            "folder = '" +
            folder_.string() +
            "'\n"
            "libc = ctypes.CDLL(None, use_errno=True)\n"
            "def call(name, *values):\n"
            "    if getattr(libc, name)(*values) < 0:\n"
            "        raise OSError(ctypes.get_errno(), name)\n"
            "def tried(attempt):\n"
            "    try:\n"
            "        attempt()\n"
            "    except OSError as error:\n"
            "        return errno.errorcode[error.errno]\n"
            "    return 'done'\n";
        ChildLimits limits;
        limits.time = std::chrono::seconds(60);
        limits.confinement = Confinement{};
        const Result<ChildOutput> output =
            run_child({kPython, "-B", "-s", "-c", begin + code}, "", limits);
        if (!output) return output.error().text();
        return output->out + output->err;
    }
    [[nodiscard]] std::string tried(const std::string& attempt) const {
        return python("print(tried(lambda: " + attempt + "), end='')");
    }

    std::filesystem::path folder_;
};

TEST_F(ConfinedTest, ReadsComputesAndRunsPrograms) {
    EXPECT_EQ(tried("open(folder + '/file').read()"), "done");
    EXPECT_EQ(tried("os.listdir('/proc')"), "done");
    EXPECT_EQ(tried("socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"), "done");
    EXPECT_EQ(tried("subprocess.run(['/bin/true'], stdin=0, check=True)"), "done");
    EXPECT_EQ(python("thread = threading.Thread(target=lambda: print('thread', end=''))\n"
                     "thread.start(); thread.join()"),
              "thread");
}

TEST_F(ConfinedTest, MakesAndChangesNoFiles) {
    for (const char* const attempt :
         {"open(folder + '/new', 'w')", "os.open(folder + '/new', os.O_RDONLY | os.O_CREAT)",
          "os.open(folder, os.O_RDWR | os.O_TMPFILE)", "open(folder + '/file', 'a')",
          "os.open(folder + '/file', os.O_RDONLY | os.O_TRUNC)", "os.mkdir(folder + '/new')",
          "os.mkfifo(folder + '/new')", "os.symlink('a', folder + '/new')",
          "os.link(folder + '/file', folder + '/new')", "os.truncate(folder + '/file', 0)",
          "os.rename(folder + '/file', folder + '/new')", "os.unlink(folder + '/file')",
          "os.chmod(folder + '/file', 0)", "os.utime(folder + '/file', (1, 1))",
          "os.setxattr(folder + '/file', 'user.a', b'b')", "os.rmdir(folder)",
          "os.memfd_create('new')"}) {
        EXPECT_EQ(tried(attempt), "EPERM") << attempt;
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
    EXPECT_EQ(std::filesystem::file_size(folder_ / "file"), 4U);
}

TEST_F(ConfinedTest, OpensNoSocketsToThisMachine) {
    for (const char* const attempt :
         {"socket.socket(socket.AF_UNIX)", "socket.socketpair(socket.AF_UNIX)",
          "socket.socket(socket.AF_VSOCK)", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
          "socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)"}) {
        EXPECT_EQ(tried(attempt), "EPERM") << attempt;
    }
}

TEST_F(ConfinedTest, SignalsNoOtherProcess) {
    for (const char* const attempt :
         {"os.kill(os.getppid(), 0)", "os.kill(-1, 0)", "os.killpg(os.getpgid(0), 0)",
          "os.pidfd_open(os.getppid())", "call('ptrace', 16, os.getppid(), 0, 0)",
          "call('tgkill', os.getppid(), os.getppid(), 0)",
          "call('fcntl', 0, 8, os.getppid())",  // F_SETOWN
          "os.setpgid(0, os.getppid())", "os.setsid()", "call('prctl', 1, 0)",
          "os.sched_setaffinity(os.getppid(), {0})"}) {
        EXPECT_EQ(tried(attempt), "EPERM") << attempt;
    }
    EXPECT_EQ(tried("call('prlimit', os.getppid(), 7, None, None)"), "EPERM");
}

TEST_F(ConfinedTest, MakesNoNamespaces) {
    for (const char* const flag : {"0x10000000", "0x20000", "0x40000000", "0x20000000", "0x8000000",
                                   "0x4000000", "0x2000000"}) {
        EXPECT_EQ(tried(std::string("call('unshare', ") + flag + ")"), "EPERM") << flag;
        // clone() with SIGCHLD, as fork() does it; a child that came to be would end at once.
        EXPECT_EQ(
            python(
                std::string("made = libc.syscall(56, 17 | ") + flag +
                ", 0, 0, 0, 0)\n"
                "if made == 0: os._exit(0)\n"
                "print(errno.errorcode.get(ctypes.get_errno()) if made < 0 else 'done', end='')"),
            "EPERM")
            << flag;
    }
    EXPECT_EQ(tried("call('setns', 0, 0)"), "EPERM");
    EXPECT_EQ(tried("call('mount', b'none', b'/tmp', b'tmpfs', 0, None)"), "EPERM");
    EXPECT_EQ(tried("call('chroot', b'/')"), "EPERM");
}

TEST_F(ConfinedTest, HasNoWayAroundTheFilter) {
    // io_uring_setup(), bpf(), perf_event_open(), userfaultfd(), a call that no kernel has.
    for (const char* const number : {"425", "321", "298", "323", "999"}) {
        EXPECT_EQ(tried(std::string("call('syscall', ") + number + ", 0, 0, 0, 0, 0)"), "EPERM")
            << number;
    }
    // The calls of 32-bit programs and of the x32 ABI end the process.
    EXPECT_EQ(python("libc.syscall(0x40000000 + 39)\nprint('done')").find("done"),
              std::string::npos);
}

TEST_F(ConfinedTest, WhatItStartsIsConfinedToo) {
    const std::string printed =
        python("subprocess.run(['/bin/sh', '-c', 'echo x > ' + folder + '/new'])");
    EXPECT_NE(printed.find("Operation not permitted"), std::string::npos) << printed;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
}

}  // namespace
}  // namespace xdpbench
