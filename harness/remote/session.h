// A running `xdp-bench generate`, on another machine or in another namespace, that does what it is
// asked.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/talking_child.h"
#include "remote/protocol.h"

namespace xdpbench::remote {

enum class Channel { netns, ssh };

// Where the other side runs.
struct Place {
    Channel channel = Channel::netns;
    std::string target;  // the namespace's name; what ssh gets: "root@host", "-p 2222 root@host"

    [[nodiscard]] std::string text() const;  // "ssh:root@host"
};

// "ssh:HOST" or "netns:NAME"; an input error for anything else.
Result<Place> parse_place(std::string_view text);

class Session {
  public:
    // Starts it. `tool`: the command on the other machine, "xdp-bench" or "sudo /opt/xdp-bench";
    // empty: xdp-bench over ssh, this program itself in a namespace. Unavailable, with what ssh or
    // the shell there said, if nothing answers or another protocol is spoken there.
    static Result<std::shared_ptr<Session>> open(const Place& place, const std::string& tool = {});

    // The reply to the request. Errors of the other side keep their kind and name the place. A
    // system error if the other side has ended, does not answer, or answers something else. After
    // such an error, or an interruption, nothing more is asked: the next reply would be that to an
    // earlier request.
    Result<Reply> ask(const Request& request);

    [[nodiscard]] const Greeting& greeting() const { return greeting_; }
    [[nodiscard]] const Place& place() const { return place_; }

  private:
    Session(Place place, TalkingChild child) : place_(std::move(place)), child_(std::move(child)) {}
    Result<void> await_greeting();
    Error ended_error();
    Result<Reply> exchange(const Request& request);
    Error unanswered(const Request& request, std::chrono::milliseconds patience, bool written);

    Place place_;
    TalkingChild child_;
    Greeting greeting_;
    std::optional<Error> lost_;  // why nothing more is asked
};

}  // namespace xdpbench::remote
