#include "live/counts.h"

#include <algorithm>

namespace xdpbench::live {
namespace {

void count(model::LiveCount& into, std::uint64_t before, std::uint64_t now) {
    into.total += now - before;
    into.added += now - before;
}

void add(model::LiveCount& into, const model::LiveCount& from) {
    into.total += from.total;
    into.added += from.added;
}

// "rx_queue_0_xdp_drops" -> "rx_queue_xdp_drops", "rx0_xdp_drop" -> "rx_xdp_drop".
std::string without_queue(const std::string& name) {
    const std::size_t begin = name.find_first_of("0123456789");
    if (begin == std::string::npos) return name;
    std::size_t end = name.find_first_not_of("0123456789", begin);
    const bool between_underscores =
        begin > 0 && name[begin - 1] == '_' && end != std::string::npos && name[end] == '_';
    if (between_underscores) ++end;
    return name.substr(0, begin) + (end == std::string::npos ? "" : name.substr(end));
}

}  // namespace

std::map<std::string, std::uint64_t> xdp_counters_over_queues(
    const std::map<std::string, std::uint64_t>& counters) {
    std::map<std::string, std::uint64_t> sums;
    for (const auto& [name, value] : counters) {
        // What is transmitted for another interface's program (tx_queue_0_xdp_xmit) is not ours.
        if (name.find("xdp") != std::string::npos && !name.starts_with("tx"))
            sums[without_queue(name)] += value;
    }
    return sums;
}

Result<LiveCounts> LiveCounts::start(const net::NetNs& netns, const net::InterfaceInfo& interface,
                                     const bpf::Program& program, model::Mode mode) {
    LiveCounts counts(netns, interface.name, mode);
    XDPBENCH_CHECK(counts.change(program, false));
    counts.driver_.clear();
    XDPBENCH_CHECK(counts.read_driver());
    return counts;
}

Result<void> LiveCounts::change(const bpf::Program& program, bool same_map) {
    XDPBENCH_TRY(const auto counters, bpf::read_counters(program));
    by_program_ = counters.has_value();
    if (by_program_ && !same_map) last_.assign(counters->size(), {});
    if (by_program_) cpus_.resize(counters->size());
    return {};
}

Result<void> LiveCounts::read(const bpf::Program& program) {
    XDPBENCH_CHECK(read_driver());
    if (!by_program_) return {};
    XDPBENCH_TRY(const auto counters, bpf::read_counters(program));
    if (counters) add(*counters);
    return {};
}

void LiveCounts::add(const std::vector<bpf::ActionCounters>& now) {
    for (std::size_t cpu = 0; cpu < now.size(); ++cpu) {
        for (std::size_t action = 0; action < now[cpu].size(); ++action) {
            const xdp_counter& before = last_[cpu][action];
            model::LiveAction& into = cpus_[cpu][action];
            count(into.packets, before.packets, now[cpu][action].packets);
            count(into.bytes, before.bytes, now[cpu][action].bytes);
        }
    }
    last_ = now;
}

Result<void> LiveCounts::read_driver() {
    // Generic XDP runs behind the driver.
    if (mode_ == model::Mode::generic) return {};
    XDPBENCH_TRY(const auto counters, net::driver_counters(*netns_, interface_));
    std::map<std::string, std::uint64_t> now = xdp_counters_over_queues(counters);
    for (const auto& [name, value] : now) {
        const auto before = driver_last_.find(name);
        if (before != driver_last_.end()) count(driver_[name], before->second, value);
    }
    driver_last_ = std::move(now);
    return {};
}

model::LiveSample LiveCounts::sample() {
    model::LiveSample sample;
    const Clock::time_point now = Clock::now();
    sample.seconds = std::chrono::duration<double>(now - since_).count();
    since_ = now;
    if (by_program_) {
        sample.actions.emplace();
        for (std::size_t cpu = 0; cpu < cpus_.size(); ++cpu) {
            bool seen = false;
            for (std::size_t action = 0; action < cpus_[cpu].size(); ++action) {
                model::LiveAction& one = cpus_[cpu][action];
                seen = seen || one.packets.total != 0;
                live::add((*sample.actions)[action].packets, one.packets);
                live::add((*sample.actions)[action].bytes, one.bytes);
            }
            if (seen) sample.cpus.push_back({static_cast<int>(cpu), cpus_[cpu]});
        }
        for (model::LiveActions& actions : cpus_) {
            for (model::LiveAction& action : actions) action.packets.added = action.bytes.added = 0;
        }
    } else {
        sample.driver = driver_;
    }
    for (auto& [name, one] : driver_) one.added = 0;
    return sample;
}

std::string LiveCounts::counted_by() const {
    if (by_program_) return "the program's map " XDP_COUNTERS_MAP;
    if (mode_ != model::Mode::generic && !driver_last_.empty())
        return "the driver's XDP counters, by their own names: the program has no "
               "map " XDP_COUNTERS_MAP;
    return "nobody: the program has no map " XDP_COUNTERS_MAP
           ", so what it does by action is not known";
}

}  // namespace xdpbench::live
