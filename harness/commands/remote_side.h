// --remote and the like: the other machine that has the peer.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "remote/session.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

// As typed.
struct RemoteArguments {
    std::string place;  // "ssh:HOST", "netns:NAME", "env"
    std::string tool;
    std::shared_ptr<remote::Session>
        session;  // once open_remote() was called; none without --remote
};

void add_remote_options(CLI::App& app, RemoteArguments& arguments);

// Starts the session that is asked for. With "env", and where neither --remote nor --dev is given
// and `fall_back` is set, the place and the ports come from the environment of the kernel's driver
// tests (remote/test_environment.h). `device` and `peer` are filled in where they are empty.
Result<void> open_remote(RemoteArguments& arguments, std::string& device, std::string& peer,
                         bool& take_over, bool fall_back);

// What is in the way on the peer is changed there until the session ends; says so on standard
// error.
Result<void> prepare_remotely(remote::Session& session, const std::string& peer);

}  // namespace xdpbench::commands
