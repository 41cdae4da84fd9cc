#include "net/network.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/child.h"
#include "base/text.h"
#include "packet/frame.h"

namespace xdpbench::net {
namespace {

// `ip netns attach` takes a process id; no sleeper inside the namespace is needed, because this
// thread can be that process for the moment.
Result<void> give_name(const NetNs& netns, const std::string& name) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    XDPBENCH_TRY(const ChildOutput ip,
                 run_child({"ip", "netns", "attach", name, std::to_string(::gettid())}));
    if (ip.exit_code == 0) return {};
    return Error{ErrorKind::system,
                 fmt::format("ip could not name the namespace {}: {}", name, trim(ip.err)),
                 {},
                 {}};
}

}  // namespace

scenario::InterfaceIndexes Network::interfaces(std::size_t link) const {
    scenario::InterfaceIndexes indexes;
    if (links.empty()) return indexes;
    const Link& names = links.front();
    const Link& there = links.at(link);
    indexes["dut0"] = there.dut.index;  // by its role: a port has a name of its own
    switch (kind) {
        case model::NetworkKind::pair:
        case model::NetworkKind::lan:
            break;
        case model::NetworkKind::chain:
            indexes[names.far->out.name] = there.far->out.index;
            break;
        case model::NetworkKind::ports:
            indexes["out0"] = there.far ? there.far->out.index : there.dut.index;
            break;
    }
    return indexes;
}

std::vector<std::string> Network::interface_names(model::NetworkKind kind) {
    switch (kind) {
        case model::NetworkKind::pair:
        case model::NetworkKind::lan:
            return {"dut0"};
        case model::NetworkKind::chain:
        case model::NetworkKind::ports:
            return {"dut0", "out0"};
    }
    return {};
}

std::size_t Network::longest_frame(Sender sender) const {
    std::size_t longest = sender == Sender::live_frames ? kLongestLiveFrame : SIZE_MAX;
    for (const Link& link : links) {
        longest = std::min({longest, link.tester.longest_frame(), link.dut.longest_frame()});
    }
    return longest;
}

Result<std::vector<std::string>> Network::keep(const std::string& prefix) const {
    std::vector<std::pair<const NetNs*, std::string>> wanted{{&tester, prefix + "-tester"},
                                                             {&dut, prefix + "-dut"}};
    if (sink) wanted.emplace_back(&*sink, prefix + "-sink");
    std::vector<std::string> names;
    for (const auto& [netns, name] : wanted) {
        if (Result<void> named = give_name(*netns, name); !named) {
            // All or nothing: nobody would be told of the others.
            for (const std::string& given : names)
                static_cast<void>(run_child({"ip", "netns", "delete", given}));
            return std::move(named).error();
        }
        names.push_back(name);
    }
    return names;
}

}  // namespace xdpbench::net
