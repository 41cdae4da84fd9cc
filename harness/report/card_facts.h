// What a qualification's environment says of the card, as reports show it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/qualification.h"

namespace xdpbench::report {

struct CardFact {
    std::string label;
    std::string value;
    bool brief = false;  // one of those that the console prints
};
// Whether the card's facts have this key of the environment.
[[nodiscard]] bool is_card_key(std::string_view key);

// Those that are known, in the order in which they are shown.
[[nodiscard]] std::vector<CardFact> card_facts(const model::QualificationRecord& record);

}  // namespace xdpbench::report
