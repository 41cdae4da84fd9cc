#include "live/attach.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "bpf/attach.h"
#include "bpf/attached.h"
#include "live/session.h"
#include "probe/privileges.h"
#include "target/settings.h"
#include "target/target.h"

namespace xdpbench::live {
namespace {

std::string holders_text(const bpf::AttachedProgram& program) {
    const bpf::Holders holders = bpf::holders_of(program);
    std::string text;
    if (!holders.processes.empty())
        text += fmt::format("; open in {}", fmt::join(holders.processes, ", "));
    if (!holders.pins.empty()) text += fmt::format("; pinned at {}", fmt::join(holders.pins, ", "));
    return text.empty() ? "; no process holds it open, it is not pinned" : text;
}

// The program that keeps ours from being attached, of which there can be one only: native and
// generic programs exclude each other, offloaded ones stand beside them.
std::optional<bpf::AttachedProgram> in_the_way(const std::vector<bpf::AttachedProgram>& attached,
                                               model::Mode mode) {
    for (const bpf::AttachedProgram& program : attached) {
        if ((program.mode == model::Mode::offload) == (mode == model::Mode::offload))
            return program;
    }
    return std::nullopt;
}

Error occupied(const std::string& interface, const bpf::AttachedProgram& program) {
    return input_error(fmt::format("{} has an XDP program already, attached by somebody else: {}{}",
                                   interface, bpf::describe(program), holders_text(program)),
                       "--replace takes it off and attaches this one; it is not put back");
}

// Attaches where another one is. The kernel puts no link in the place of what came by netlink or
// through another link, so for a moment no program is there.
Result<bpf::XdpLink> take_place(const net::NetNs& netns, const net::InterfaceInfo& interface,
                                int program_fd, model::Mode mode,
                                const bpf::AttachedProgram& other) {
    XDPBENCH_TRY(const UniqueFd other_fd, bpf::open_program(other.id));
    XDPBENCH_CHECK(bpf::detach(netns, interface, other));
    Result<bpf::XdpLink> xdp_link = bpf::XdpLink::attach(netns, interface, program_fd, mode);
    if (xdp_link) return xdp_link;
    Error error = xdp_link.error();
    const Result<void> back = bpf::attach_for_good(netns, interface, other_fd.get(), other.mode);
    error.what += back ? fmt::format("; program {} is back, by netlink", other.id)
                       : fmt::format("; program {} is off: {}", other.id, back.error().what);
    return error;
}

// What a refusal of native mode leaves to do.
Error with_way_out(Error error, const AttachOptions& options) {
    if (error.kind == ErrorKind::unavailable && options.mode == model::Mode::native)
        error.advice = "--mode generic works on every interface, behind the driver and slower";
    return error;
}

}  // namespace

Result<void> attach(const AttachOptions& options, model::LiveListener& report) {
    XDPBENCH_TRY(target::Target target, target::find_target(options.program));
    target::RestoredState restored;
    std::vector<std::string> notes;
    XDPBENCH_CHECK(target::permit(target, options.state, restored, notes));
    XDPBENCH_CHECK(target::require_restorable(options.state, restored));
    XDPBENCH_TRY(bpf::Program program, target::open_unconfigured(target));
    XDPBENCH_TRY(const scenario::Configuration configuration,
                 target::settings_for(program, options.settings));
    XDPBENCH_CHECK(program.configure(configuration));
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    XDPBENCH_TRY(const net::InterfaceInfo interface,
                 net::query_interface(netns, options.interface));
    XDPBENCH_CHECK(probe::require_privileges());
    XDPBENCH_TRY(const std::vector<bpf::AttachedProgram> attached,
                 bpf::attached_programs(netns, interface));
    const std::optional<bpf::AttachedProgram> other = in_the_way(attached, options.mode);
    if (other && !options.replace) return occupied(interface.name, *other);

    XDPBENCH_CHECK(program.load(
        options.mode == model::Mode::offload ? std::optional(interface.index) : std::nullopt));
    const int fd = program.fd();
    auto loaded = std::make_unique<bpf::Program>(std::move(program));
    XDPBENCH_TRY(LiveEventReader events, LiveEventReader::open(*loaded));
    Result<bpf::XdpLink> xdp_link = other
                                        ? take_place(netns, interface, fd, options.mode, *other)
                                        : bpf::XdpLink::attach(netns, interface, fd, options.mode);
    if (!xdp_link) return with_way_out(xdp_link.error(), options);
    XDPBENCH_TRY(
        LiveSession session,
        LiveSession::create(netns, interface, options,
                            {std::move(loaded), std::move(events), std::move(*xdp_link)}, report));
    XDPBENCH_CHECK(session.run());
    return restored.restore();
}

}  // namespace xdpbench::live
