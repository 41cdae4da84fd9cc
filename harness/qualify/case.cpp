#include "qualify/case.h"

#include <algorithm>

namespace xdpbench::qualify {

std::vector<CaseEntry> all_cases() {
    std::vector<CaseEntry> all;
    for (const std::span<const CaseEntry> group :
         {control_cases(), data_cases(), redirect_cases(), under_traffic_cases(), speed_cases(),
          offload_cases(), counters_cases(), last_cases()})
        all.insert(all.end(), group.begin(), group.end());
    return all;
}

std::vector<std::string> group_names() {
    std::vector<std::string> names;
    for (const CaseEntry& one : all_cases()) {
        if (std::find(names.begin(), names.end(), one.group) == names.end())
            names.emplace_back(one.group);
    }
    return names;
}

}  // namespace xdpbench::qualify
