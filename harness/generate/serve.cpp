#include "generate/serve.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <thread>

#include "base/interrupt.h"
#include "base/line_reader.h"
#include "base/unique_fd.h"
#include "base/version.h"
#include "generate/handler.h"
#include "traffic/placement.h"

namespace xdpbench::generate {
namespace {

constexpr int kLookAgain = 200;  // ms: how soon a signal that came between two calls is noticed

remote::Greeting greeting() {
    remote::Greeting greeting;
    greeting.version = tool_version();
    utsname name = {};
    if (::uname(&name) == 0) {
        greeting.kernel = name.release;
        greeting.host = name.nodename;
    }
    if (const char* const connection = std::getenv("SSH_CONNECTION"); connection != nullptr)
        greeting.connection = connection;
    greeting.cpus = traffic::allowed_cpus();
    return greeting;
}

Result<void> write_line(int out, std::string line) {
    line += '\n';
    for (std::size_t written = 0; written < line.size();) {
        const ssize_t count = ::write(out, line.data() + written, line.size() - written);
        if (interrupted()) return interrupted_error();
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) {  // who started us has it so
            pollfd ready{out, POLLOUT, 0};
            ::poll(&ready, 1, kLookAgain);
            continue;
        }
        if (count < 0) return system_error("cannot write a reply to standard output", errno);
        written += static_cast<std::size_t>(count);
    }
    return {};
}

// Ends what the thread that made it is at, as a signal would, once nobody reads `out`: a request
// may take an hour, and whoever asked for it is gone.
class HangUpWatch {
  public:
    static Result<std::unique_ptr<HangUpWatch>> begin(int out) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            return system_error("cannot create a pipe", errno);
        return std::unique_ptr<HangUpWatch>(
            new HangUpWatch(out, UniqueFd(ends[0]), UniqueFd(ends[1])));
    }
    HangUpWatch(HangUpWatch&&) = delete;
    HangUpWatch& operator=(HangUpWatch&&) = delete;
    HangUpWatch(const HangUpWatch&) = delete;
    HangUpWatch& operator=(const HangUpWatch&) = delete;
    ~HangUpWatch() {
        end_.reset();
        thread_.join();
    }

  private:
    HangUpWatch(int out, UniqueFd ended, UniqueFd end)
        : ended_(std::move(ended)), end_(std::move(end)) {
        thread_ = std::thread([this, out, watched = ::pthread_self()] { watch(out, watched); });
    }

    void watch(int out, pthread_t watched) const {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
        std::array<pollfd, 2> fds{{{out, 0, 0}, {ended_.get(), 0, 0}}};
        while (::poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR) {
        }
        // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread): SIGTERM has a handler
        if (fds[1].revents == 0) ::pthread_kill(watched, SIGTERM);
    }

    UniqueFd ended_;
    UniqueFd end_;
    std::thread thread_;
};

remote::Reply answer(Handler& handler, const std::string& line) {
    const Result<remote::Request> request = remote::parse_request(line);
    if (request) return handler.handle(*request);
    remote::Reply reply;
    reply.error = request.error();
    return reply;
}

bool is_blank(const std::string& line) {
    return line.find_first_not_of(" \t\r") == std::string::npos;
}

}  // namespace

Result<bool> serve(int in, int out) {
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    Handler handler(netns);
    XDPBENCH_TRY(const auto watch, HangUpWatch::begin(out));
    XDPBENCH_CHECK(write_line(out, remote::line_of(greeting())));
    LineReader reader(in, remote::kLongestLine);
    bool all_succeeded = true;
    while (reader.fd() >= 0) {
        if (interrupted()) return interrupted_error();
        pollfd waiting{reader.fd(), POLLIN, 0};
        if (::poll(&waiting, 1, kLookAgain) <= 0) continue;
        for (const std::string& line : reader.read()) {
            if (is_blank(line)) continue;
            const remote::Reply reply = answer(handler, line);
            all_succeeded = all_succeeded && !reply.error;
            XDPBENCH_CHECK(write_line(out, remote::line_of(reply)));
        }
    }
    return all_succeeded;
}

}  // namespace xdpbench::generate
