#include "scenario/parse_network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scenario/diagnostic.h"

namespace xdpbench::scenario {
namespace {

// One word of a command of iproute2, or of a name below /proc/sys: no option, and no way out of
// that folder.
Result<std::string> read_word(const YamlNode& node, std::string_view what) {
    Result<std::string> word = read_line(node, what);
    if (!word) return word;
    const bool plain = std::all_of(word->begin(), word->end(), [](char letter) {
        constexpr std::string_view kOthers = ".:/_-@";
        return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
               (letter >= 'A' && letter <= 'Z') || kOthers.find(letter) != std::string_view::npos;
    });
    if (plain && !word->starts_with('-') && word->find("..") == std::string::npos) return word;
    return error_at(node.where, fmt::format("expected {} without blanks and special characters, "
                                            "found {}",
                                            what, in_quotes(*word)));
}

using Lines = std::vector<std::string>;

// A VLAN device on an interface, or a bridge with ports.
Result<void> read_device(const YamlNode::Entry& entry, Lines& lines) {
    XDPBENCH_TRY(const std::string name,
                 read_word({entry.where, entry.key}, "the name of a device"));
    if (find_entry(entry.value, "vlan") != nullptr) {
        XDPBENCH_TRY(const Record record,
                     Record::read(entry.value, "the VLAN device", {"vlan", "on"}));
        XDPBENCH_TRY(const std::uint64_t id, read_number(record.at("vlan"), "the VLAN"));
        XDPBENCH_TRY(const std::string on, read_word(record.at("on"), "the interface"));
        lines.push_back(fmt::format("link add link {} name {} type vlan id {}", on, name, id));
    } else {
        XDPBENCH_TRY(const Record record, Record::read(entry.value, "the device", {"bridge"}));
        lines.push_back(fmt::format(
            "link add {} type bridge stp_state 0 forward_delay 0 mcast_snooping 0", name));
        XDPBENCH_TRY(const auto* ports, read_items(record.at("bridge"), "the bridge's ports"));
        for (const YamlNode& port : *ports) {
            XDPBENCH_TRY(const std::string interface, read_word(port, "the bridge's port"));
            lines.push_back(fmt::format("link set {} master {}", interface, name));
        }
    }
    lines.push_back(fmt::format("link set {} up", name));
    return {};
}

Result<void> read_addresses(const YamlNode& node, Lines& lines) {
    XDPBENCH_TRY(const auto* interfaces, read_entries(node, "addresses"));
    for (const YamlNode::Entry& entry : *interfaces) {
        XDPBENCH_TRY(const std::string device,
                     read_word({entry.where, entry.key}, "the interface"));
        XDPBENCH_TRY(const auto* addresses, read_items(entry.value, "the addresses"));
        for (const YamlNode& one : *addresses) {
            XDPBENCH_TRY(const std::string address, read_word(one, "the address"));
            const bool v6 = address.find(':') != std::string::npos;
            lines.push_back(
                fmt::format("address add {} dev {}{}", address, device, v6 ? " nodad" : ""));
        }
    }
    return {};
}

// "KEY WORD" for each of these keys that the record has.
Result<std::string> words_of(const Record& record, const Names& keys) {
    std::string words;
    for (const std::string& key : keys) {
        const YamlNode* const value = record.find(key);
        if (value == nullptr) continue;
        XDPBENCH_TRY(const std::string word, read_word(*value, key));
        words += fmt::format(" {} {}", key, word);
    }
    return words;
}

Result<void> read_routes(const YamlNode& node, Lines& lines) {
    XDPBENCH_TRY(const auto* routes, read_items(node, "routes"));
    const Names more{"via", "dev", "src", "table", "metric", "mtu"};
    for (const YamlNode& route : *routes) {
        Names optional = more;
        optional.emplace_back("type");
        XDPBENCH_TRY(const Record record, Record::read(route, "the route", {"to"}, optional));
        XDPBENCH_TRY(const std::string to, read_word(record.at("to"), "the destination"));
        std::string type;
        if (const auto* kind = record.find("type")) {
            XDPBENCH_TRY(type, read_word(*kind, "the type of the route"));
            type += " ";
        }
        XDPBENCH_TRY(const std::string words, words_of(record, more));
        lines.push_back(fmt::format("route add {}{}{}", type, to, words));
    }
    return {};
}

Result<void> read_neighbours(const YamlNode& node, Lines& lines) {
    XDPBENCH_TRY(const auto* neighbours, read_items(node, "neighbours"));
    for (const YamlNode& neighbour : *neighbours) {
        XDPBENCH_TRY(const Record record,
                     Record::read(neighbour, "the neighbour", {"ip", "mac", "dev"}));
        XDPBENCH_TRY(const std::string ip, read_word(record.at("ip"), "the address"));
        XDPBENCH_TRY(const std::string mac, read_word(record.at("mac"), "the MAC address"));
        XDPBENCH_TRY(const std::string dev, read_word(record.at("dev"), "the interface"));
        lines.push_back(
            fmt::format("neigh replace {} lladdr {} dev {} nud permanent", ip, mac, dev));
    }
    return {};
}

// A sysctl's file below /proc/sys, as sysctl(8) finds it: if the first separator is a dot, dots and
// slashes change places, so that net.ipv4.conf.dut0/7.forwarding is that of dut0.7.
Result<std::string> read_sysctl_path(const YamlNode& node) {
    Result<std::string> name = read_word(node, "the sysctl");
    if (!name) return name;
    if (!name->starts_with("net.") && !name->starts_with("net/"))
        return error_at(node.where,
                        "expected a sysctl of the network, such as net.ipv4.conf.all.forwarding");
    if (name->starts_with("net.")) {
        for (char& letter : *name) letter = letter == '.' ? '/' : letter == '/' ? '.' : letter;
    }
    if (name->find("..") == std::string::npos) return name;
    return error_at(node.where, fmt::format("{} is no name of a sysctl", in_quotes(*name)));
}

Result<void> read_sysctls(const YamlNode& node, NetworkSetup& setup) {
    XDPBENCH_TRY(const auto* settings, read_entries(node, "sysctls"));
    for (const YamlNode::Entry& entry : *settings) {
        XDPBENCH_TRY(std::string path, read_sysctl_path({entry.where, entry.key}));
        XDPBENCH_TRY(std::string value, read_line(entry.value, "the value"));
        setup.sysctls.emplace_back(std::move(path), std::move(value));
    }
    return {};
}

}  // namespace

Result<NetworkSetup> read_network_setup(const YamlNode& node) {
    NetworkSetup setup;
    setup.where = node.where;
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "network", {},
                              {"devices", "addresses", "routes", "neighbours", "sysctls"}));
    if (const auto* devices = record.find("devices")) {
        XDPBENCH_TRY(const auto* entries, read_entries(*devices, "devices"));
        for (const YamlNode::Entry& entry : *entries)
            XDPBENCH_CHECK(read_device(entry, setup.commands));
    }
    if (const auto* addresses = record.find("addresses"))
        XDPBENCH_CHECK(read_addresses(*addresses, setup.commands));
    if (const auto* routes = record.find("routes"))
        XDPBENCH_CHECK(read_routes(*routes, setup.commands));
    if (const auto* neighbours = record.find("neighbours"))
        XDPBENCH_CHECK(read_neighbours(*neighbours, setup.commands));
    if (const auto* sysctls = record.find("sysctls")) XDPBENCH_CHECK(read_sysctls(*sysctls, setup));
    return setup;
}

}  // namespace xdpbench::scenario
