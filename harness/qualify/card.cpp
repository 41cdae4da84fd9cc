#include "qualify/card.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

#include "base/file.h"
#include "base/text.h"
#include "net/rings.h"
#include "probe/environment.h"

namespace xdpbench::qualify {
namespace {

// Of the features' many names those that concern what programs see.
constexpr std::array<std::string_view, 8> kOffloads{"rx-gro",           "rx-lro",
                                                    "rx-hashing",       "rx-checksum",
                                                    "rx-vlan-hw-parse", "tx-vlan-hw-insert",
                                                    "rx-gro-hw",        "hw-tc-offload"};

void add(Facts& facts, const std::string& key, std::string value) {
    if (!value.empty()) facts.emplace_back(key, std::move(value));
}

std::string entry_of(const std::string& name, std::string_view entry) {
    return read_entry(fmt::format("/sys/class/net/{}/{}", name, entry));
}

std::string pci_text(const std::string& name) {
    std::error_code error;
    const auto device =
        std::filesystem::read_symlink(fmt::format("/sys/class/net/{}/device", name), error);
    const std::string vendor = entry_of(name, "device/vendor");
    if (error || vendor.empty()) return {};
    std::string text = fmt::format("{}, {}:{}", device.filename().string(), vendor,
                                   entry_of(name, "device/device"));
    const std::string speed = entry_of(name, "device/current_link_speed");
    if (!speed.empty())
        text += fmt::format(", {} x{}", speed, entry_of(name, "device/current_link_width"));
    const std::string node = entry_of(name, "device/numa_node");
    return node.empty() || node == "-1" ? text : text + ", NUMA node " + node;
}

std::string speed_text(const std::string& name) {
    const std::string speed = entry_of(name, "speed");
    return speed.empty() || speed.starts_with('-') ? "" : speed + " Mb/s";
}

std::string queues_text(const Context& context, const std::string& name) {
    const auto channels = net::query_channels(context.netns(), name);
    if (!channels) return {};
    return fmt::format("rx {}, tx {}, combined {} of {}", channels->rx, channels->tx,
                       channels->combined, channels->most_combined);
}

std::string rss_text(const Context& context, const std::string& name) {
    const auto rss = net::query_rss(context.netns(), name);
    if (!rss) return {};
    return fmt::format("{} over {}{}", counted(rss->entries, "entry"),
                       counted(rss->queues, "queue"), rss->hash.empty() ? "" : ", " + rss->hash);
}

std::string rings_text(const Context& context, const std::string& name) {
    const auto rings = net::query_rings(context.netns(), name);
    if (!rings) return {};
    return fmt::format("rx {} of {}, tx {} of {}", rings->rx, rings->most_rx, rings->tx,
                       rings->most_tx);
}

std::string coalescing_text(const Context& context, const std::string& name) {
    const auto times = net::query_coalescing(context.netns(), name);
    if (!times) return {};
    return fmt::format("rx {} us{}, tx {} us", times->rx_usecs,
                       times->adaptive_rx ? " (adaptive)" : "", times->tx_usecs);
}

std::string interrupts_text(const std::string& name) {
    std::vector<std::pair<int, std::string>> interrupts;
    std::error_code error;
    const std::string folder = fmt::format("/sys/class/net/{}/device/msi_irqs", name);
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const std::string number = entry.path().filename().string();
        const std::string cpus =
            read_entry(fmt::format("/proc/irq/{}/effective_affinity_list", number));
        if (!cpus.empty())
            interrupts.emplace_back(std::stoi(number), fmt::format("{}: CPU {}", number, cpus));
    }
    std::sort(interrupts.begin(), interrupts.end());
    std::vector<std::string> texts;
    texts.reserve(interrupts.size());
    for (const auto& [number, text] : interrupts) texts.push_back(text);
    return fmt::format("{}", fmt::join(texts, ", "));
}

Result<std::string> offloads_text(const Context& context, const std::string& name) {
    XDPBENCH_TRY(const auto active, net::active_features(context.netns(), name));
    std::vector<std::string_view> on;
    for (const std::string_view offload : kOffloads) {
        if (std::find(active.begin(), active.end(), offload) != active.end()) on.push_back(offload);
    }
    return fmt::format("{}", fmt::join(on, ", "));
}

Result<std::string> declared_text(const Context& context) {
    XDPBENCH_TRY(const auto declared, net::declared_xdp(context.netns(), context.device().index));
    if (!declared) return std::string("this kernel has no way to declare XDP features (6.3)");
    return declared->features == 0 ? "nothing" : net::xdp_feature_names(declared->features);
}

}  // namespace

Result<Facts> describe_card(const Context& context) {
    const net::InterfaceInfo& device = context.device();
    Facts facts;
    add(facts, "driver", device.driver);
    add(facts, "firmware", device.firmware);
    add(facts, "pci", pci_text(device.name));
    add(facts, "link_speed", speed_text(device.name));
    add(facts, "mtu", std::to_string(device.mtu));
    add(facts, "queues", queues_text(context, device.name));
    add(facts, "rss", rss_text(context, device.name));
    add(facts, "rings", rings_text(context, device.name));
    add(facts, "coalescing", coalescing_text(context, device.name));
    XDPBENCH_TRY(std::string offloads, offloads_text(context, device.name));
    add(facts, "offloads", std::move(offloads));
    add(facts, "interrupts", interrupts_text(device.name));
    XDPBENCH_TRY(std::string declared, declared_text(context));
    add(facts, "declares", std::move(declared));
    if (context.has_peer()) add(facts, "peer_driver", context.peer().driver);
    for (const probe::EnvironmentEntry& entry : probe::describe_environment())
        add(facts, entry.key, entry.value);
    return facts;
}

}  // namespace xdpbench::qualify
