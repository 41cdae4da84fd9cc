#include "model/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace xdpbench::model {

std::string_view name_of(Through through) {
    switch (through) {
        case Through::program:
            return "program";
        case Through::baseline:
            return "baseline";
    }
    return "";
}

std::string_view name_of(LoadKind kind) {
    switch (kind) {
        case LoadKind::rate:
            return "rate";
        case LoadKind::search:
            return "search";
        case LoadKind::latency:
            return "latency";
    }
    return "";
}

double Trial::offered() const { return per_second(sent); }

double Trial::per_second(std::uint64_t frames) const {
    return sent_seconds > 0 ? static_cast<double>(frames) / sent_seconds : 0;
}

std::uint64_t Trial::lost() const {
    std::uint64_t sum = 0;
    for (const auto& [name, frames] : losses) sum += frames;
    return sum;
}

double Trial::loss_ratio() const {
    return sent == 0 ? 0 : static_cast<double>(lost()) / static_cast<double>(sent);
}

bool Trial::reached() const {
    // Frames are whole: one that is due a moment before the end is sent.
    return static_cast<double>(sent) >= std::floor(kRateReached * rate * seconds) && sent > 0 &&
           sent_seconds * kRateReached <= seconds;
}

std::string LoadRecord::title() const {
    if (share > 0) return fmt::format("{} {:.4g} %", name_of(kind), share * 100);
    if (kind == LoadKind::search) return stamped ? "search of stamped frames" : "search";
    return fmt::format("{} {}", name_of(kind), rate_text(rate));
}

std::vector<Trial> LoadRecord::reached_trials() const {
    std::vector<Trial> reached;
    std::copy_if(trials.begin(), trials.end(), std::back_inserter(reached),
                 [](const Trial& trial) { return trial.reached(); });
    return reached;
}

std::string generators_text(const BenchSetup& setup) {
    const std::size_t number = setup.generator_cpus.size();
    return number < 2 ? "the generator" : fmt::format("the {} generators", number);
}

std::string rate_text(double rate) {
    if (rate >= 1e6) return fmt::format("{:.4g} Mpps", rate / 1e6);
    if (rate >= 1e3) return fmt::format("{:.4g} kpps", rate / 1e3);
    return fmt::format("{:.4g} pps", rate);
}

std::string search_note(const BenchSetup& setup) {
    return std::string(setup.placement == Placement::device
                           ? "over two ports of one machine"
                           : "through a veth pair inside one machine") +
           ", which generator and program share: not RFC 2544, which tests a device from outside";
}

}  // namespace xdpbench::model
