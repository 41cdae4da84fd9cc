#include "commands/port_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "commands/options.h"
#include "commands/queue_options.h"
#include "net/interface.h"
#include "run/timed_cases.h"
#include "traffic/remote_sink.h"

namespace xdpbench::commands {
namespace {

// What one mode needs of a veth, the other one cannot do with (net::join_ports()).
Result<void> require_modes_together(const net::InterfaceInfo& device,
                                    const std::vector<model::Mode>& modes) {
    const auto asked_for = [&](model::Mode mode) {
        return std::find(modes.begin(), modes.end(), mode) != modes.end();
    };
    if (device.driver != "veth" || !asked_for(model::Mode::generic) ||
        !asked_for(model::Mode::native))
        return {};
    return input_error(
        fmt::format("{} is a veth, which needs GRO on in generic mode and off in native mode: one "
                    "run cannot have both modes",
                    device.name),
        fmt::format("run it once for each: ethtool -K {0} gro off and --mode native, then ethtool "
                    "-K {0} gro on and --mode generic",
                    device.name));
}

// The other machine knows its port, by name or address.
Result<void> add_remote_peer(const RunArguments& arguments, const net::InterfaceInfo& device,
                             run::RunOptions& options) {
    XDPBENCH_CHECK(require_modes_together(device, options.modes));
    if (std::find(options.modes.begin(), options.modes.end(), model::Mode::offload) !=
        options.modes.end())
        return input_error("--mode offload does not go with --remote",
                           "both ports have to be in this machine");
    if (options.latency) return traffic::no_remote_latency();
    options.peer = arguments.peer;
    return {};
}

// The third port must be another one than the two.
Result<net::InterfaceInfo> other_port(const net::NetNs& netns, const char* option,
                                      const std::string& name,
                                      const std::vector<net::InterfaceInfo>& others) {
    XDPBENCH_TRY(net::InterfaceInfo port, net::query_interface(netns, name));
    for (const net::InterfaceInfo& other : others) {
        if (port.index == other.index)
            return input_error(fmt::format("{} {} is the port {} of --dev, --peer or --out already",
                                           option, name, other.name),
                               "name a third port; without --out, redirects leave by --dev itself");
    }
    return port;
}

Result<void> add_out(const RunArguments& arguments, const net::NetNs& netns,
                     const net::InterfaceInfo& device, run::RunOptions& options) {
    if (arguments.out.empty()) return {};
    if (options.modes == std::vector<model::Mode>{model::Mode::offload})
        return input_error("--out does not go with --mode offload",
                           "no driver lets a program in its device redirect");
    std::vector<net::InterfaceInfo> others{device};
    if (!arguments.peer.empty() && !options.remote) {
        XDPBENCH_TRY(net::InterfaceInfo peer, net::query_interface(netns, arguments.peer));
        others.push_back(std::move(peer));
    }
    XDPBENCH_TRY(net::InterfaceInfo out, other_port(netns, "--out", arguments.out, others));
    options.out = out.name;
    if (arguments.out_peer.empty()) return {};
    others.push_back(std::move(out));
    XDPBENCH_TRY(const net::InterfaceInfo far,
                 other_port(netns, "--out-peer", arguments.out_peer, others));
    options.out_peer = far.name;
    return {};
}

// Others send: there is nothing to replay, to time against a baseline, or to search.
Result<void> require_no_offload(const run::RunOptions& options) {
    if (std::find(options.modes.begin(), options.modes.end(), model::Mode::offload) ==
        options.modes.end())
        return {};
    return input_error("--traffic external does not go with --mode offload",
                       "use --mode native or generic");
}

Result<void> add_device(const RunArguments& arguments, run::RunOptions& options) {
    if (options.keep)
        return input_error("--keep does not go with --dev: nothing is left on real interfaces",
                           "xdp-bench attach leaves a program there as long as it runs");
    const bool offload_only = options.modes == std::vector<model::Mode>{model::Mode::offload};
    if (arguments.peer.empty() && !offload_only && !options.external_traffic) {
        return input_error("--dev without --peer: no interface to send frames from",
                           "name the interface that is cabled to it; or use --traffic external, if "
                           "a generator of your own sends, or --mode offload alone");
    }
    if (options.placement) {
        return input_error(
            "--placement does not go with --dev: the interrupts of the interface choose the "
            "program's CPU, and the tool does not change them",
            "change them: ethtool -L (or --queues), ethtool -X, "
            "/proc/irq/NUMBER/smp_affinity_list; --cpus chooses the CPUs that send");
    }
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    XDPBENCH_TRY(const net::InterfaceInfo device, net::query_interface(netns, arguments.device));
    options.device = device.name;
    options.take_over = arguments.take_over;
    options.prepare = arguments.prepare;
    options.remote = arguments.remote.session;
    options.remote_tool = arguments.remote.tool;
    XDPBENCH_CHECK(add_queues(arguments.queues, netns, device, options));
    XDPBENCH_CHECK(add_out(arguments, netns, device, options));
    if (options.external_traffic) return require_no_offload(options);
    if (arguments.peer.empty()) return {};
    if (options.remote) return add_remote_peer(arguments, device, options);
    XDPBENCH_TRY(const net::InterfaceInfo peer, net::query_interface(netns, arguments.peer));
    XDPBENCH_CHECK(require_two_ends(arguments.device, device, arguments.peer, peer));
    XDPBENCH_CHECK(require_modes_together(device, options.modes));
    options.peer = peer.name;
    return {};
}

// What needs a port, or another option, that is not there.
Result<void> require_ports(const RunArguments& arguments) {
    if (arguments.prepare && arguments.device.empty())
        return input_error("--prepare without --dev: there is no port to prepare",
                           "name the port: --dev IF --peer IF");
    if (!arguments.out_peer.empty() && arguments.out.empty())
        return input_error("--out-peer without --out: there is no third port",
                           "name it: --out IF, cabled to --out-peer");
    if (arguments.traffic_source.empty() || !arguments.device.empty()) return {};
    return input_error("--traffic external without --dev: no port for the frames to arrive at",
                       "name it: --dev IF");
}

// An option that needs a generator of the tool, and why others' traffic has no use for it; nullptr
// if none is there.
struct OfGenerator {
    const char* option = nullptr;
    const char* why = nullptr;
};

OfGenerator option_of_generator(const RunArguments& arguments) {
    constexpr const char* kCounted = "others send, and what arrives is counted for --duration";
    if (!arguments.peer.empty()) return {"--peer", kCounted};
    if (!arguments.remote.place.empty()) return {"--remote", kCounted};
    if (!arguments.rates.empty()) return {"--rate", kCounted};
    if (!arguments.only.empty()) return {"--only", kCounted};
    if (arguments.rounds) return {"--rounds", kCounted};
    if (!arguments.cpus.empty())
        return {"--cpus", "others send, so that no CPU of this machine does"};
    if (!arguments.shape.sizes.empty())
        return {"--size", "others send, and choose the size of their frames"};
    if (arguments.shape.flows) return {"--flows", "others send, and choose the flows"};
    return {};
}

// Parts of a run that need a generator of the tool.
Result<void> take_external_traffic(const RunArguments& arguments, run::RunOptions& options) {
    if (arguments.traffic_source.empty()) return {};
    if (arguments.traffic_source != "external")
        return input_error(fmt::format("--traffic {} is not known", arguments.traffic_source),
                           "write --traffic external; a capture is named by --pcap");
    if (const OfGenerator other = option_of_generator(arguments); other.option != nullptr)
        return input_error(
            fmt::format("{} does not go with --traffic external: {}", other.option, other.why),
            "leave one of them out");
    options.external_traffic = true;
    options.replay = options.bench = options.search = options.latency = false;
    constexpr double kDefaultSeconds = 10;
    if (arguments.duration.empty()) options.seconds = kDefaultSeconds;
    options.goal.reset();
    return {};
}

}  // namespace

// An interface may have several names.
Result<void> require_two_ends(const std::string& device_name, const net::InterfaceInfo& device,
                              const std::string& peer_name, const net::InterfaceInfo& peer) {
    if (device.index != peer.index) return {};
    constexpr const char* kAdvice = "name the two ends of the wire";
    if (device_name == peer_name)
        return input_error(fmt::format("--dev and --peer are both {}", device_name), kAdvice);
    return input_error(fmt::format("--dev {} and --peer {} are the same interface, {}", device_name,
                                   peer_name, device.name),
                       kAdvice);
}

void add_port_options(CLI::App& app, PortArguments& arguments) {
    const DeclaredOption device =
        add_option(app, "--dev", arguments.device,
                   "attach the program to this interface instead of a veth")
            .type_name("IF")
            .group(kInterfaceGroup);
    add_option(app, "--peer", arguments.peer,
               "send traffic from this interface, which is cabled to --dev")
        .type_name("IF")
        .needs(device)
        .group(kInterfaceGroup);
    add_option(app, "--out", arguments.out,
               "what the program redirects leaves by this third port (out0 of a scenario), "
               "where it is counted; default: by --dev itself")
        .type_name("IF")
        .needs(device)
        .group(kInterfaceGroup);
    add_option(app, "--out-peer", arguments.out_peer,
               "the other end of the cable of --out, if it is here: frames are read there")
        .type_name("IF")
        .group(kInterfaceGroup);
    add_remote_options(app, arguments.remote);
    add_flag(app, "--prepare", arguments.prepare,
             "change what is in the way on all ports named (GRO, LRO, VLAN offload, IPv6, flow "
             "control, adaptive coalescing, uneven RSS), and restore it when the run ends")
        .group(kInterfaceGroup);
    add_flag(app, "--take-over", arguments.take_over,
             "allow interfaces with addresses or routes; the programs then handle all traffic "
             "that arrives there")
        .needs(device)
        .group(kInterfaceGroup);
}

void add_run_port_options(CLI::App& app, RunArguments& arguments) {
    add_port_options(app, arguments);
    add_option(app, "--queues", arguments.queues,
               "set the number of queues of --dev for the run; several numbers: a table of "
               "rates by queues")
        .type_name("N,...")
        .needs(declared(app, "--dev"))
        .group(kInterfaceGroup);
    add_option(app, "--traffic", arguments.traffic_source,
               "external: a generator of your own sends to --dev; what arrives is counted for "
               "--duration (default 10s)")
        .type_name("external")
        .group(kInterfaceGroup);
    add_option(app, "--xsk-mode", arguments.xsk_mode,
               "how AF_XDP sockets are bound that the program redirects to (default: auto)")
        .type_name("auto|copy|zero-copy")
        .group(kInterfaceGroup);
    add_flag(app, "--keep", arguments.keep,
             "keep the namespaces of the replay and print how to enter them")
        .group(kInterfaceGroup);
}

Result<void> add_ports(const RunArguments& arguments, run::RunOptions& options) {
    XDPBENCH_CHECK(require_ports(arguments));
    XDPBENCH_CHECK(take_external_traffic(arguments, options));
    return arguments.device.empty() ? Result<void>() : add_device(arguments, options);
}

std::optional<net::Ports> ports_of(const run::RunOptions& options) {
    if (!options.device) return std::nullopt;
    return net::Ports{*options.device, options.peer.value_or(""), options.take_over, options.remote,
                      options.out,     options.out_peer};
}

Result<std::optional<net::Ports>> find_ports(const PortArguments& ports,
                                             const std::vector<model::Mode>& modes) {
    RunArguments arguments;
    static_cast<PortArguments&>(arguments) = ports;
    run::RunOptions options;
    options.modes = modes;
    XDPBENCH_CHECK(add_ports(arguments, options));
    std::optional<net::Ports> found = run::device_ends(options);
    if (!ports.device.empty() && !found)
        return input_error("--dev without --peer: no interface to send frames from",
                           "name the interface that is cabled to it");
    return found;
}

}  // namespace xdpbench::commands
