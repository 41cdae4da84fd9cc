#include "engine/attach.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "engine/live_session.h"
#include "engine/settings.h"
#include "engine/subject.h"
#include "kernel/attach.h"
#include "kernel/attached.h"
#include "kernel/privileges.h"

namespace xdpbench {
namespace {

std::string holders_text(const AttachedProgram& program) {
    const Holders holders = holders_of(program);
    std::string text;
    if (!holders.processes.empty())
        text += fmt::format("; open in {}", fmt::join(holders.processes, ", "));
    if (!holders.pins.empty()) text += fmt::format("; pinned at {}", fmt::join(holders.pins, ", "));
    return text.empty() ? "; no process holds it open, it is not pinned" : text;
}

// The program that keeps ours from being attached, of which there can be one only: native and
// generic programs exclude each other, offloaded ones stand beside them.
std::optional<AttachedProgram> in_the_way(const std::vector<AttachedProgram>& attached, Mode mode) {
    for (const AttachedProgram& program : attached) {
        if ((program.mode == Mode::offload) == (mode == Mode::offload)) return program;
    }
    return std::nullopt;
}

Error occupied(const std::string& interface, const AttachedProgram& program) {
    return input_error(fmt::format("{} has an XDP program already, attached by somebody else: {}{}",
                                   interface, describe(program), holders_text(program)),
                       "--replace takes it off and attaches this one; it is not put back");
}

// Attaches where another one is. The kernel puts no link in the place of what came by netlink or
// through another link, so for a moment no program is there.
Result<XdpLink> take_place(const NetNs& netns, const InterfaceInfo& interface, int program_fd,
                           Mode mode, const AttachedProgram& other) {
    XDPBENCH_TRY(const UniqueFd other_fd, open_program(other.id));
    XDPBENCH_CHECK(detach(netns, interface, other));
    Result<XdpLink> link = XdpLink::attach(netns, interface, program_fd, mode);
    if (link) return link;
    Error error = link.error();
    const Result<void> back = attach_for_good(netns, interface, other_fd.get(), other.mode);
    error.what += back ? fmt::format("; program {} is back, by netlink", other.id)
                       : fmt::format("; program {} is off: {}", other.id, back.error().what);
    return error;
}

// What a refusal of native mode leaves to do.
Error with_way_out(Error error, const AttachOptions& options) {
    if (error.kind == ErrorKind::unavailable && options.mode == Mode::native)
        error.advice = "--mode generic works on every interface, behind the driver and slower";
    return error;
}

}  // namespace

Result<void> attach(const AttachOptions& options, LiveReport& report) {
    XDPBENCH_TRY(const Subject subject, find_subject(options.program));
    XDPBENCH_TRY(Program program, Program::open(subject.object, subject.scenario.program.function));
    XDPBENCH_TRY(const Configuration configuration, settings_for(program, options.settings));
    XDPBENCH_CHECK(program.configure(configuration));
    XDPBENCH_TRY(const NetNs netns, NetNs::current());
    XDPBENCH_TRY(const InterfaceInfo interface, query_interface(netns, options.interface));
    XDPBENCH_CHECK(require_privileges());
    XDPBENCH_TRY(const std::vector<AttachedProgram> attached, attached_programs(netns, interface));
    const std::optional<AttachedProgram> other = in_the_way(attached, options.mode);
    if (other && !options.replace) return occupied(interface.name, *other);

    XDPBENCH_CHECK(program.load(options.mode == Mode::offload ? std::optional(interface.index)
                                                              : std::nullopt));
    const int fd = program.fd();
    auto loaded = std::make_unique<Program>(std::move(program));
    XDPBENCH_TRY(LiveEventReader events, LiveEventReader::open(*loaded));
    Result<XdpLink> link = other ? take_place(netns, interface, fd, options.mode, *other)
                                 : XdpLink::attach(netns, interface, fd, options.mode);
    if (!link) return with_way_out(link.error(), options);
    XDPBENCH_TRY(
        LiveSession session,
        LiveSession::create(netns, interface, options,
                            {std::move(loaded), std::move(events), std::move(*link)}, report));
    return session.run();
}

}  // namespace xdpbench
