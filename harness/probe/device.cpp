#include "probe/device.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "base/interrupt.h"
#include "net/interface.h"
#include "net/netlink.h"
#include "probe/attach_modes.h"

namespace xdpbench::probe {
namespace {

using Named = std::vector<std::pair<std::string, std::uint32_t>>;

// Those that are not 0.
template <class Name>
std::vector<std::pair<Name, std::uint32_t>> present(
    const std::vector<std::pair<Name, std::uint32_t>>& numbers) {
    std::vector<std::pair<Name, std::uint32_t>> found;
    std::copy_if(numbers.begin(), numbers.end(), std::back_inserter(found),
                 [](const auto& number) { return number.second != 0; });
    return found;
}

Named queues_of(const net::NetNs& netns, const std::string& name,
                const net::LinkDetails& xdp_link) {
    Named queues{{"rx allocated", xdp_link.rx_queues}, {"tx allocated", xdp_link.tx_queues}};
    if (const std::optional<net::Channels> channels = net::query_channels(netns, name)) {
        queues.insert(queues.end(), {{"rx", channels->rx},
                                     {"tx", channels->tx},
                                     {"combined", channels->combined},
                                     {"rx at most", channels->most_rx},
                                     {"tx at most", channels->most_tx},
                                     {"combined at most", channels->most_combined}});
    }
    return present(queues);
}

// The MTU is the original one again when this is gone, however the search ends.
class MtuRestorer {
  public:
    MtuRestorer(const net::NetNs& netns, const net::InterfaceInfo& interface)
        : netns_(netns), interface_(interface) {}
    MtuRestorer(const MtuRestorer&) = delete;
    MtuRestorer& operator=(const MtuRestorer&) = delete;
    MtuRestorer(MtuRestorer&&) = delete;
    MtuRestorer& operator=(MtuRestorer&&) = delete;
    ~MtuRestorer() { static_cast<void>(restore()); }
    Result<void> restore() const { return net::set_mtu(netns_, interface_.name, interface_.mtu); }

  private:
    const net::NetNs& netns_;
    const net::InterfaceInfo& interface_;
};

// The largest MTU at which a native program can be attached, between the current one, at which it
// can, and the one that the device declares. Every answer is had by trying.
Result<std::uint32_t> search_mtu(const net::NetNs& netns, const net::InterfaceInfo& interface,
                                 std::uint32_t declared) {
    const MtuRestorer restorer(netns, interface);
    auto works = static_cast<std::uint32_t>(interface.mtu);
    std::uint32_t refused = std::max(declared, works) + 1;
    while (works + 1 < refused) {
        if (interrupted()) return interrupted_error();
        // The declared limit first: many devices take XDP at any MTU that they have.
        const std::uint32_t next =
            refused == declared + 1 ? declared : works + (refused - works) / 2;
        const bool set = net::set_mtu(netns, interface.name, static_cast<int>(next)).has_value();
        (set && try_mode(netns, interface, model::Mode::native) ? works : refused) = next;
    }
    XDPBENCH_CHECK(restorer.restore());
    return works;
}

Result<void> try_mtu(const net::NetNs& netns, const net::InterfaceInfo& interface,
                     DeviceTrial trial, model::DeviceRecord& record) {
    std::string& source = record.max_mtu_with_xdp_source;
    const auto native =
        std::find_if(record.modes.begin(), record.modes.end(),
                     [](const auto& mode) { return mode.mode == model::Mode::native; });
    if (native == record.modes.end() || !trial.mtu) {
        source = "not tried; --try-mtu changes the MTU to find it, and puts it back";
    } else if (!native->works) {
        source = "no native program could be attached at the present MTU";
    } else if (interface.driver == "veth") {
        source = "not tried: of a veth it is the peer's MTU that counts";
    } else if (record.max_mtu == 0) {
        source = "not tried: the device declares no largest MTU to search up to";
    } else {
        XDPBENCH_TRY(record.max_mtu_with_xdp, search_mtu(netns, interface, record.max_mtu));
        source = "found by attaching at one MTU after the other";
    }
    return {};
}

}  // namespace

Result<model::DeviceRecord> describe_device(const std::string& name, DeviceTrial trial) {
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    XDPBENCH_TRY(const net::InterfaceInfo interface, net::query_interface(netns, name));
    XDPBENCH_TRY(const net::LinkDetails xdp_link, net::query_link(netns, interface.index));
    XDPBENCH_TRY(const std::optional<net::DeclaredXdp> declared,
                 net::declared_xdp(netns, interface.index));
    model::DeviceRecord record;
    record.name = interface.name;
    record.driver = interface.driver;
    record.firmware = interface.firmware;
    record.up = xdp_link.up;
    record.carrier = xdp_link.carrier;
    record.queues = queues_of(netns, interface.name, xdp_link);
    record.mtu = static_cast<std::uint32_t>(interface.mtu);
    record.min_mtu = xdp_link.min_mtu;
    record.max_mtu = xdp_link.max_mtu;
    XDPBENCH_TRY(record.features, net::active_features(netns, interface.name));
    record.declares = declared.has_value();
    record.declared_features = declared.value_or(net::DeclaredXdp{}).features;
    record.declared_names = net::xdp_feature_names(record.declared_features);
    record.attached = present<model::Mode>({{model::Mode::generic, xdp_link.generic_program},
                                            {model::Mode::native, xdp_link.native_program},
                                            {model::Mode::offload, xdp_link.offloaded_program}});
    if (!record.attached.empty()) {
        record.modes_untried = "not tried: XDP is in use there";
    } else if (!trial.modes) {
        record.modes_untried =
            "not tried; --try attaches and detaches a program that passes every frame, for which a "
            "driver may reset the link";
    } else {
        XDPBENCH_TRY(const std::vector<AttachModeProbe> probes, probe_device(netns, interface));
        for (const AttachModeProbe& probe : probes) {
            record.modes.push_back({probe.mode, probe.works, probe.answer});
        }
    }
    XDPBENCH_CHECK(try_mtu(netns, interface, trial, record));
    return record;
}

Result<std::vector<std::pair<std::string, std::string>>> device_environment(
    const std::string& device, const std::optional<std::string>& peer) {
    std::vector<std::pair<std::string, std::string>> entries;
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    const auto add = [&](const std::string& end, const std::string& name) -> Result<void> {
        XDPBENCH_TRY(const net::InterfaceInfo interface, net::query_interface(netns, name));
        XDPBENCH_TRY(const net::LinkDetails xdp_link, net::query_link(netns, interface.index));
        std::vector<std::string> queues;
        for (const auto& [kind, number] : queues_of(netns, interface.name, xdp_link))
            queues.push_back(fmt::format("{} {}", kind, number));
        const auto known = [](const std::string& text) { return text.empty() ? "unknown" : text; };
        entries.insert(entries.end(),
                       {{end, interface.name},
                        {end + "_driver", known(interface.driver)},
                        {end + "_firmware", known(interface.firmware)},
                        {end + "_queues", known(fmt::format("{}", fmt::join(queues, ", ")))}});
        return {};
    };
    XDPBENCH_CHECK(add("device", device));
    if (peer) XDPBENCH_CHECK(add("peer", *peer));
    return entries;
}

}  // namespace xdpbench::probe
