#include "testbed/link_window.h"

#include <chrono>

#include "base/clock.h"
#include "testbed/settled.h"

namespace xdpbench::testbed {

Result<LinkWindow> run_window(const InstrumentedLink& link, traffic::Generator& generator,
                              const net::Network& network, std::uint64_t frames) {
    XDPBENCH_TRY(const LinkCounts before, link.read());
    const std::uint64_t cut_before = generator.cut_calls();
    const double cpu_start = thread_cpu_seconds();
    const Clock::time_point start = Clock::now();
    XDPBENCH_CHECK(generator.send(network.tester, link.tester().index, frames));
    const double sending_seconds = seconds_since(start);
    const double cpu_seconds = thread_cpu_seconds() - cpu_start;
    double seconds = sending_seconds;
    XDPBENCH_TRY(LinkCounts now, link.read());
    LinkCounts counts = since(before, now);
    if (!unaccounted(counts, frames).empty()) {
        // Some frames are still on their way: their time belongs to the window.
        XDPBENCH_TRY(counts, settled(link, before, frames, Settled::balanced));
        if (unaccounted(counts, frames).empty()) seconds = seconds_since(start);
    }
    const std::string missing = unaccounted(counts, frames);
    if (!missing.empty()) {
        return unaccounted_error(missing, link.sees_drops());
    }
    return LinkWindow{std::move(counts), seconds, sending_seconds, cpu_seconds,
                      generator.cut_calls() != cut_before};
}

void add_counts(const LinkCounts& counts, model::BenchRecord& record) {
    for (std::size_t i = 0; i < record.actions.size(); ++i) record.actions[i] += counts.actions[i];
    record.cpus.resize(counts.cpus.size());
    for (std::size_t cpu = 0; cpu < record.cpus.size(); ++cpu) {
        record.cpus[cpu].cpu = counts.cpus[cpu].cpu;
        for (std::size_t i = 0; i < record.actions.size(); ++i)
            record.cpus[cpu].actions[i] += counts.cpus[cpu].actions[i];
    }
    for (const auto& [name, frames] : counts.losses) record.losses[name] += frames;
    record.received += counts.received;
    record.passed += counts.passed;
    record.forwarded += counts.forwarded;
    if (record.xsk) record.xsk->tally += counts.sockets;
    for (std::size_t cpu = 0; cpu < counts.passed_cpus.size(); ++cpu) {
        if (counts.passed_cpus[cpu] != 0)
            record.passed_cpus[static_cast<int>(cpu)] += counts.passed_cpus[cpu];
    }
}

}  // namespace xdpbench::testbed
