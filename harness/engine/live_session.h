// An attached program while it runs.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/line_reader.h"
#include "base/result.h"
#include "engine/attach.h"
#include "engine/live_counts.h"
#include "kernel/attach.h"
#include "kernel/program.h"
#include "report/live.h"

namespace xdpbench {

class LiveSession {
  public:
    // Everything referred to must outlive the session.
    static Result<LiveSession> create(const NetNs& netns, const InterfaceInfo& interface,
                                      const AttachOptions& options, Program program, XdpLink link,
                                      LiveReport& report);

    // Until told to end; then the program is off and a last sample was shown. An error if the
    // interface goes away meanwhile or another process puts its own program into the link.
    Result<void> run();

  private:
    using Clock = std::chrono::steady_clock;

    LiveSession(const InterfaceInfo& interface, const AttachOptions& options, Program program,
                XdpLink link, LiveCounts counts, LiveReport& report);
    Result<LiveStatus> status() const;
    Result<void> require_in_force() const;
    // Until `time`, input or a signal.
    void wait(Clock::time_point time);
    void read_commands();
    // Carries out one line; what goes wrong is told and changes nothing.
    void obey(const std::string& line);
    Result<std::string> carry_out(const std::string& line);
    Result<std::string> replace(const std::string& program);
    Result<void> show_sample();
    Result<void> finish();

    const InterfaceInfo* interface_;
    const AttachOptions* options_;
    LiveReport* report_;
    std::unique_ptr<Program> program_;  // stays where it is: its readers point to it
    std::optional<XdpLink> link_;       // after what it needs: gone first
    LiveCounts counts_;
    LiveStatus status_;
    LineReader input_{0};
    std::string end_;  // why it ends; empty: it goes on
};

}  // namespace xdpbench
