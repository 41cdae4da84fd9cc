#include "report/card_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace xdpbench::report {
namespace {

// A fact and how it is shown: "{}" is the value of `key`. What another key has to add follows it.
struct Shown {
    const char* label;
    bool brief;
    const char* key;
    const char* more_key = nullptr;
    const char* more = "";
};
constexpr std::array kCardFacts{Shown{"driver", true, "driver", "firmware", ", firmware {}"},
                                Shown{"bus", true, "pci"},
                                Shown{"link speed", true, "link_speed"},
                                Shown{"queues", true, "queues"},
                                Shown{"RSS", true, "rss"},
                                Shown{"XDP features", true, "declares"},
                                Shown{"kernel", true, "kernel"},
                                Shown{"rings", false, "rings"},
                                Shown{"MTU", false, "mtu"},
                                Shown{"driver of the peer", false, "peer_driver"},
                                Shown{"the generator at most", false, "generator_maximum"}};

std::string value_of(const model::QualificationRecord& record, std::string_view key) {
    const auto found = std::find_if(record.environment.begin(), record.environment.end(),
                                    [&](const auto& fact) { return fact.first == key; });
    return found == record.environment.end() ? "" : found->second;
}

}  // namespace

bool is_card_key(std::string_view key) {
    return std::any_of(kCardFacts.begin(), kCardFacts.end(), [key](const Shown& shown) {
        return key == shown.key || (shown.more_key != nullptr && key == shown.more_key);
    });
}

std::vector<CardFact> card_facts(const model::QualificationRecord& record) {
    std::vector<CardFact> facts;
    for (const Shown& shown : kCardFacts) {
        std::string value = value_of(record, shown.key);
        if (value.empty()) continue;
        const std::string more = shown.more_key == nullptr ? "" : value_of(record, shown.more_key);
        if (!more.empty()) value += fmt::format(fmt::runtime(shown.more), more);
        facts.push_back({shown.label, std::move(value), shown.brief});
    }
    return facts;
}

}  // namespace xdpbench::report
