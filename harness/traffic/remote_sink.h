// The sink of a port that another process has (remote/session.h).
#pragma once

#include <memory>
#include <string>

#include "remote/session.h"
#include "traffic/sink.h"

namespace xdpbench::traffic {

class RemoteSink : public Arrivals {
  public:
    // Counts and keeps what arrives at the session's port until it is destroyed. A sink at an
    // interface is a native program, which takes the frames; any other one a packet socket.
    // Unavailable with latencies, see take_latencies().
    static Result<RemoteSink> attach(std::shared_ptr<remote::Session> session,
                                     const std::string& port, SinkPlace place, Capture capture,
                                     bool fragments = false);

    RemoteSink(RemoteSink&&) = default;
    RemoteSink& operator=(RemoteSink&&) = delete;
    RemoteSink(const RemoteSink&) = delete;
    RemoteSink& operator=(const RemoteSink&) = delete;
    ~RemoteSink() override;

    using Arrivals::captured;
    Result<std::uint64_t> arrived() const override;
    // Unavailable: the frames are stamped and read with clocks of two machines.
    Result<Latencies> take_latencies() const override;
    Result<packet::Frames> captured(std::uint32_t first) const override;

  private:
    RemoteSink(std::shared_ptr<remote::Session> session, std::string port)
        : session_(std::move(session)), port_(std::move(port)) {}
    [[nodiscard]] remote::Request request(remote::Command command) const;

    std::shared_ptr<remote::Session> session_;
    std::string port_;
};

// Why no latency is measured with a session: where one is asked for.
[[nodiscard]] Error no_remote_latency();

}  // namespace xdpbench::traffic
