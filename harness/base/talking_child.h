// A child process that goes on running and is talked to by lines.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/line_reader.h"
#include "base/result.h"
#include "base/spawn.h"

namespace xdpbench {

class TalkingChild {
  public:
    // As run_child(). It gets SIGTERM when the calling thread or this process dies.
    static Result<TalkingChild> start(const std::vector<std::string>& arguments);

    TalkingChild(TalkingChild&&) = default;
    TalkingChild& operator=(TalkingChild&&) = delete;
    TalkingChild(const TalkingChild&) = delete;
    TalkingChild& operator=(const TalkingChild&) = delete;
    // Closes the child's input and waits for its end; then ends it.
    ~TalkingChild();

    // A line without its end. False if the child does not take it: it has closed its input, or
    // reads nothing for `patience`.
    Result<bool> write(std::string line, std::chrono::milliseconds patience);
    // The next line of its standard output; nothing at its end, or after `patience`.
    Result<std::optional<std::string>> read(std::chrono::milliseconds patience);
    // Whether its standard output has ended.
    [[nodiscard]] bool at_end() const { return reader_.fd() < 0 && lines_.empty(); }
    // What it has printed to standard error, the last 4 KiB.
    [[nodiscard]] const std::string& errors() const { return errors_; }
    // How it ended, as ChildOutput::exit_code, once its output has ended: waits a second.
    std::optional<int> exit_code();

  private:
    explicit TalkingChild(Spawned spawned);
    void listen(int milliseconds);
    void await_end(std::chrono::milliseconds patience);

    Spawned spawned_;
    LineReader reader_;
    std::deque<std::string> lines_;
    std::string errors_;
    std::optional<int> ended_;  // with this exit code
};

}  // namespace xdpbench
