#include "bench/scaling.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/clock.h"
#include "base/interrupt.h"
#include "probe/environment.h"
#include "target/network_setup.h"
#include "testbed/empty_program.h"
#include "testbed/instrumented_link.h"
#include "testbed/settled.h"
#include "traffic/frame_map.h"
#include "traffic/generator.h"
#include "traffic/placement.h"
#include "traffic/side_by_side.h"

namespace xdpbench::bench {
namespace {

constexpr double kScalingWindowSeconds = 0.05;
// Frames of one call of a generator: all of them stop within the time of one.
constexpr std::uint64_t kFramesPerCall = 16384;

// A device with the program on it. It stays where it is made: the link points into it.
struct Site {
    net::Network network;
    bpf::Program program;
    std::optional<testbed::InstrumentedLink> link;

    static Result<std::unique_ptr<Site>> create(const BenchCase& bench, std::size_t longest_frame,
                                                std::size_t queues) {
        XDPBENCH_TRY(net::Network network,
                     target::make_network(*bench.target, 1, longest_frame, queues));
        XDPBENCH_TRY(bpf::Program program, target::load_program(*bench.target, network));
        std::unique_ptr<Site> site(new Site{std::move(network), std::move(program), std::nullopt});
        XDPBENCH_TRY(
            testbed::InstrumentedLink link,
            testbed::InstrumentedLink::create(site->network, 0, &site->program, site->program.fd(),
                                              *bench.mode, {}, bench.target->xsk));
        site->link.emplace(std::move(link));
        XDPBENCH_CHECK(site->link->receive_beside(bench.generators()));
        return site;
    }
};

// What one generator does in a window, on its CPU.
struct Share {
    traffic::Generator* generator = nullptr;
    const Site* site = nullptr;
    int cpu = 0;
    std::uint64_t sent = 0;
    Clock::time_point began;
    Clock::time_point done;
};

Result<void> send_until_over(Share& share) {
    share.began = Clock::now();
    while (seconds_since(share.began) < kScalingWindowSeconds) {
        XDPBENCH_CHECK(share.generator->send(share.site->network.tester,
                                             share.site->link->tester().index, kFramesPerCall));
        share.sent += kFramesPerCall;
    }
    share.done = Clock::now();
    return {};
}

// All shares at once. Returns the seconds from when the first began until the last was done.
Result<double> run_shares(std::vector<Share>& shares) {
    std::vector<int> cpus;
    cpus.reserve(shares.size());
    for (const Share& share : shares) cpus.push_back(share.cpu);
    XDPBENCH_CHECK(
        traffic::side_by_side(cpus, [&](std::size_t i) { return send_until_over(shares[i]); }));
    Clock::time_point began = shares.front().began;
    Clock::time_point done = shares.front().done;
    for (const Share& share : shares) {
        began = std::min(began, share.began);
        done = std::max(done, share.done);
    }
    return std::chrono::duration<double>(done - began).count();
}

class Scaling {
  public:
    static Result<std::unique_ptr<Scaling>> create(const BenchCase& bench,
                                                   const std::vector<int>& cpus);
    Result<void> measure(double seconds);
    [[nodiscard]] model::ScalingRecord record() const { return record_; }

  private:
    Result<void> equip(const BenchCase& bench, const packet::Frames& frames, const Paths& paths);
    Result<double> rate(const std::vector<int>& cpus, bool together);

    std::vector<int> cpus_;
    std::unique_ptr<Site> one_;                   // with a queue for each CPU
    std::vector<std::unique_ptr<Site>> apart_;    // by CPU
    std::vector<traffic::Generator> generators_;  // by CPU
    model::ScalingRecord record_;
};

Result<std::unique_ptr<Scaling>> Scaling::create(const BenchCase& bench,
                                                 const std::vector<int>& cpus) {
    XDPBENCH_CHECK(probe::require_timeable());
    XDPBENCH_TRY(const packet::Frames frames, target::bench_frames(*bench.target, bench.shape));
    XDPBENCH_TRY(const Paths paths, find_paths(*bench.target, frames));
    auto scaling = std::make_unique<Scaling>();
    scaling->cpus_ = cpus;
    scaling->record_.setup = describe_bench(bench, frames, paths);
    scaling->record_.queues = traffic::queues_for(cpus);
    for (const std::size_t count : scaling_steps(cpus.size())) {
        model::ScalingStep step;
        step.cpus.assign(cpus.begin(), cpus.begin() + static_cast<std::ptrdiff_t>(count));
        scaling->record_.steps.push_back(std::move(step));
    }
    XDPBENCH_CHECK(scaling->equip(bench, frames, paths));
    return scaling;
}

Result<void> Scaling::equip(const BenchCase& bench, const packet::Frames& frames,
                            const Paths& paths) {
    const std::size_t longest = traffic::longest_of(frames);
    XDPBENCH_TRY(one_, Site::create(bench, longest, record_.queues));
    one_->link->expect(paths.only());
    if (paths.tally[XDP_REDIRECT] != 0) {
        XDPBENCH_TRY(const testbed::RedirectPath redirect_path,
                     testbed::find_redirect_target(one_->program, one_->network.links[0]));
        if (redirect_path.means == testbed::RedirectPath::Means::cpumap)
            return unavailable_error("a CPUMAP has no scaling table",
                                     "its frames go to the CPUs that the map names, not to more of "
                                     "them with every generator",
                                     "leave --cpus out");
    }
    for (std::size_t i = 0; i < cpus_.size(); ++i) {
        XDPBENCH_TRY(std::unique_ptr<Site> site, Site::create(bench, longest, 1));
        site->link->expect(paths.only());
        XDPBENCH_TRY(traffic::Generator generator, traffic::Generator::create(frames));
        XDPBENCH_CHECK(generator.park(site->network.tester, site->network.parking));
        apart_.push_back(std::move(site));
        generators_.push_back(std::move(generator));
    }
    return {};
}

// Packets/s of one window, all frames accounted for.
Result<double> Scaling::rate(const std::vector<int>& cpus, bool together) {
    std::vector<Share> shares;
    std::vector<Site*> sites;
    std::vector<testbed::LinkCounts> before;
    for (std::size_t i = 0; i < cpus.size(); ++i) {
        Site* const site = together ? one_.get() : apart_[i].get();
        shares.push_back({&generators_[i], site, cpus[i], 0, {}, {}});
        if (together && i > 0) continue;
        XDPBENCH_TRY(testbed::LinkCounts counts, site->link->read());
        sites.push_back(site);
        before.push_back(std::move(counts));
    }
    XDPBENCH_TRY(const double seconds, run_shares(shares));
    std::uint64_t handled = 0;
    for (std::size_t i = 0; i < sites.size(); ++i) {
        std::uint64_t sent = 0;
        for (const Share& share : shares) sent += share.site == sites[i] ? share.sent : 0;
        XDPBENCH_TRY(
            const testbed::LinkCounts counts,
            testbed::settled(*sites[i]->link, before[i], sent, testbed::Settled::balanced));
        const std::string missing = testbed::unaccounted(counts, sent);
        if (!missing.empty()) return testbed::unaccounted_error(missing);
        handled += counts.handled();
        for (std::size_t a = 0; a < record_.actions.size(); ++a)
            record_.actions[a] += counts.actions[a];
        for (const auto& [name, frames] : counts.losses) record_.losses[name] += frames;
    }
    record_.seconds += seconds;
    return static_cast<double>(handled) / seconds;
}

// Each turn has a pair of windows for each number of CPUs; which of the two comes first alternates.
Result<void> Scaling::measure(double seconds) {
    for (const bool together : {true, false}) XDPBENCH_CHECK(rate(cpus_, together));  // warms up
    record_.actions = {};
    record_.losses.clear();
    record_.seconds = 0;
    const Clock::time_point start = Clock::now();
    bool together_first = true;
    do {
        for (model::ScalingStep& step : record_.steps) {
            for (const bool together : {together_first, !together_first}) {
                XDPBENCH_TRY(const double measured, rate(step.cpus, together));
                (together ? step.together : step.apart).push_back(measured);
            }
        }
        together_first = !together_first;
    } while (seconds_since(start) < seconds);
    return {};
}

model::ScalingRecord not_measured(const BenchCase& bench, const Error& error) {
    model::ScalingRecord record;
    record.setup = begin_setup(bench);
    model::end_with(record, error);
    return record;
}

}  // namespace

std::vector<std::size_t> scaling_steps(std::size_t cpus) {
    std::vector<std::size_t> steps;
    for (std::size_t count = 1; count < cpus; count *= 2) steps.push_back(count);
    if (cpus > 0) steps.push_back(cpus);
    return steps;
}

model::ScalingRecord measure_scaling(BenchCase bench, const std::vector<int>& cpus,
                                     double seconds) {
    bench.cpus = traffic::shared_on(cpus.front());
    const Result<std::unique_ptr<Scaling>> scaling = Scaling::create(bench, cpus);
    if (!scaling) return not_measured(bench, scaling.error());
    const Result<void> measured = (*scaling)->measure(seconds);
    if (!measured) return not_measured(bench, measured.error());
    return (*scaling)->record();
}

}  // namespace xdpbench::bench
