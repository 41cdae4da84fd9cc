// An attached program while it runs.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/line_reader.h"
#include "base/result.h"
#include "bpf/attach.h"
#include "bpf/program.h"
#include "live/counts.h"
#include "live/events.h"
#include "live/options.h"
#include "model/live.h"

namespace xdpbench::live {

class LiveSession {
  public:
    // What runs on the interface: the program, the reader of its events, and the link.
    struct Attached {
        std::unique_ptr<bpf::Program> program;  // stays where it is: its readers point to it
        LiveEventReader events;
        std::optional<bpf::XdpLink> xdp_link;  // after what it needs: gone first
    };

    // Everything referred to must outlive the session.
    static Result<LiveSession> create(const net::NetNs& netns, const net::InterfaceInfo& interface,
                                      const AttachOptions& options, Attached attached,
                                      model::LiveListener& report);

    // Until told to end; then the program is off and a last sample was shown. An error if the
    // interface goes away meanwhile or another process puts its own program into the link.
    Result<void> run();

  private:
    LiveSession(const net::InterfaceInfo& interface, const AttachOptions& options,
                Attached attached, LiveCounts counts, model::LiveListener& report);
    Result<model::LiveStatus> status() const;
    Result<void> require_in_force() const;
    // Until `time`, input, events or a signal.
    void wait(Clock::time_point time);
    void read_commands();
    // Carries out one line; what goes wrong is told and changes nothing.
    void obey(const std::string& line);
    Result<std::string> carry_out(const std::string& line);
    Result<std::string> replace(const std::string& program);
    Result<void> show_sample();
    Result<void> finish();

    const net::InterfaceInfo* interface_;
    const AttachOptions* options_;
    model::LiveListener* report_;
    Attached attached_;
    LiveCounts counts_;
    model::LiveStatus status_;
    bool more_events_ = false;  // the last turn did not read all
    LineReader input_{0};
    std::string end_;  // why it ends; empty: it goes on
};

}  // namespace xdpbench::live
