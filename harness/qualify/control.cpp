// Group control: what the driver declares, attaching, refusing, MTUs.
#include <fmt/format.h>
#include <linux/if_link.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>

#include "base/file.h"
#include "base/text.h"
#include "bpf/attached.h"
#include "bpf/refusal.h"
#include "probe/attach_modes.h"
#include "qualify/case.h"
#include "qualify/counts_text.h"
#include "qualify/delivery.h"
#include "qualify/frames.h"
#include "qualify/port_change.h"
#include "qualify/rig.h"
#include "traffic/generator.h"

namespace xdpbench::qualify {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kFew = 32;
constexpr std::size_t kGrowth = 256;
constexpr int kAttachTimes = 3;
constexpr int kJumbo = 9000;

// ---- features -------------------------------------------------------------------------------

Result<Ruling> features_basic(Context& context) {
    const Declared declared = context.declares(Feature::basic);
    XDPBENCH_TRY(const std::string refusal, context.native_refusal());
    if (!refusal.empty()) return judge_declared(declared, false, refusal);
    ProgramSettings settings;
    settings.action = model::Action::drop;
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    Result<Rig> rig = Rig::create(context, std::move(program), model::Mode::native, kFew, 128);
    if (!rig && rig.error().kind == ErrorKind::invalid)
        return judge_declared(declared, false, rig.error().text());
    if (!rig) return rig.error();
    XDPBENCH_CHECK(rig->send(make_frames(context.device().mac, kFew, kShortestFrame)));
    XDPBENCH_TRY(const ProgramCounts counts, rig->counts());
    XDPBENCH_TRY(const Arrived arrived, rig->take());
    const bool works = counts.handled() > 0 && arrived.in_stack.empty();
    return judge_declared(
        declared, works,
        fmt::format("sent {} to be dropped; {}; {} reached the stack", counted(kFew, "frame"),
                    counts_text(counts), arrived.in_stack.size()));
}

Result<Ruling> features_ndo_xmit(Context& context) {
    if (const auto refused = require_native(context); !refused || *refused)
        return refused ? Result<Ruling>(**refused) : refused.error();
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load({}));
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), model::Mode::native, kFew, 128));
    const Declared declared = context.declares(Feature::ndo_xmit);
    const packet::Frames frames = make_frames(context.device().mac, kFew, kShortestFrame);
    XDPBENCH_TRY(traffic::Generator generator, traffic::Generator::create(frames));
    packet::Frames arrived;
    for (int i = 0; i < 3 && arrived.size() < kFew; ++i) {
        const Result<void> sent =
            generator.send(context.netns(), context.device().index, frames.size());
        if (!sent) return judge_declared(declared, false, sent.error().what);
        XDPBENCH_TRY(Arrived some, rig.take());
        arrived.insert(arrived.end(), some.back.begin(), some.back.end());
    }
    return judge_declared(
        declared, !arrived.empty(),
        fmt::format("{} redirected to {}, {} arrived at {}", counted(kFew, "frame"),
                    context.device().name, arrived.size(), context.peer().name));
}

Result<Ruling> features_hw_offload(Context& context) {
    const Result<std::string> tried =
        probe::try_mode(context.netns(), context.device(), model::Mode::offload);
    return judge_declared(context.declares(Feature::hw_offload), tried.has_value(),
                          tried ? *tried : bpf::answer_line(tried.error()));
}

// ---- attach ---------------------------------------------------------------------------------

enum class By { link, netlink };

std::uint32_t mode_flag(model::Mode mode) {
    return mode == model::Mode::native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
}

Result<void> set_by_netlink(const Context& context, int program, model::Mode mode) {
    XDPBENCH_TRY(const net::NetlinkAnswer answer,
                 net::set_xdp(context.netns(),
                              {context.device().index, program, mode_flag(mode), std::nullopt}));
    if (answer.error == 0) return {};
    return bpf::attach_refusal(context.device(), mode, answer);
}

// The program that is attached in this mode and no other; empty if it is so.
Result<std::string> wrong_state(const Context& context, model::Mode mode, bool attached) {
    XDPBENCH_TRY(const auto programs, bpf::attached_programs(context.netns(), context.device()));
    if (!attached) return programs.empty() ? "" : std::string("a program is still attached");
    if (programs.size() == 1 && programs.front().mode == mode) return std::string();
    if (programs.empty()) return std::string("no program is attached");
    return fmt::format("the program is attached in {} mode",
                       model::mode_name(programs.front().mode));
}

// The same after a moment: a link that somebody else looks at is released a little later.
Result<std::string> await_state(const Context& context, model::Mode mode, bool attached) {
    constexpr int kTries = 20;
    constexpr milliseconds kPause{50};
    std::string wrong;
    for (int i = 0; i < kTries; ++i) {
        if (i > 0) std::this_thread::sleep_for(kPause);
        XDPBENCH_TRY(wrong, wrong_state(context, mode, attached));
        if (wrong.empty()) break;
    }
    return wrong;
}

// How long the carrier was away after the steps of a case.
struct Resets {
    int count = 0;
    milliseconds longest{0};
    void add(milliseconds away) {
        if (away.count() > 0) ++count;
        longest = std::max(longest, away);
    }
};

struct Step {
    const char* name;
    int program;
    bool attached;
};

// Nothing, or what did not hold.
Result<std::string> attach_once(Context& context, const std::array<CaseProgram, 2>& programs,
                                model::Mode mode, By by, Resets& resets) {
    std::optional<bpf::XdpLink> link;
    const std::array<Step, 3> steps{Step{"attach", programs[0].fd(), true},
                                    Step{"replace", programs[1].fd(), true},
                                    Step{"detach", -1, false}};
    for (const Step& step : steps) {
        Result<void> done;
        if (by == By::netlink) {
            done = set_by_netlink(context, step.program, mode);
        } else if (!step.attached) {
            link.reset();
        } else if (link) {
            done = link->replace(step.program);
        } else {
            auto attached =
                bpf::XdpLink::attach(context.netns(), context.device(), step.program, mode);
            if (attached) link.emplace(std::move(*attached));
            if (!attached) done = attached.error();
        }
        if (!done) return fmt::format("{}: {}", step.name, done.error().text());
        XDPBENCH_TRY(const milliseconds away, await_carriers(context));
        resets.add(away);
        XDPBENCH_TRY(const std::string wrong, await_state(context, mode, step.attached));
        if (!wrong.empty()) return fmt::format("after {}: {}", step.name, wrong);
    }
    return std::string();
}

std::string queues_text(const Context& context) {
    const auto channels = net::query_channels(context.netns(), context.device().name);
    if (!channels) return "unknown";
    return fmt::format("rx {}, tx {}, combined {}", channels->rx, channels->tx, channels->combined);
}

// Lines of /proc/interrupts that have the device's name.
std::size_t interrupts_of(const std::string& name) {
    std::size_t count = 0;
    const Result<std::string> text = read_file("/proc/interrupts");
    for (const std::string& line : split(text ? *text : std::string(), '\n'))
        count += line.find(name) != std::string::npos ? 1U : 0U;
    return count;
}

Result<Ruling> attach_in(Context& context, model::Mode mode, By by) {
    if (mode == model::Mode::native) {
        if (const auto refused = require_native(context); !refused || *refused)
            return refused ? Result<Ruling>(**refused) : refused.error();
    }
    XDPBENCH_TRY(CaseProgram first, CaseProgram::load({}));
    XDPBENCH_TRY(CaseProgram second, CaseProgram::load({}));
    const std::array<CaseProgram, 2> programs{std::move(first), std::move(second)};
    std::optional<net::RecordedChange> detached;
    if (by == By::netlink) {
        XDPBENCH_TRY(net::RecordedChange begun, record_detached(context, programs));
        detached.emplace(std::move(begun));
    }
    const std::string queues = queues_text(context);
    const std::size_t interrupts = interrupts_of(context.device().name);
    Resets resets;
    for (int i = 0; i < kAttachTimes; ++i) {
        XDPBENCH_TRY(const std::string wrong, attach_once(context, programs, mode, by, resets));
        if (!wrong.empty()) return fail(wrong);
    }
    if (queues_text(context) != queues || interrupts_of(context.device().name) != interrupts)
        return note(fmt::format("queues before: {}, after: {}; interrupts before: {}, after: {}",
                                queues, queues_text(context), interrupts,
                                interrupts_of(context.device().name)));
    if (resets.count == 0) return pass("the carrier stayed");
    return pass(fmt::format("the carrier went away in {} of {} steps, for {} ms at most",
                            resets.count, 3 * kAttachTimes, resets.longest.count()));
}

// ---- refuse ---------------------------------------------------------------------------------

Result<Ruling> refuse_mode_in_use(Context& context) {
    if (const auto refused = require_native(context); !refused || *refused)
        return refused ? Result<Ruling>(**refused) : refused.error();
    XDPBENCH_TRY(const CaseProgram program, CaseProgram::load({}));
    XDPBENCH_TRY(const bpf::XdpLink link, bpf::XdpLink::attach(context.netns(), context.device(),
                                                               program.fd(), model::Mode::generic));
    XDPBENCH_TRY(const CaseProgram other, CaseProgram::load({}));
    XDPBENCH_TRY(const net::NetlinkAnswer answer,
                 net::ask_about_xdp(context.netns(), context.device().index, other.fd(),
                                    XDP_FLAGS_DRV_MODE));
    XDPBENCH_TRY(const std::string wrong, wrong_state(context, model::Mode::generic, true));
    if (!wrong.empty()) return fail("after the refusal: " + wrong);
    if (answer.error == 0) return fail("a native program was accepted beside a generic one");
    if (answer.text.empty()) return note("refused without a text: " + errno_text(answer.error));
    return pass("refused: " + answer.text);
}

// The largest MTU that the device has, up to a jumbo frame's.
Result<int> large_mtu(const Context& context) {
    XDPBENCH_TRY(const net::LinkDetails link,
                 net::query_link(context.netns(), context.device().index));
    return link.max_mtu == 0 ? kJumbo : std::min(kJumbo, static_cast<int>(link.max_mtu));
}

Result<Ruling> refuse_mtu(Context& context) {
    if (const auto refused = require_native(context); !refused || *refused)
        return refused ? Result<Ruling>(**refused) : refused.error();
    XDPBENCH_TRY(const int mtu, large_mtu(context));
    XDPBENCH_TRY(const PortChange change, change_mtu(context, mtu));
    XDPBENCH_TRY(const CaseProgram program, CaseProgram::load({}));
    XDPBENCH_TRY(const net::NetlinkAnswer answer,
                 net::ask_about_xdp(context.netns(), context.device().index, program.fd(),
                                    XDP_FLAGS_DRV_MODE));
    XDPBENCH_CHECK(await_carriers(context));
    XDPBENCH_TRY(const std::string wrong, wrong_state(context, model::Mode::native, false));
    if (!wrong.empty()) return fail("after the refusal: " + wrong);
    XDPBENCH_TRY(const net::InterfaceInfo now,
                 net::query_interface(context.netns(), context.device().name));
    if (now.mtu != mtu) return fail(fmt::format("the MTU was {} and is {}", mtu, now.mtu));
    if (answer.error == 0)
        return pass(
            fmt::format("accepted at MTU {}: the MTU cases see whether frames arrive", mtu));
    if (answer.text.empty())
        return note(
            fmt::format("refused at MTU {} without a text: {}", mtu, errno_text(answer.error)));
    return pass(fmt::format("refused at MTU {}: {}", mtu, answer.text));
}

// ---- mtu ------------------------------------------------------------------------------------

packet::Frames frames_up_to(const Context& context, int mtu) {
    const auto longest = static_cast<std::size_t>(mtu) + packet::kEthernetHeaderBytes;
    packet::Frames frames;
    for (const std::size_t length :
         {longest, longest - 1, longest / 2, kShortestFrame, longest, kShortestFrame}) {
        FrameShape shape;
        shape.length = length;
        shape.number = static_cast<std::uint32_t>(frames.size());
        frames.push_back(make_frame(context.device().mac, shape));
    }
    return frames;
}

Result<Ruling> mtu_of(Context& context, int mtu, bool frags) {
    if (const auto refused = require_native(context); !refused || *refused)
        return refused ? Result<Ruling>(**refused) : refused.error();
    XDPBENCH_TRY(const PortChange change, change_mtu(context, mtu));
    ProgramSettings settings;
    settings.frags = frags;
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    {
        const Result<bpf::XdpLink> tried = bpf::XdpLink::attach(context.netns(), context.device(),
                                                                program.fd(), model::Mode::native);
        if (!tried && mtu <= 1500) return fail(tried.error().text());
        if (!tried) return skip("refused: " + bpf::answer_line(tried.error()));
    }
    const packet::Frames frames = frames_up_to(context, mtu);
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), model::Mode::native,
                                      4 * frames.size(), frames.front().bytes.size() + kGrowth));
    XDPBENCH_TRY(const Delivery delivery, deliver(rig, frames, frames, Place::in_stack));
    if (const auto lost = loss_text(delivery, frames, Place::in_stack)) {
        XDPBENCH_TRY(const ProgramCounts counts, rig.counts());
        return fail(fmt::format("the program was accepted at MTU {}, but {}\n{}", mtu, *lost,
                                counts_text(counts)));
    }
    return pass(fmt::format("every byte of frames up to {} arrived", frames.front().bytes.size()));
}

constexpr const char* kGroup = "control";

constexpr std::array kCases{
    CaseEntry{kGroup, "features_basic", Needs::two_ports, features_basic},
    CaseEntry{kGroup, "features_ndo_xmit", Needs::two_ports, features_ndo_xmit},
    CaseEntry{kGroup, "features_hw_offload", Needs::one_port, features_hw_offload},
    CaseEntry{kGroup, "attach_native_link", Needs::one_port,
              [](Context& context) { return attach_in(context, model::Mode::native, By::link); }},
    CaseEntry{
        kGroup, "attach_native_netlink", Needs::one_port,
        [](Context& context) { return attach_in(context, model::Mode::native, By::netlink); }},
    CaseEntry{kGroup, "attach_generic_link", Needs::one_port,
              [](Context& context) { return attach_in(context, model::Mode::generic, By::link); }},
    CaseEntry{
        kGroup, "attach_generic_netlink", Needs::one_port,
        [](Context& context) { return attach_in(context, model::Mode::generic, By::netlink); }},
    CaseEntry{kGroup, "refuse_mode_in_use", Needs::one_port, refuse_mode_in_use},
    CaseEntry{kGroup, "refuse_mtu", Needs::one_port, refuse_mtu},
    CaseEntry{kGroup, "mtu_1500", Needs::two_ports,
              [](Context& context) { return mtu_of(context, 1500, false); }},
    CaseEntry{kGroup, "mtu_1500_frags", Needs::two_ports,
              [](Context& context) { return mtu_of(context, 1500, true); }},
    CaseEntry{kGroup, "mtu_2000", Needs::two_ports,
              [](Context& context) { return mtu_of(context, 2000, false); }},
    CaseEntry{kGroup, "mtu_2000_frags", Needs::two_ports,
              [](Context& context) { return mtu_of(context, 2000, true); }},
    CaseEntry{kGroup, "mtu_3506", Needs::two_ports,
              [](Context& context) { return mtu_of(context, 3506, false); }},
    CaseEntry{kGroup, "mtu_3506_frags", Needs::two_ports,
              [](Context& context) { return mtu_of(context, 3506, true); }},
    CaseEntry{kGroup, "mtu_9000", Needs::two_ports,
              [](Context& context) { return mtu_of(context, 9000, false); }},
    CaseEntry{kGroup, "mtu_9000_frags", Needs::two_ports,
              [](Context& context) { return mtu_of(context, 9000, true); }},
};

}  // namespace

std::span<const CaseEntry> control_cases() { return kCases; }

}  // namespace xdpbench::qualify
