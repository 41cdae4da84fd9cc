#include "remote/session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <system_error>

#include "base/clock.h"
#include "base/text.h"
#include "base/version.h"

namespace xdpbench::remote {
namespace {

constexpr std::chrono::seconds kStart{20};   // to connect and to start
constexpr std::chrono::seconds kAnswer{20};  // beyond the time that the request itself may take
constexpr int kNotFound = 127;               // exit code of a shell
constexpr int kSshFailed = 255;

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words = split(text, ' ');
    std::erase_if(words, [](const std::string& word) { return word.empty(); });
    return words;
}

Result<std::vector<std::string>> command_of(const Place& place, const std::string& tool) {
    std::vector<std::string> command;
    if (place.channel == Channel::ssh) {
        // Nobody is there to type a password.
        command = {"ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"};
        for (std::string& word : words_of(place.target)) command.push_back(std::move(word));
        command.push_back((tool.empty() ? "xdp-bench" : tool) + " generate");
        return command;
    }
    command = {"ip", "netns", "exec", place.target};
    if (tool.empty()) {
        std::error_code error;
        command.push_back(std::filesystem::read_symlink("/proc/self/exe", error).string());
        if (error) return system_error("cannot find the file of this program", error.value());
    }
    for (std::string& word : words_of(tool)) command.push_back(std::move(word));
    command.emplace_back("generate");
    return command;
}

// The last line that says something.
std::string last_line(const std::string& text) {
    std::string last;
    for (const std::string& line : split(text, '\n')) {
        if (!trim(line).empty()) last = trim(line);
    }
    return last;
}

}  // namespace

std::string Place::text() const {
    return fmt::format("{}:{}", channel == Channel::ssh ? "ssh" : "netns", target);
}

Result<Place> parse_place(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::string_view channel = text.substr(0, colon);
    const std::string_view target =
        colon == std::string_view::npos ? std::string_view() : trim(text.substr(colon + 1));
    if (!target.empty() && channel == "ssh") return Place{Channel::ssh, std::string(target)};
    // What begins with a dash is an option to ip.
    if (!target.empty() && channel == "netns" && !target.starts_with('-'))
        return Place{Channel::netns, std::string(target)};
    return input_error(fmt::format("{} is no remote side", text),
                       "write it as ssh:HOST, ssh:USER@HOST or netns:NAME");
}

Result<std::shared_ptr<Session>> Session::open(const Place& place, const std::string& tool) {
    XDPBENCH_TRY(const std::vector<std::string> command, command_of(place, tool));
    XDPBENCH_TRY(TalkingChild child, TalkingChild::start(command));
    std::shared_ptr<Session> session(new Session(place, std::move(child)));
    XDPBENCH_CHECK(session->await_greeting());
    return session;
}

// Why the other side is gone, from how it ended.
Error Session::ended_error() {
    const std::optional<int> code = child_.exit_code();
    const std::string said = last_line(child_.errors());
    Error error{ErrorKind::unavailable,
                fmt::format("cannot start generate at {}", place_.text()),
                said,
                {}};
    if (code == kNotFound) {
        error.advice = "install xdp-bench there, or name its path: --remote-tool /PATH/xdp-bench";
    } else if (code == kSshFailed && place_.channel == Channel::ssh) {
        error.advice = fmt::format("try it: ssh {} xdp-bench --version", place_.target);
    } else {
        error.what += fmt::format(": it ended with exit code {}", code.value_or(-1));
        error.advice =
            "the xdp-bench there may be that of xdp-tools, or an older one: --remote-tool "
            "/PATH/xdp-bench";
    }
    return error;
}

Result<void> Session::await_greeting() {
    const auto end = Clock::now() + kStart;
    while (Clock::now() < end) {
        XDPBENCH_TRY(const std::optional<std::string> line,
                     child_.read(std::chrono::milliseconds(200)));
        const std::optional<Greeting> greeting = line ? parse_greeting(*line) : std::nullopt;
        if (!line && child_.at_end()) return ended_error();
        if (!greeting) continue;  // a login shell's own
        greeting_ = *greeting;
        if (greeting_.protocol == kProtocol) return {};
        return unavailable_error(
            fmt::format("xdp-bench {} at {} speaks another protocol ({}) than this one, {} ({})",
                        greeting_.version, place_.text(), greeting_.protocol, tool_version(),
                        kProtocol),
            {}, "install the same version on both machines");
    }
    return unavailable_error(
        fmt::format("generate at {} did not answer within {} s", place_.text(), kStart.count()),
        last_line(child_.errors()));
}

// Why there is no reply, once it has been waited for.
Error Session::unanswered(const Request& request, std::chrono::milliseconds patience,
                          bool written) {
    const std::string_view name = name_of(request.command);
    if (!child_.at_end() && (written || !child_.exit_code()))
        return Error{ErrorKind::system,
                     fmt::format("{} has not {} \"{}\" for {} s", place_.text(),
                                 written ? "answered" : "read", name, patience.count() / 1000),
                     {},
                     {}};
    return Error{
        ErrorKind::system,
        fmt::format("the remote side {} has ended (exit code {}) before it answered \"{}\"",
                    place_.text(), child_.exit_code().value_or(-1), name),
        last_line(child_.errors()),
        {}};
}

Result<Reply> Session::exchange(const Request& request) {
    XDPBENCH_TRY(const bool written, child_.write(line_of(request), kAnswer));
    const double seconds = request.command == Command::send ? request.seconds : 0;
    const auto patience =
        kAnswer + std::chrono::milliseconds(static_cast<long>(std::ceil(seconds * 1000)));
    std::optional<std::string> line;
    if (written) {
        XDPBENCH_TRY(line, child_.read(patience));
    }
    if (!line) return unanswered(request, written ? patience : kAnswer, written);
    XDPBENCH_TRY(Reply reply, parse_reply(*line));
    if (reply.command == request.command || (reply.error && !reply.command)) return reply;
    return Error{
        ErrorKind::system,
        fmt::format("{} answered \"{}\" to \"{}\"", place_.text(),
                    reply.command ? name_of(*reply.command) : "nothing", name_of(request.command)),
        {},
        {}};
}

Result<Reply> Session::ask(const Request& request) {
    if (lost_) return *lost_;
    Result<Reply> reply = exchange(request);
    if (!reply) {
        lost_ = reply.error();
        return reply;
    }
    if (reply->error) return reply->error->in("at " + place_.text());
    return reply;
}

}  // namespace xdpbench::remote
