#include "qualify/integrity.h"

#include <algorithm>
#include <vector>

#include "qualify/frames.h"

namespace xdpbench::qualify {
namespace {

void compare(const packet::Frame& sent, const packet::Frame& arrived, Fates& fates) {
    if (arrived_as(sent, arrived)) return;
    const bool length = sent.bytes.size() != arrived.bytes.size();
    std::string& first = length ? fates.first_wrong_length : fates.first_damaged;
    if (first.empty()) first = difference(sent, arrived);
    ++(length ? fates.wrong_length : fates.damaged);
}

}  // namespace

Fates fates_of(const packet::Frames& sent, const packet::Frames& arrived, std::size_t flows) {
    Fates fates;
    std::vector<std::uint32_t> times(sent.size(), 0);
    std::vector<std::int64_t> latest(flows, -1);
    std::int64_t latest_of_all = -1;
    for (const packet::Frame& frame : arrived) {
        const auto number = number_of(frame);
        if (!number || *number >= sent.size()) continue;
        if (++times[*number] > 1) {
            ++fates.copies;
            continue;
        }
        compare(sent[*number], frame, fates);
        const auto place = std::int64_t{*number};
        std::int64_t& of_flow = latest[*number % flows];
        if (place < of_flow) ++fates.overtaken_in_flow;
        if (place < latest_of_all) ++fates.overtaken;
        of_flow = std::max(of_flow, place);
        latest_of_all = std::max(latest_of_all, place);
    }
    fates.lost = static_cast<std::uint64_t>(std::count(times.begin(), times.end(), 0U));
    return fates;
}

}  // namespace xdpbench::qualify
