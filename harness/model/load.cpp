#include "model/load.h"

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

std::vector<Trial> LoadRecord::reached_trials() const {
    std::vector<Trial> reached;
    std::copy_if(trials.begin(), trials.end(), std::back_inserter(reached),
                 [](const Trial& trial) { return trial.reached(); });
    return reached;
}

}  // namespace xdpbench::model
