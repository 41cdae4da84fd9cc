#include "bench/port_scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "bench/port_generator.h"
#include "bench/scaling.h"
#include "net/port_queues.h"
#include "probe/environment.h"
#include "stats/summary.h"
#include "testbed/port_link.h"
#include "traffic/frame_map.h"
#include "traffic/generator_maximum.h"
#include "traffic/placement.h"
#include "traffic/sender_group.h"

namespace xdpbench::bench {
namespace {

using Progress = std::function<void(const std::string&)>;

constexpr double kWindowSeconds = 0.05;
constexpr int kFewestWindows = 3;

// As many of the CPUs as there are queues: the last ones, because interrupts are mostly on the
// first.
std::vector<int> last_of(std::vector<int> cpus, std::size_t count) {
    if (cpus.size() > count) cpus.erase(cpus.begin(), cpus.end() - static_cast<long>(count));
    return cpus;
}

// Those that may send, of this machine or of the session's.
std::vector<int> sending_cpus(const net::Ports& ends) {
    return ends.remote ? ends.remote->greeting().cpus : traffic::allowed_cpus();
}

std::vector<model::ScalingStep> plan_steps(const PortSteps& wanted, const net::Ports& ends) {
    std::vector<model::ScalingStep> steps;
    for (const std::uint32_t queues : wanted.queues) {
        model::ScalingStep step;
        step.queues = queues;
        step.cpus = wanted.cpus.empty() ? last_of(sending_cpus(ends), queues) : wanted.cpus;
        steps.push_back(std::move(step));
    }
    if (!wanted.queues.empty()) return steps;
    for (const std::size_t count : scaling_steps(wanted.cpus.size())) {
        model::ScalingStep step;
        step.cpus.assign(wanted.cpus.begin(),
                         wanted.cpus.begin() + static_cast<std::ptrdiff_t>(count));
        steps.push_back(std::move(step));
    }
    return steps;
}

// One step: the program on the device, and its generators.
class PortStep {
  public:
    static Result<std::unique_ptr<PortStep>> create(const BenchCase& bench,
                                                    const TimedTraffic& traffic,
                                                    const model::ScalingStep& step) {
        XDPBENCH_TRY(traffic::SenderGroup generators,
                     traffic::SenderGroup::create(traffic.frames, traffic::Pace::flat_out,
                                                  step.cpus, bench.devices->remote));
        XDPBENCH_TRY(
            std::unique_ptr<testbed::PortLink> link,
            testbed::PortLink::create(*bench.target, *bench.devices, *bench.mode,
                                      traffic::longest_of(traffic.frames), traffic.paths.action,
                                      testbed::BaselineWish::if_there_is_one, {}));
        XDPBENCH_CHECK(
            link->receive_beside(bench.devices->remote ? std::vector<int>{} : step.cpus));
        return std::unique_ptr<PortStep>(new PortStep(std::move(generators), std::move(link)));
    }

    Result<void> measure(double seconds, model::ScalingStep& step, model::ScalingRecord& record) {
        XDPBENCH_TRY(step.generator_maximum,
                     measure_generator_maximum(*link_, [this](double time) { return send(time); }));
        Side program;
        Side baseline;
        const Clock::time_point start = Clock::now();
        for (int window = 0; window < kFewestWindows || seconds_since(start) < seconds; ++window) {
            if (interrupted()) return interrupted_error();
            XDPBENCH_TRY(const testbed::LinkCounts counts, run_window(false, program));
            note(counts, step, record);
            if (link_->has_baseline() && window < kFewestWindows)
                XDPBENCH_CHECK(run_window(true, baseline));
        }
        record.seconds += program.seconds;
        step.together = program.rates;
        judge(program, baseline, step);
        return {};
    }

    [[nodiscard]] const testbed::PortLink& link() const { return *link_; }

  private:
    PortStep(traffic::SenderGroup generators, std::unique_ptr<testbed::PortLink> link)
        : generators_(std::move(generators)), link_(std::move(link)) {}

    Result<traffic::Offer> send(double seconds) {
        XDPBENCH_TRY(traffic::JointOffer all,
                     generators_.send(link_->network(), link_->link().tester(), seconds));
        return static_cast<traffic::Offer&>(all);
    }

    // Windows of the program, or of the empty one in its place.
    struct Side {
        std::vector<double> rates;
        std::uint64_t sent = 0;
        std::uint64_t lost = 0;
        double seconds = 0;

        [[nodiscard]] double loss() const {
            return sent == 0 ? 0 : static_cast<double>(lost) / static_cast<double>(sent);
        }
        [[nodiscard]] double rate() const { return stats::median(rates).value_or(0); }
    };

    Result<testbed::LinkCounts> run_window(bool baseline, Side& side) {
        XDPBENCH_CHECK(link_->begin(baseline));
        const Clock::time_point start = Clock::now();
        const bool here = link_->network().tester_is_here();
        XDPBENCH_TRY(const traffic::Offer offer,
                     send(here ? kWindowSeconds : kRemoteWindowSeconds));
        XDPBENCH_TRY(testbed::PortLink::Finished finished, link_->finish(offer.frames));
        const double elapsed = std::chrono::duration<double>(finished.handled - start).count();
        side.rates.push_back(static_cast<double>(finished.counts.handled()) / elapsed);
        side.sent += offer.frames;
        side.lost += testbed::frames_lost(finished.counts.losses);
        side.seconds += elapsed;
        return std::move(finished.counts);
    }

    static void note(const testbed::LinkCounts& counts, model::ScalingStep& step,
                     model::ScalingRecord& record) {
        for (const model::CpuTally& cpu : counts.cpus) {
            std::uint64_t handled = 0;
            for (const std::uint64_t frames : cpu.actions) handled += frames;
            if (handled > 0) step.handled_by[cpu.cpu] += handled;
        }
        for (std::size_t i = 0; i < record.actions.size(); ++i)
            record.actions[i] += counts.actions[i];
        for (const auto& [name, frames] : counts.losses) record.losses[name] += frames;
    }

    // The generators are the limit if they sent no more into a program that drops. What is no
    // better with the empty program in the program's place is the path's.
    static void judge(const Side& program, const Side& baseline, model::ScalingStep& step) {
        constexpr double kAsFast = 0.9;
        step.lost = program.loss();
        const bool lossy = step.lost > kLossThatTells;
        const bool by_path =
            lossy ? baseline.rates.empty() || baseline.loss() > kLossThatTells
                  : baseline.rates.empty() || program.rate() >= kAsFast * baseline.rate();
        step.bound = by_path ? model::Bound::path : model::Bound::program;
        if (!lossy && program.rate() >= traffic::kGeneratorsShare * step.generator_maximum)
            step.bound = model::Bound::generator;
    }

    traffic::SenderGroup generators_;
    std::unique_ptr<testbed::PortLink> link_;
};

Result<void> measure_steps(const BenchCase& bench, const PortSteps& wanted, double seconds,
                           const Progress& progress, model::ScalingRecord& record) {
    XDPBENCH_CHECK(probe::require_timeable());
    XDPBENCH_TRY(const auto traffic, traffic_of(bench));
    XDPBENCH_CHECK(require_steady(traffic->paths));
    record.setup = describe_bench(bench, traffic->frames, traffic->paths);
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    XDPBENCH_TRY(const net::InterfaceInfo device,
                 net::query_interface(netns, bench.devices->device));
    std::vector<model::ScalingStep> steps = plan_steps(wanted, *bench.devices);
    const double each = seconds / static_cast<double>(steps.size());
    for (model::ScalingStep& step : steps) {
        if (step.queues > 0)
            XDPBENCH_CHECK(net::set_queues(netns, device, *bench.devices,
                                           static_cast<std::uint32_t>(step.queues)));
        step.queues = net::receive_queues(netns, device.name);
        progress(fmt::format("scaling {}: {}, {}", bench.name(), counted(step.queues, "queue"),
                             counted(step.cpus.size(), "generator")));
        XDPBENCH_TRY(const std::unique_ptr<PortStep> rig, PortStep::create(bench, *traffic, step));
        record.setup.counted_by = rig->link().link().counted_by();
        XDPBENCH_CHECK(rig->measure(each, step, record));
        record.queues = step.queues;
        record.steps.push_back(std::move(step));
    }
    return {};
}

// Queues as they were before the steps, for what is measured next.
void set_back(const BenchCase& bench, const PortSteps& wanted) {
    if (wanted.queues.empty()) return;
    const Result<net::NetNs> netns = net::NetNs::current();
    if (!netns) return;
    const auto device = net::query_interface(*netns, bench.devices->device);
    if (!device) return;
    static_cast<void>(
        net::set_queues(*netns, *device, *bench.devices,
                        *std::max_element(wanted.queues.begin(), wanted.queues.end())));
}

}  // namespace

model::ScalingRecord measure_port_scaling(BenchCase bench, const PortSteps& steps, double seconds,
                                          const Progress& progress) {
    bench.side_by_side.clear();  // its name is that of the bench
    model::ScalingRecord record;
    record.setup = begin_setup(bench);
    const Result<void> measured = measure_steps(bench, steps, seconds, progress, record);
    set_back(bench, steps);
    if (!measured) model::end_with(record, measured.error());
    return record;
}

}  // namespace xdpbench::bench
