#include "live/session.h"

#include <fmt/format.h>
#include <net/if.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/interrupt.h"
#include "base/print.h"
#include "base/text.h"
#include "bpf/attached.h"
#include "target/map_command.h"
#include "target/settings.h"
#include "target/target.h"

namespace xdpbench::live {
namespace {

using Seconds = std::chrono::duration<double>;

// Bounds how late a signal that comes just before the wait, a removed interface and records written
// without a wake-up are noticed.
constexpr auto kLongestWait = std::chrono::milliseconds(250);

constexpr const char* kHelp =
    "list                     the program's maps\n"
    "show MAP | MAP[KEY]      entries\n"
    "set MAP[KEY]=VALUE       e.g. set blocked[198.18.0.1]=1\n"
    "delete MAP[KEY]          e.g. delete blocked[198.18.0.1]\n"
    "replace NAME|FILE.o[:FUNCTION]\n"
    "                         another program in the place of this one, without a gap; maps that\n"
    "                         both declare alike are kept with what is in them\n"
    "status                   what is attached, as the kernel reports\n"
    "quit                     detaches and ends\n";

std::string listed(const char* title, const std::vector<std::string>& names) {
    return names.empty() ? "" : fmt::format("  {}: {}\n", title, fmt::join(names, ", "));
}

template <class Duration>
std::chrono::steady_clock::duration ticks(Duration duration) {
    return std::chrono::duration_cast<std::chrono::steady_clock::duration>(duration);
}

}  // namespace

LiveSession::LiveSession(const net::InterfaceInfo& interface, const AttachOptions& options,
                         Attached attached, LiveCounts counts, model::LiveListener& report)
    : interface_(&interface),
      options_(&options),
      report_(&report),
      attached_(std::move(attached)),
      counts_(std::move(counts)) {}

Result<LiveSession> LiveSession::create(const net::NetNs& netns,
                                        const net::InterfaceInfo& interface,
                                        const AttachOptions& options, Attached attached,
                                        model::LiveListener& report) {
    XDPBENCH_TRY(LiveCounts counts,
                 LiveCounts::start(netns, interface, *attached.program, options.mode));
    LiveSession session(interface, options, std::move(attached), std::move(counts), report);
    XDPBENCH_TRY(session.status_, session.status());
    return session;
}

Result<model::LiveStatus> LiveSession::status() const {
    XDPBENCH_TRY(const bpf::LinkState xdp_link, attached_.xdp_link->state());
    XDPBENCH_TRY(const bpf::ProgramInfo program, attached_.program->info());
    return model::LiveStatus{interface_->name, interface_->driver,
                             // XdpLink::attach() has read it back.
                             options_->mode, program.id, program.name,
                             attached_.program->object().string(), program.tag, program.jited_bytes,
                             xdp_link.id, counts_.counted_by()};
}

Result<void> LiveSession::require_in_force() const {
    XDPBENCH_TRY(const bpf::LinkState xdp_link, attached_.xdp_link->state());
    if (xdp_link.attached && xdp_link.program == status_.id) return {};
    std::array<char, IF_NAMESIZE> name{};
    Error error;
    if (xdp_link.attached) {
        error.what = fmt::format("program {} on {} was replaced by program {}, by another process",
                                 status_.id, interface_->name, xdp_link.program);
    } else if (::if_indextoname(interface_->index, name.data()) == nullptr) {
        error.what = fmt::format("interface {} was removed while {} was attached to it",
                                 interface_->name, status_.name);
    } else {
        error.what = fmt::format("program {} was detached from {} by another process", status_.id,
                                 interface_->name);
    }
    return error;
}

void LiveSession::wait(Clock::time_point time) {
    const Clock::duration left =
        more_events_ ? Clock::duration::zero()
                     : std::clamp<Clock::duration>(time - Clock::now(), Clock::duration::zero(),
                                                   kLongestWait);
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left);
    std::array<pollfd, 3> files{
        {{input_.fd(), POLLIN, 0}, {STDOUT_FILENO, 0, 0}, {attached_.events.fd(), POLLIN, 0}}};
    if (::poll(files.data(), files.size(), static_cast<int>(milliseconds.count())) <= 0) return;
    if (files[0].revents != 0) read_commands();
    // A pipe says so before the next sample finds out.
    if ((files[1].revents & POLLERR) != 0) end_ = "nobody reads standard output";
}

void LiveSession::read_commands() {
    for (const std::string& line : input_.read()) {
        if (!end_.empty()) return;
        const std::string_view bare = trim(line);
        if (!bare.empty() && bare.front() != '#') obey(std::string(bare));
    }
}

void LiveSession::obey(const std::string& line) {
    Result<std::string> answer = carry_out(line);
    if (answer) {
        report_->answer(*answer);
    } else {
        print(stderr, "xdp-bench: {}\n", answer.error().text());
    }
}

Result<std::string> LiveSession::carry_out(const std::string& line) {
    const std::size_t space = line.find_first_of(" \t");
    const std::string verb = line.substr(0, space);
    const std::string object(space == std::string::npos ? "" : trim(line.substr(space)));
    if (verb == "help") return std::string(kHelp);
    if (verb == "replace") return replace(object);
    if (verb == "quit") {
        end_ = "quit";
        return std::string();
    }
    if (verb == "status") {
        XDPBENCH_TRY(const bpf::AttachedProgram program,
                     target::find_attached(interface_->name, options_->mode));
        return bpf::describe(program) + "\n";
    }
    XDPBENCH_TRY(const std::optional<target::MapCommand> command,
                 target::parse_map_command(verb, object));
    if (!command) {
        const std::string near = did_you_mean(
            verb, {"list", "show", "set", "delete", "replace", "status", "help", "quit"});
        return input_error(fmt::format("there is no command {}{}", verb, near), "help lists them");
    }
    XDPBENCH_TRY(const bpf::ProgramMaps maps, bpf::ProgramMaps::open(status_.id));
    return target::execute(*command, maps);
}

Result<std::string> LiveSession::replace(const std::string& program) {
    XDPBENCH_TRY(const target::Target target, target::find_target(program));
    XDPBENCH_TRY(bpf::Program next, target::open_unconfigured(target));
    XDPBENCH_TRY(const bpf::MapTakeover maps, next.take_over_maps(*attached_.program));
    XDPBENCH_TRY(const target::AppliedSettings settings,
                 target::settings_for_replacement(next, options_->settings, maps));
    XDPBENCH_CHECK(next.configure(settings.configuration));
    XDPBENCH_CHECK(next.load(
        options_->mode == model::Mode::offload ? std::optional(interface_->index) : std::nullopt));
    auto successor = std::make_unique<bpf::Program>(std::move(next));
    XDPBENCH_TRY(bpf::Events events,
                 bpf::Events::open(*successor));  // it may write from its first frame on
    XDPBENCH_CHECK(attached_.xdp_link->replace(successor->fd()));
    XDPBENCH_CHECK(counts_.read(*attached_.program));
    XDPBENCH_CHECK(attached_.events.follow(std::move(events), *report_));
    const bool same_counters =
        std::find(maps.kept.begin(), maps.kept.end(), XDP_COUNTERS_MAP) != maps.kept.end();
    attached_.program = std::move(successor);
    XDPBENCH_CHECK(counts_.change(*attached_.program, same_counters));
    XDPBENCH_TRY(status_, status());
    report_->replaced(status_);
    return listed("maps kept with their entries", maps.kept) +
           listed("new maps, empty", maps.fresh) + listed("maps given up", maps.gone) +
           listed("--set again", settings.applied) + listed("--set left out", settings.left_out);
}

Result<void> LiveSession::show_sample() {
    XDPBENCH_CHECK(counts_.read(*attached_.program));
    model::LiveSample sample = counts_.sample();
    XDPBENCH_TRY(sample.events, attached_.events.sample());
    report_->sample(sample);
    return {};
}

Result<void> LiveSession::finish() {
    attached_.xdp_link.reset();
    XDPBENCH_CHECK(attached_.events.read_rest(*report_));
    XDPBENCH_CHECK(show_sample());  // what came until the very end
    report_->detached(status_, end_);
    static_cast<void>(report_->flush());
    return {};
}

Result<void> LiveSession::run() {
    report_->attached(status_);
    const Clock::time_point start = Clock::now();
    const Clock::duration interval = ticks(Seconds(options_->interval));
    const Clock::time_point stop =
        options_->duration ? start + ticks(Seconds(*options_->duration)) : Clock::time_point::max();
    Clock::time_point next = start + interval;
    while (end_.empty()) {
        if (!report_->flush()) end_ = "standard output cannot be written to";
        XDPBENCH_CHECK(require_in_force());
        wait(std::min(next, stop));
        XDPBENCH_TRY(more_events_, attached_.events.read(*report_));
        const Clock::time_point now = Clock::now();
        if (interrupted()) {
            end_ = "interrupted";
        } else if (now >= stop) {
            end_ = "--duration is over";
        } else if (now >= next && end_.empty()) {
            XDPBENCH_CHECK(show_sample());
            next = std::max(next + interval, now);
        }
    }
    return finish();
}

}  // namespace xdpbench::live
