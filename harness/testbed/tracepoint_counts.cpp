#include "testbed/tracepoint_counts.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace xdpbench::testbed {
namespace {

// Frames go to a CPUMAP's queue in bundles of this size (CPU_MAP_BULK_SIZE of the kernel), and a
// tracepoint tells how many of each bundle found no room.
constexpr std::uint64_t kBundle = 8;

// Failed redirects; the second one is for redirects by a map, which newer kernels tell of in the
// first.
constexpr std::array<const char*, 2> kRedirectErrors{"xdp/xdp_redirect_err",
                                                     "xdp/xdp_redirect_map_err"};
constexpr std::array<const char*, 2> kRedirects{"xdp/xdp_redirect", "xdp/xdp_redirect_map"};
constexpr const char* kException = "xdp/xdp_exception";

Result<std::vector<std::uint32_t>> cpumap_ids(const bpf::Program& program) {
    std::vector<std::uint32_t> ids;
    for (const bpf::TypedMap& map : program.maps()) {
        if (map.kind != BPF_MAP_TYPE_CPUMAP || map.fd < 0) continue;
        bpf_map_info info = {};
        std::uint32_t size = sizeof(info);
        if (::bpf_obj_get_info_by_fd(map.fd, &info, &size) != 0)
            return system_error("cannot read the kernel's information on a map", errno);
        ids.push_back(info.id);
    }
    return ids;
}

}  // namespace

Result<TracepointCounts> TracepointCounts::watch(const bpf::Program& program, model::Mode mode,
                                                 bool redirects) {
    TracepointCounts counts;
    const auto count = [&](Counted what, const char* tracepoint, const std::string& filter,
                           std::uint64_t frames) {
        if (auto hits = bpf::TracepointCounter::open(tracepoint, filter))
            counts.counters_.push_back({what, std::move(*hits), frames});
    };
    XDPBENCH_TRY(const bpf::ProgramInfo info, program.info());
    for (const char* const tracepoint : kRedirectErrors)
        count(Counted::redirect_errors, tracepoint, fmt::format("prog_id == {}", info.id), 1);
    count(Counted::no_action, kException,
          fmt::format("prog_id == {} && act > {}", info.id, static_cast<int>(XDP_REDIRECT)), 1);
    count(Counted::aborted, kException,
          fmt::format("prog_id == {} && act == {}", info.id, static_cast<int>(XDP_ABORTED)), 1);
    if (mode == model::Mode::generic) {
        for (const char* const tracepoint : kRedirects)
            if (redirects)
                count(Counted::redirected, tracepoint, fmt::format("prog_id == {}", info.id), 1);
        return counts;
    }
    XDPBENCH_TRY(const std::vector<std::uint32_t> maps, cpumap_ids(program));
    for (const std::uint32_t map : maps) {
        for (std::uint64_t dropped = 1; dropped <= kBundle; ++dropped) {
            count(Counted::cpumap_drops, "xdp/xdp_cpumap_enqueue",
                  fmt::format("map_id == {} && drops == {}", map, dropped), dropped);
        }
    }
    return counts;
}

Result<void> TracepointCounts::add_to(LinkCounts& counts) const {
    for (const Weighted& counter : counters_) {
        XDPBENCH_TRY(const std::uint64_t hits, counter.hits.read());
        const std::uint64_t frames = hits * counter.frames;
        switch (counter.what) {
            case Counted::redirect_errors:
                counts.losses["redirect_errors"] += frames;
                break;
            case Counted::cpumap_drops:
                counts.losses["cpumap_drops"] += frames;
                break;
            case Counted::no_action:
                counts.no_action += frames;
                break;
            case Counted::aborted:
                counts.aborted = counts.aborted.value_or(0) + frames;
                break;
            case Counted::redirected:
                counts.redirected = counts.redirected.value_or(0) + frames;
                break;
        }
    }
    return {};
}

TracepointsSwitchedOn::TracepointsSwitchedOn() {
    const auto keep = [this](const char* tracepoint) {
        if (auto hits = bpf::TracepointCounter::open(tracepoint, "prog_id == 0"))  // no program's
            counters_.push_back(std::move(*hits));
    };
    std::for_each(kRedirectErrors.begin(), kRedirectErrors.end(), keep);
    std::for_each(kRedirects.begin(), kRedirects.end(), keep);
    keep(kException);
}

}  // namespace xdpbench::testbed
