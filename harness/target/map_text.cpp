#include "target/map_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/bpf.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "bpf/map_entries.h"
#include "scenario/assignment.h"

namespace xdpbench::target {
namespace {

constexpr std::size_t kMostShown = 1000;
constexpr std::size_t kMostCpusShown = 16;

bool is_zero(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::string one_value(const bpf::TypedMap& map, ByteView value) {
    return scenario::assignment_text(bpf::decode(map.value, {value.begin(), value.end()}));
}

// Values of numbers can be added up to something that means anything; others are only listed.
std::string sum_text(const bpf::TypedMap& map, ByteView memory) {
    const Result<bpf::MapBytes> sum = bpf::sum_over_cpus(map, memory);
    return sum ? one_value(map, *sum) + " in sum: " : "";
}

std::string values_of_cpus(const bpf::TypedMap& map, ByteView memory, std::size_t cpus) {
    std::vector<std::string> values;
    std::size_t more = 0;
    for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
        const ByteView value = bpf::value_of_cpu(map, memory, cpu);
        if (is_zero(value)) continue;
        if (values.size() == kMostCpusShown) {
            ++more;
        } else {
            values.push_back(fmt::format("CPU {}: {}", cpu, one_value(map, value)));
        }
    }
    return fmt::format("{}{}{}", sum_text(map, memory), fmt::join(values, ", "),
                       more == 0 ? "" : fmt::format(", ... {} more", counted(more, "CPU")));
}

}  // namespace

std::string place_text(const bpf::TypedMap& map, const bpf::MapBytes& key) {
    return fmt::format("{}[{}]", map.name, scenario::assignment_text(bpf::decode(map.key, key)));
}

std::string value_text(const bpf::TypedMap& map, ByteView memory) {
    const ByteView first = bpf::value_of_cpu(map, memory, 0);
    if (!map.per_cpu()) return one_value(map, first);
    const std::size_t cpus = bpf::copies_in(map, memory);
    bool alike = true;
    for (std::size_t cpu = 1; cpu < cpus; ++cpu) {
        const ByteView value = bpf::value_of_cpu(map, memory, cpu);
        alike = alike && std::equal(first.begin(), first.end(), value.begin(), value.end());
    }
    if (!alike) return values_of_cpus(map, memory, cpus);
    return cpus == 1 ? one_value(map, first)
                     : fmt::format("{} on each of {} CPUs", one_value(map, first), cpus);
}

Result<std::string> entries_text(const bpf::TypedMap& map) {
    std::string text;
    std::size_t shown = 0;
    std::size_t zero = 0;
    const bool array = bpf::is_array(map) && map.max_entries > 1;
    XDPBENCH_CHECK(bpf::for_each_entry(map, [&](ByteView key, ByteView memory) -> Result<void> {
        if (array && is_zero(memory)) {
            ++zero;
        } else if (shown++ < kMostShown) {
            text += fmt::format("{} = {}\n", place_text(map, {key.begin(), key.end()}),
                                value_text(map, memory));
        }
        return {};
    }));
    if (shown > kMostShown) text += fmt::format("... {} more\n", thousands(shown - kMostShown));
    if (zero != 0) text += fmt::format("{}: {} of zeros\n", map.name, counted(zero, "entry"));
    return text.empty() ? fmt::format("map {} is empty\n", map.name) : text;
}

}  // namespace xdpbench::target
