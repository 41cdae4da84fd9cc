// The command that a faulty card is made for: a child in the card's network namespace.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace xdpbench::faulty_card {

// Moves this process into a network namespace of its own, with /sys and /sys/fs/bpf that show it.
// Ends with the process. Needs CAP_SYS_ADMIN.
Result<void> enter_own_network();

// This process ends when its parent does.
void end_with_parent();

class Command {
  public:
    // Runs the program (looked up in PATH) with this process's standard streams, in a process group
    // of its own.
    static Result<Command> start(const std::vector<std::string>& arguments);

    Command(Command&& other) noexcept;
    Command& operator=(Command&&) = delete;
    Command(const Command&) = delete;
    Command& operator=(const Command&) = delete;
    ~Command();  // kills what is left of the group

    // Readable when the command has ended or this process got SIGINT, SIGTERM or SIGHUP.
    [[nodiscard]] int descriptor() const { return signals_.get(); }
    // Passes signals on to the command. Its exit status once it has ended, 128 + signal if a signal
    // ended it.
    [[nodiscard]] std::optional<int> ended();

  private:
    Command(pid_t pid, UniqueFd signals) : pid_(pid), signals_(std::move(signals)) {}

    pid_t pid_;
    UniqueFd signals_;
};

}  // namespace xdpbench::faulty_card
