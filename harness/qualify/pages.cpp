// The page pools after all other cases, against those before them.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <numeric>
#include <thread>

#include "base/interrupt.h"
#include "base/text.h"
#include "net/rings.h"
#include "qualify/case.h"

namespace xdpbench::qualify {
namespace {

using Pools = std::vector<net::PagePool>;

std::uint64_t inflight_of(const Pools& pools) {
    return std::accumulate(
        pools.begin(), pools.end(), std::uint64_t{0},
        [](std::uint64_t sum, const net::PagePool& pool) { return sum + pool.inflight; });
}

std::size_t detached_in(const Pools& pools) {
    std::size_t count = 0;
    for (const net::PagePool& pool : pools) count += pool.detached ? 1 : 0;
    return count;
}

// A ring may be filled a little otherwise than before.
std::uint64_t tolerated(const Context& context) {
    const auto rings = net::query_rings(context.netns(), context.device().name);
    return rings ? rings->rx : 0;
}

bool as_before(const Pools& before, const Pools& now, std::uint64_t more) {
    return detached_in(now) <= detached_in(before) &&
           inflight_of(now) <= inflight_of(before) + more;
}

Result<Ruling> pages(Context& context) {
    const auto& before = context.first_page_pools();
    if (!before) return skip("this kernel does not report page pools (6.8)");
    constexpr int kTries = 50;
    constexpr std::chrono::milliseconds kPause{100};
    std::string text;
    for (int i = 0; i < kTries; ++i) {
        if (interrupted()) return interrupted_error();
        XDPBENCH_TRY(const auto now, net::page_pools(context.netns(), context.device().index));
        if (!now) return skip("the page pools cannot be read");
        text = fmt::format(
            "before all cases {} with {} in flight, now {} with {} in flight; {} of "
            "them given up by the driver",
            counted(before->size(), "page pool"), counted(inflight_of(*before), "page"),
            now->size(), inflight_of(*now), detached_in(*now));
        if (as_before(*before, *now, tolerated(context))) return pass(text);
        std::this_thread::sleep_for(kPause);
    }
    return fail("pages are not given back: " + text);
}

// Other cases come before it.
constexpr std::array kCases{CaseEntry{"counters", "pages", Needs::one_port, pages}};

}  // namespace

std::span<const CaseEntry> last_cases() { return kCases; }

}  // namespace xdpbench::qualify
