// Traffic of somebody else's generator, read back.
#include <map>
#include <string>

#include "report/read_parts.h"

namespace xdpbench::report {
namespace {

std::map<std::string, std::uint64_t> read_counts(const JsonReader& reader, const char* key) {
    std::map<std::string, std::uint64_t> counts;
    for (const auto& [name, value] : reader.counts_by_name(key)) counts[name] = value;
    return counts;
}

}  // namespace

model::ExternalRecord read_external(const JsonReader& reader) {
    model::ExternalRecord external;
    read_common(reader, external);
    external.seconds = reader.number("seconds");
    external.first_frame_seconds = reader.number("first_frame_seconds");
    external.handled = reader.count("processed");
    external.rates = reader.numbers("processed_pps_samples");
    external.actions = read_actions(reader, "actions");
    external.cpus = read_cpu_tallies(reader);
    external.passed = reader.count("passed");
    external.forwarded = reader.count("forwarded");
    external.device = read_counts(reader, "device_counters");
    external.queues = read_counts(reader, "queue_counters");
    external.losses = read_losses(reader);
    for (const JsonReader& one : reader.objects("cpu_shares")) {
        const int cpu = one.count<int>("cpu");
        external.cpu_busy[cpu] = one.number("busy");
        external.cpu_softirq[cpu] = one.number("softirq");
    }
    return external;
}

}  // namespace xdpbench::report
