#include "scenario/parse_lan.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "scenario/diagnostic.h"
#include "scenario/parse_parts.h"

namespace xdpbench::scenario {
namespace {

constexpr std::size_t kMostHosts = 16;
constexpr std::uint64_t kMostPings = 1000;

Result<std::string> read_host_ip(const YamlNode& node) {
    XDPBENCH_TRY(std::string ip, read_line(node, "the host's address"));
    in_addr address = {};
    if (::inet_pton(AF_INET, ip.c_str(), &address) == 1) return ip;
    return error_at(node.where,
                    fmt::format("expected an IPv4 address for the host, found {}", in_quotes(ip)));
}

// In lower case.
Result<std::string> read_host_mac(const YamlNode& node) {
    constexpr std::size_t kLetters = 17;
    XDPBENCH_TRY(std::string mac, read_line(node, "the host's MAC address"));
    for (char& letter : mac) {
        if (letter >= 'A' && letter <= 'F') letter = static_cast<char>(letter + ('a' - 'A'));
    }
    bool valid = mac.size() == kLetters;
    for (std::size_t i = 0; valid && i < kLetters; ++i) {
        const bool colon = i % 3 == 2;
        valid = colon ? mac[i] == ':' : std::strchr("0123456789abcdef", mac[i]) != nullptr;
    }
    // The lowest bit of the first byte marks a group of hosts.
    constexpr std::string_view kEven = "02468ace";
    if (valid && kEven.find(mac[1]) != std::string_view::npos && mac != "00:00:00:00:00:00")
        return mac;
    return error_at(node.where, fmt::format("expected the MAC address of one host, such as "
                                            "\"02:00:00:00:01:01\", found {}",
                                            in_quotes(mac)));
}

Result<LanAddress> read_lan_host(const YamlNode::Entry& entry, std::size_t number) {
    LanAddress host{entry.where, entry.key, {}, fmt::format("02:00:00:00:01:{:02x}", number)};
    if (entry.value.scalar() != nullptr) {
        XDPBENCH_TRY(host.ip, read_host_ip(entry.value));
        return host;
    }
    XDPBENCH_TRY(const Record record,
                 Record::read(entry.value, "host " + in_quotes(entry.key), {"ip"}, {"mac"}));
    XDPBENCH_TRY(host.ip, read_host_ip(record.at("ip")));
    if (const auto* mac = record.find("mac")) {
        XDPBENCH_TRY(host.mac, read_host_mac(*mac));
    }
    return host;
}

// "192.168.1" of "192.168.1.2".
std::string_view network_of(const LanAddress& host) {
    return std::string_view(host.ip).substr(0, host.ip.rfind('.'));
}

// Every host can be told from the others, and reaches them.
Result<void> check_lan_hosts(const YamlNode& node, const std::vector<LanAddress>& hosts) {
    for (auto host = hosts.begin(); host != hosts.end(); ++host) {
        if (network_of(*host) != network_of(hosts.front()))
            return error_at(host->where,
                            fmt::format("{} is not in the /24 of {}, {}.0", host->ip,
                                        hosts.front().name, network_of(hosts.front())));
        const auto same = std::find_if(hosts.begin(), host, [&](const LanAddress& other) {
            return other.ip == host->ip || other.mac == host->mac;
        });
        if (same != host)
            return error_at(host->where, fmt::format("{} has the address of {}",
                                                     in_quotes(host->name), in_quotes(same->name)));
    }
    for (const std::string_view needed : {kLanClient, kLanDut}) {
        const bool there = std::any_of(hosts.begin(), hosts.end(),
                                       [&](const LanAddress& host) { return host.name == needed; });
        if (!there)
            return error_at(node.where, fmt::format("the lan has no host {}", in_quotes(needed)));
    }
    return {};
}

Result<std::vector<LanAddress>> read_lan_hosts(const YamlNode& node) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, "the lan's hosts"));
    if (entries->size() > kMostHosts)
        return error_at(node.where, fmt::format("expected at most {} hosts, found {}", kMostHosts,
                                                entries->size()));
    std::vector<LanAddress> hosts;
    for (const YamlNode::Entry& entry : *entries) {
        XDPBENCH_TRY(LanAddress host, read_lan_host(entry, hosts.size() + 1));
        hosts.push_back(std::move(host));
    }
    XDPBENCH_CHECK(check_lan_hosts(node, hosts));
    return hosts;
}

Result<const YamlNode*> read_answered(const Record& step) {
    const YamlNode* const expect = step.find("expect");
    if (expect == nullptr)
        return error_at(step.entries().front().where, "the step has no key 'expect'");
    XDPBENCH_TRY(const Record record, Record::read(*expect, "the step's expect", {"answered"}));
    return &record.at("answered");
}

// By host, sequence numbers in the order in which they are answered.
Result<void> read_answered_by(const YamlNode& node, const std::vector<LanAddress>& hosts,
                              LanPing& ping) {
    Names answering;
    for (const LanAddress& host : hosts) {
        if (host.name != kLanClient) answering.push_back(host.name);
    }
    XDPBENCH_TRY(const auto* entries, read_entries(node, "answered"));
    for (const auto& [where, name, value] : *entries) {
        if (std::find(answering.begin(), answering.end(), name) == answering.end())
            return error_at(where, fmt::format("the lan has no host {} to answer{}",
                                               in_quotes(name), correction(name, answering)));
        const auto read = [&ping](const YamlNode& item) -> Result<std::uint64_t> {
            XDPBENCH_TRY(const std::uint64_t number, read_number(item, "a sequence number"));
            if (number >= 1 && number <= ping.count) return number;
            return error_at(item.where, fmt::format("expected a sequence number from 1 to {}, "
                                                    "found {}",
                                                    ping.count, number));
        };
        XDPBENCH_TRY(ping.answered_by[name],
                     read_list<std::uint64_t>(value, "the requests of " + name, read));
        ping.answered += ping.answered_by[name].size();
    }
    return {};
}

Result<LanPing> read_lan_ping(const Record& step, const std::vector<LanAddress>& hosts) {
    LanPing ping;
    const YamlNode& count = step.at("ping");
    XDPBENCH_TRY(ping.count, read_number(count, "how many requests ping sends"));
    if (ping.count == 0 || ping.count > kMostPings)
        return error_at(count.where,
                        fmt::format("expected 1 to {} requests, found {}", kMostPings, ping.count));
    XDPBENCH_TRY(const YamlNode* const answered, read_answered(step));
    if (answered->mapping() != nullptr) {
        XDPBENCH_CHECK(read_answered_by(*answered, hosts, ping));
    } else {
        XDPBENCH_TRY(ping.answered, read_number(*answered, "how many are answered"));
    }
    if (ping.answered > ping.count)
        return error_at(answered->where,
                        fmt::format("{} answers to {} requests", ping.answered, ping.count));
    return ping;
}

Result<LanSend> read_lan_send(const Record& step) {
    LanSend send;
    XDPBENCH_TRY(send.frames, read_frame_ref(step.at("send")));
    XDPBENCH_TRY(const YamlNode* const answered, read_answered(step));
    XDPBENCH_TRY(send.answered, read_number(*answered, "how many packets come back"));
    return send;
}

// Entry by entry, as the command `map` does it.
Result<LanSet> read_lan_set(const YamlNode& node) {
    LanSet set;
    XDPBENCH_TRY(set.maps, read_map_changes(node));
    for (const MapContent& content : set.maps) {
        const bool keys = std::none_of(content.entries.begin(), content.entries.end(),
                                       [](const MapEntry& entry) { return entry.keyless; });
        if (content.bulk.empty() && keys) continue;
        return error_at(content.where,
                        fmt::format("map {}: a lan sets single entries with 'key' and 'value', not "
                                    "ranges, files and queues",
                                    in_quotes(content.map)));
    }
    return set;
}

Result<LanStep> read_lan_step(const YamlNode& node, const std::vector<LanAddress>& hosts) {
    const std::string what = "the lan's step";
    XDPBENCH_TRY(const Record step,
                 Record::read(node, what, {}, {"ping", "send", "set", "expect"}));
    const auto verbs =
        std::count_if(step.entries().begin(), step.entries().end(),
                      [](const YamlNode::Entry& entry) { return entry.key != "expect"; });
    if (verbs != 1) return error_at(node.where, what + " needs exactly one of ping, send and set");
    LanStep read{node.where, {}};
    if (step.find("ping") != nullptr) {
        XDPBENCH_TRY(read.what, read_lan_ping(step, hosts));
    } else if (step.find("send") != nullptr) {
        XDPBENCH_TRY(read.what, read_lan_send(step));
    } else {
        if (const auto* expect = step.entry("expect"))
            return error_at(expect->where,
                            "key 'expect' next to 'set': what it does is seen by a "
                            "step after it");
        XDPBENCH_TRY(read.what, read_lan_set(step.at("set")));
    }
    return read;
}

}  // namespace

Result<Lan> read_lan(const YamlNode& node) {
    XDPBENCH_TRY(const Record record,
                 Record::read(node, "lan", {"hosts", "steps"}, {"globals", "maps"}));
    Lan lan;
    lan.where = node.where;
    XDPBENCH_TRY(lan.hosts, read_lan_hosts(record.at("hosts")));
    XDPBENCH_TRY(lan.configuration, read_configuration(record));
    XDPBENCH_TRY(lan.steps,
                 read_list<LanStep>(record.at("steps"), "steps", [&](const YamlNode& step) {
                     return read_lan_step(step, lan.hosts);
                 }));
    return lan;
}

}  // namespace xdpbench::scenario
