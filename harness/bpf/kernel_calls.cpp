#include "bpf/kernel_calls.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace xdpbench::bpf {
namespace {

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// Parts of names: each kind of map has functions of its own. The first that fits counts.
constexpr std::array<std::pair<std::string_view, MapUse>, 26> kUses{{
    {"lookup_elem", MapUse::looks_up},
    {"lookup_percpu_elem", MapUse::looks_up},
    {"update_elem", MapUse::writes},
    {"delete_elem", MapUse::writes},
    {"push_elem", MapUse::writes},
    {"pop_elem", MapUse::takes_out},
    {"user_ringbuf_drain", MapUse::writes},  // its producers' samples are gone
    {"ringbuf_output", MapUse::writes},
    {"ringbuf_reserve", MapUse::writes},
    {"event_output", MapUse::writes_second},
    {"redirect", MapUse::redirects},
    {"ringbuf_query", MapUse::only_reads},
    {"storage_get", MapUse::hands_out},
    {"kptr_xchg", MapUse::hands_out},
    {"dynptr_data", MapUse::hands_out},
    {"peek_elem", MapUse::copies_out},
    {"perf_event_read_value", MapUse::changes_anything},  // into a buffer, which may be a value
    {"perf_event_read", MapUse::only_reads},
    {"map_sum_elem_count", MapUse::only_reads},
    {"csum_diff", MapUse::only_reads},
    {"xdp_adjust", MapUse::only_reads},
    {"xdp_store_bytes", MapUse::only_reads},
    // What they call with the map and its values is followed.
    {"bpf_for_each_", MapUse::only_reads},
    {"bpf_loop", MapUse::only_reads},
    {"trace_printk", MapUse::only_reads},
    {"trace_vprintk", MapUse::only_reads},
}};

std::uint64_t bit_at(std::size_t number) {
    constexpr std::size_t kLast = 63;
    return std::uint64_t{1} << std::min(number, kLast);
}

// Not to this function's stack: the callback has one of its own.
Content passed_on(Content content) {
    content.exact = false;
    return content;
}

}  // namespace

MapUse use_by(const std::string& function) {
    const auto* const found = std::find_if(kUses.begin(), kUses.end(), [&](const auto& known) {
        return contains(function, known.first);
    });
    return found == kUses.end() ? MapUse::changes_anything : found->second;
}

Registers callback_arguments(const std::string& function, const Registers& given,
                             const Content& anything) {
    Registers arguments{};
    const Content first = given[1];
    const Content of_map{first.maps | first.values};
    const Content of_value{0, first.maps | first.values};
    const Content context = passed_on(given[3]);
    if (contains(function, "bpf_for_each_")) {  // map, key, value, context
        arguments[1] = of_map;
        arguments[3] = of_value;
        arguments[4] = context;
    } else if (contains(function, "bpf_loop") || contains(function, "user_ringbuf_drain")) {
        arguments[2] = context;  // behind the number of the turn, or the sample
    } else if (contains(function, "timer_set_callback") || contains(function, "wq_set_callback")) {
        arguments[1] = of_map;  // map, key and the value that the timer is in
        arguments[3] = of_value;
    } else {
        for (std::size_t i = 1; i <= 5; ++i) arguments[i] = anything;
    }
    return arguments;
}

std::uint64_t Callbacks::bit_of(std::size_t function) {
    auto found = std::find(functions_.begin(), functions_.end(), function);
    if (found == functions_.end()) found = functions_.insert(found, function);
    return bit_at(static_cast<std::size_t>(found - functions_.begin()));
}

std::vector<std::size_t> Callbacks::among(const Registers& arguments) const {
    std::uint64_t given = 0;
    for (std::size_t i = 1; i <= 5; ++i) given |= arguments[i].callbacks;
    std::vector<std::size_t> functions;
    for (std::size_t i = 0; i < functions_.size(); ++i) {
        if ((given & bit_at(i)) != 0) functions.push_back(functions_[i]);
    }
    return functions;
}

}  // namespace xdpbench::bpf
