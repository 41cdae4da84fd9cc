// A network card with a known fault, for tests: xdp-bench-faulty-card --fault lose -- COMMAND.
// Two tap devices, and a cable between them that damages frames, in a network namespace of their
// own, in which COMMAND runs. Nothing is left when it ends.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "cable.h"
#include "command.h"

namespace xdpbench::faulty_card {
namespace {

constexpr int kTimeUp = 124;  // as timeout(1)
constexpr int kNoCard = 125;

struct Options {
    std::string fault = "none";
    std::uint64_t every = 1000;
    double delay_ms = 20;
    double timeout_s = 600;
    std::vector<std::string> ports = {"tap0", "tap1"};
    std::vector<std::string> command;

    [[nodiscard]] Settings settings() const {
        const std::chrono::duration<double, std::milli> delay(delay_ms);
        return {fault_named(fault).value_or(Fault::none), every,
                std::chrono::duration_cast<std::chrono::nanoseconds>(delay)};
    }
};

void describe(CLI::App& app, Options& options) {
    app.add_option("--fault", options.fault, "what is wrong with the card")
        ->check(CLI::IsMember(fault_names()))
        ->capture_default_str();
    app.add_option("--every", options.every, "every Nth frame of a direction has the fault")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40U))
        ->capture_default_str();
    app.add_option("--delay", options.delay_ms, "milliseconds, with --fault delay")
        ->check(CLI::Range(0.0, 60'000.0))
        ->capture_default_str();
    app.add_option("--timeout", options.timeout_s,
                   "seconds after which the command is killed; exit status 124")
        ->check(CLI::Range(0.1, 86'400.0))
        ->capture_default_str();
    app.add_option("--ports", options.ports, "names of the two interfaces")
        ->expected(2)
        ->delimiter(',');
    app.add_option("command", options.command, "runs next to the card; its exit status is ours")
        ->required();
    app.positionals_at_end();
}

std::string describe(const std::string& from, const std::string& to, const Tally& tally) {
    return fmt::format("{} to {}: {} frames in, {} out, {} faults, {} refused", from, to,
                       tally.taken, tally.given, tally.faults, tally.refused);
}

Result<int> carry(Cable& cable, Command& command, Time deadline) {
    while (true) {
        XDPBENCH_TRY(const bool stopped, cable.carry(command.descriptor(), deadline));
        if (!stopped) return kTimeUp;
        if (const auto status = command.ended()) return *status;
    }
}

Result<int> run(const Options& options) {
    const Time deadline =
        std::chrono::steady_clock::now() + std::chrono::duration_cast<Time::duration>(
                                               std::chrono::duration<double>(options.timeout_s));
    end_with_parent();
    XDPBENCH_CHECK(enter_own_network());
    XDPBENCH_TRY(Tap a, Tap::open(options.ports[0]));
    XDPBENCH_TRY(Tap b, Tap::open(options.ports[1]));
    Cable cable(std::move(a), std::move(b), options.settings());
    XDPBENCH_TRY(Command command, Command::start(options.command));
    XDPBENCH_TRY(const int status, carry(cable, command, deadline));
    const auto& ports = options.ports;
    if (status == kTimeUp) fmt::print(stderr, "faulty card: the time is up\n");
    fmt::print(stderr, "faulty card ({}): {}; {}\n", options.fault,
               describe(ports[0], ports[1], cable.there()),
               describe(ports[1], ports[0], cable.back()));
    return status;
}

}  // namespace
}  // namespace xdpbench::faulty_card

int main(int argc, char** argv) {
    using namespace xdpbench::faulty_card;
    CLI::App app(
        "A network card with a known fault: two joined taps in a network namespace of "
        "their own, in which COMMAND runs.",
        "xdp-bench-faulty-card");
    Options options;
    describe(app, options);
    CLI11_PARSE(app, argc, argv);
    const auto status = run(options);
    if (status) return *status;
    fmt::print(stderr, "faulty card: {}\n", status.error().text());
    return kNoCard;
}
