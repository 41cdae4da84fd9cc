// What `xdp-bench attach` shows while it runs: lines for a person, or one JSON object a line.
#pragma once

#include <string>

#include "model/live.h"

namespace xdpbench::report {

class LiveReport : public model::LiveListener {
  public:
    // With `json` standard output gets one JSON object a line, and standard error what is said
    // beside it.
    explicit LiveReport(bool json) : json_(json) {}

    void attached(const model::LiveStatus& status) override;
    void replaced(const model::LiveStatus& status) override;
    void sample(const model::LiveSample& sample) override;
    void event(const model::LiveEvent& event) override;
    void detached(const model::LiveStatus& status, const std::string& reason) override;
    void answer(const std::string& lines) override;

    [[nodiscard]] bool flush() override;

  private:
    bool json_;
    std::string pending_;
};

// The lines of a sample, `clock` in front ("14:03:22").
[[nodiscard]] std::string sample_text(const model::LiveSample& sample, const std::string& clock);
// One JSON object with its line's end; `time` in UTC.
[[nodiscard]] std::string sample_json(const model::LiveSample& sample, const std::string& time);
// "Packet: 192.168.1.1:53 -> 192.168.1.2:46313, protocol: UDP" for a record that has source,
// destination, source_port, destination_port and protocol; for any other its map and its text.
[[nodiscard]] std::string event_text(const model::LiveEvent& event);
[[nodiscard]] std::string event_json(const model::LiveEvent& event, const std::string& time);

}  // namespace xdpbench::report
