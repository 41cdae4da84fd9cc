#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "base/child.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "qualify/data_cases.h"
#include "qualify/frames.h"
#include "qualify/port_change.h"
#include "qualify/rig.h"
#include "replay/modes.h"
#include "replay/replay.h"
#include "target/target.h"

namespace xdpbench::qualify {
namespace {

constexpr std::size_t kFrames = 16;
constexpr std::size_t kLongest = 256;

// The address that frames are sent to, on the device for a case.
class Address {
  public:
    static Result<Address> add(const Context& context) {
        Address address(context.device().name);
        XDPBENCH_TRY(const ChildOutput done, run_child(address.command("add")));
        if (done.exit_code != 0)
            return unavailable_error(fmt::format("cannot give {} an address: {}",
                                                 context.device().name, trim(done.err)));
        address.added_ = true;
        return address;
    }
    Address(Address&& other) noexcept
        : name_(std::move(other.name_)), added_(std::exchange(other.added_, false)) {}
    Address& operator=(Address&&) = delete;
    Address(const Address&) = delete;
    Address& operator=(const Address&) = delete;
    ~Address() {
        if (added_) static_cast<void>(run_child(command("del")));
    }

  private:
    explicit Address(std::string name) : name_(std::move(name)) {}
    [[nodiscard]] std::vector<std::string> command(const char* what) const {
        return {"ip", "address", what, "198.18.0.1/24", "dev", name_};
    }

    std::string name_;
    bool added_ = false;
};

Result<UniqueFd> listen_there(const std::string& name) {
    UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(kPort);
    if (socket.valid() &&
        ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, name.c_str(),
                     static_cast<socklen_t>(name.size())) == 0 &&
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
        return socket;
    return system_error(fmt::format("cannot receive UDP at {}", name), errno);
}

// Datagrams until nothing has come for a moment.
std::size_t receive_all(const UniqueFd& socket) {
    constexpr int kQuietMs = 200;
    std::array<char, 2048> buffer{};
    pollfd waiting{socket.get(), POLLIN, 0};
    std::size_t count = 0;
    while (::poll(&waiting, 1, kQuietMs) > 0 &&
           ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) >= 0)
        ++count;
    return count;
}

Result<std::size_t> delivered(Context& context, Rig& rig, const UniqueFd& socket, bool wrong) {
    packet::Frames frames;
    for (std::uint32_t i = 0; i < kFrames; ++i) {
        FrameShape shape;
        shape.length = 100 + i;
        shape.number = i;
        shape.wrong_checksum = wrong;
        frames.push_back(make_frame(context.device().mac, shape));
    }
    std::size_t count = 0;
    for (int i = 0; i < 3 && count < kFrames; ++i) {
        if (wrong && i > 0) break;
        XDPBENCH_CHECK(rig.send(frames));
        count = std::max(count, receive_all(socket));
    }
    return count;
}

// The last observation of some replays in one mode.
Result<replay::Observation> observe(const target::Target& target, model::Mode mode,
                                    const net::Ports& ends) {
    std::vector<std::string> notes;
    replay::ReplayOutcome outcome = replay::run_replay(target, mode, {false, ends}, notes);
    if (outcome.observation) return std::move(*outcome.observation);
    if (outcome.verdict.outcome == model::Outcome::skipped)
        return unavailable_error(outcome.verdict.message);
    return Error{ErrorKind::invalid, outcome.verdict.message, {}, {}};
}

// A veth without a native program takes in no redirected frames without GRO (veth_xdp_xmit), and
// the generator redirects its frames to the peer. Off again when what is returned is gone.
Result<std::optional<PortChange>> gro_for_generic_mode(const Context& context) {
    const net::InterfaceInfo& device = context.device();
    if (device.driver != "veth") return std::optional<PortChange>();
    XDPBENCH_TRY(PortChange change, PortChange::begin(context, {{device.name, "gro"}}));
    XDPBENCH_CHECK(change.set({device.name, "gro", "on"}));
    return std::optional<PortChange>(std::move(change));
}

}  // namespace

Result<Ruling> checksums(Context& context) {
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load({}));
    XDPBENCH_TRY(const Address address, Address::add(context));
    XDPBENCH_TRY(const UniqueFd socket, listen_there(context.device().name));
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), mode, 6 * kFrames, kLongest));
    static_cast<void>(receive_all(socket));  // what was sent until the first frame arrived
    XDPBENCH_TRY(const std::size_t right, delivered(context, rig, socket, false));
    XDPBENCH_TRY(const std::size_t wrong, delivered(context, rig, socket, true));
    const std::string text = fmt::format(
        "{} of {} datagrams with right checksums reached their socket, {} of {} with wrong ones",
        right, kFrames, wrong, kFrames);
    return right >= kFrames && wrong == 0 ? pass(text) : fail(text);
}

Result<Ruling> modes(Context& context) {
    // A port may lose or damage a frame now and then. So the captures are short, and a difference
    // counts only if it is there each time.
    constexpr int kTries = 4;
    if (const auto refused = require_native(context); !refused || *refused)
        return refused ? Result<Ruling>(**refused) : refused.error();
    const net::Ports ends = context.ports();
    for (const char* const name : {"drop_ipv6"}) {
        XDPBENCH_TRY(const target::Target target, target::find_target(name));
        std::string differs = "not tried";
        for (int i = 0; i < kTries && !differs.empty(); ++i) {
            XDPBENCH_TRY(const auto native, observe(target, model::Mode::native, ends));
            XDPBENCH_TRY(const auto gro, gro_for_generic_mode(context));
            XDPBENCH_TRY(const auto generic, observe(target, model::Mode::generic, ends));
            differs = replay::difference_between(native, generic);
        }
        if (!differs.empty())
            return fail(fmt::format("native and generic mode differ with {} ({}): {}", name,
                                    target::replay_traffic(target).text, differs));
    }
    return pass("drop_ipv6: the same actions, the same frames");
}

}  // namespace xdpbench::qualify
