#include "traffic/remote_sink.h"

#include <iterator>
#include <utility>

namespace xdpbench::traffic {

Error no_remote_latency() {
    return unavailable_error(
        "latency is not measured with a remote peer",
        "frames would be stamped by the clock of one machine and read by that of another one",
        "measure it with both ports in one machine");
}

remote::Request RemoteSink::request(remote::Command command) const {
    remote::Request request;
    request.command = command;
    request.interface = port_;
    return request;
}

Result<RemoteSink> RemoteSink::attach(std::shared_ptr<remote::Session> session,
                                      const std::string& port, SinkPlace place, Capture capture,
                                      bool fragments) {
    if (capture.latencies) return no_remote_latency();
    RemoteSink sink(std::move(session), port);
    remote::Request request = sink.request(remote::Command::capture);
    request.frames = capture.frames;
    request.length = capture.length;
    request.fragments = fragments;
    request.through =
        place == SinkPlace::interface ? remote::Through::xdp : remote::Through::socket;
    XDPBENCH_CHECK(sink.session_->ask(request));
    return sink;
}

RemoteSink::~RemoteSink() {
    if (session_) static_cast<void>(session_->ask(request(remote::Command::end)));
}

Result<std::uint64_t> RemoteSink::arrived() const {
    XDPBENCH_TRY(const remote::Reply reply, session_->ask(request(remote::Command::arrived)));
    return reply.arrived;
}

Result<Latencies> RemoteSink::take_latencies() const { return no_remote_latency(); }

Result<packet::Frames> RemoteSink::captured(std::uint32_t first) const {
    packet::Frames frames;
    remote::Request wanted = request(remote::Command::captured);
    for (wanted.first = first;;) {
        XDPBENCH_TRY(remote::Reply reply, session_->ask(wanted));
        if (reply.next <= wanted.first) return frames;
        wanted.first = reply.next;
        std::move(reply.frames.begin(), reply.frames.end(), std::back_inserter(frames));
    }
}

}  // namespace xdpbench::traffic
