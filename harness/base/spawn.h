// A child process with pipes to its standard streams: what run_child() and TalkingChild have in
// common.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/confinement.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace xdpbench {

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

// Everything that stands between this process and the child.
struct Pipes {
    Pipe in;
    Pipe out;
    Pipe err;
    Pipe started;  // closed unread by a successful exec; else the child writes its errno to it
};

// Writing to a child that has closed its input raises SIGPIPE, which would end a process that did
// not prepare for it. Holds it back on this thread, and takes back what our own writes raised.
class NoSigpipe {
  public:
    NoSigpipe() {
        sigemptyset(&pipe_signal_);
        sigaddset(&pipe_signal_, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        ::pthread_sigmask(SIG_BLOCK, &pipe_signal_, &before_);
    }
    NoSigpipe(const NoSigpipe&) = delete;
    NoSigpipe& operator=(const NoSigpipe&) = delete;
    NoSigpipe(NoSigpipe&&) = delete;
    NoSigpipe& operator=(NoSigpipe&&) = delete;
    ~NoSigpipe() {
        const timespec at_once = {};
        if (!was_pending_) ::sigtimedwait(&pipe_signal_, nullptr, &at_once);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

  private:
    sigset_t pipe_signal_{};
    sigset_t before_{};
    bool was_pending_ = false;
};

// Unless it was seen to end, the child is killed, with the children it has itself, and reaped.
class Child {
  public:
    explicit Child(pid_t pid) : pid_(pid) {}
    Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
    Child& operator=(Child&&) = delete;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child();

    // The exit code, or nothing as long as it runs.
    Result<std::optional<int>> ended();
    // Asks it to end.
    void terminate() const;

  private:
    pid_t pid_;
};

struct Spawned {
    Child child;
    Pipes pipes;  // the child's ends are still open, here too
};

// Starts `arguments[0]` as run_child() does. `death_signal`: what the child gets when the calling
// thread or this process dies. Unavailable if there is no such program.
Result<Spawned> spawn(const std::vector<std::string>& arguments,
                      const std::optional<Confinement>& confinement, int death_signal = SIGKILL);

}  // namespace xdpbench
