#include "run/repeat.h"

#include <gtest/gtest.h>

namespace xdpbench::run {
namespace {

target::Target named(const char* option) {
    target::Target target;
    target.option = option;
    return target;
}

TEST(RepeatOfRun, HasTheValuesThatWereSet) {
    RunOptions options;
    options.settings = {"port=9", "ip=198.18.0.1 x"};
    options.shared_state.allow = true;
    options.device = "eth1";
    EXPECT_EQ(repeat_of(named("--prog lb"), options, "--only check"),
              "xdp-bench run --prog lb --only check --set port=9 --set 'ip=198.18.0.1 x' "
              "--allow-state-changes");
}

TEST(RepeatOfRun, HasAllThatWasTypedOfPorts) {
    RunOptions options;
    const target::Target target = named("--prog lb");
    EXPECT_EQ(repeat_over_ports(target, options, "--only replay"),
              "xdp-bench run --prog lb --only replay");
    options.device = "eth1";
    options.peer = "eth2";
    options.remote_tool = "sudo xdp-bench";
    options.out = "eth3";
    options.out_peer = "eth4";
    options.queues = {1, 4, 2};
    options.prepare = options.take_over = true;
    options.xsk = model::XskMode::copy;
    EXPECT_EQ(repeat_over_ports(target, options, "--only replay"),
              "xdp-bench run --prog lb --only replay --dev eth1 --peer eth2 --remote-tool 'sudo "
              "xdp-bench' --out eth3 --out-peer eth4 --queues 4 --prepare --take-over --xsk-mode "
              "copy");
}

TEST(RepeatOfRun, PinsTheMapsThatWerePinned) {
    RunOptions options;
    options.pin_maps = true;
    EXPECT_EQ(repeat_of(named("--prog lb"), options, "--only check"),
              "xdp-bench run --prog lb --only check --pin-maps");
}

bench::BenchCase bench_of(const target::Target& target, std::optional<model::Mode> mode) {
    bench::BenchCase bench;
    bench.target = &target;
    bench.mode = mode;
    return bench;
}

target::Target load_balancer() {
    target::Target target = named("--prog lb");
    target.scenario.name = "lb";
    return target;
}

RunOptions as_usual() {
    RunOptions options;
    options.goal.emplace();
    return options;
}

TEST(RepeatOfBench, NamesThatOneBench) {
    const target::Target target = load_balancer();
    RunOptions options = as_usual();
    options.device = "eth1";
    EXPECT_EQ(repeat_of_bench(bench_of(target, std::nullopt), options),
              "xdp-bench run --prog lb --only bench -- '--benchmark_filter=^lb/test_run/"
              "iterations:'");
    EXPECT_EQ(repeat_of_bench(bench_of(target, model::Mode::generic), options),
              "xdp-bench run --prog lb --mode generic --only bench --dev eth1 -- "
              "'--benchmark_filter=^lb/generic/iterations:'");
}

TEST(RepeatOfBench, ShapesTheTrafficAndTakesAsLong) {
    target::Target target = load_balancer();
    target.scenario.name = "lb+(1)";
    RunOptions options = as_usual();
    options.goal->precision = 0.01;
    options.goal->seconds = 30;
    options.placement = model::Placement::separate;
    options.settle = bench::Settle{};
    options.state_fresh = true;
    options.settings = {"port=9"};
    bench::BenchCase bench = bench_of(target, model::Mode::native);
    bench.shape.sizes = {64};
    bench.shape.flows = 1000;
    bench.only = model::Action::drop;
    EXPECT_EQ(repeat_of_bench(bench, options),
              "xdp-bench run --prog lb --mode native --only bench --size 64 --flows 1000 --settle "
              "off --state kept,fresh --precision 1% --budget 30s --placement separate --set "
              "port=9 -- '--benchmark_filter=^lb..1./native/size:64/flows:1000/verdict:XDP_DROP/"
              "iterations:'");
    options = RunOptions();
    options.seconds = 0.25;
    options.rounds = 3;
    options.settle.passes = 7;
    options.state_kept = false;
    options.state_fresh = true;
    EXPECT_EQ(repeat_of_bench(bench_of(target, std::nullopt), options),
              "xdp-bench run --prog lb --only bench --settle 7 --state fresh --duration 0.25s "
              "--rounds 3 -- '--benchmark_filter=^lb..1./test_run/iterations:'");
}

TEST(RepeatOfScaling, HasAllCpusAndQueues) {
    const target::Target target = load_balancer();
    RunOptions options = as_usual();
    options.cpus = {0, 1};
    EXPECT_EQ(repeat_of_scaling(bench_of(target, model::Mode::native), options),
              "xdp-bench run --prog lb --mode native --only bench --cpus 0,1 -- "
              "'--benchmark_filter=^lb/native/iterations:'");
    options.device = "eth1";
    options.queues = {1, 4, 2};
    EXPECT_EQ(repeat_of_scaling(bench_of(target, model::Mode::native), options),
              "xdp-bench run --prog lb --mode native --only bench --cpus 0,1 --dev eth1 --queues "
              "1,4,2 -- '--benchmark_filter=^lb/native/iterations:'");
}

TEST(RepeatOfLoad, OffersTheSameRate) {
    const target::Target target = load_balancer();
    RunOptions options = as_usual();
    options.cpus = {0, 1};
    bench::BenchCase load = bench_of(target, model::Mode::native);
    load.shape.sizes = {1518};
    model::LoadRecord record;
    record.rate = 1.5e6;
    EXPECT_EQ(repeat_of_load(load, options, record),
              "xdp-bench run --prog lb --mode native --only bench --rate 1500000pps --size 1518 "
              "--cpus 0,1");
    record.kind = model::LoadKind::latency;
    record.share = 0.125;
    options.goals.losses = {0, 0.001};
    options.goals.width = 0.02;
    options.goal.reset();
    EXPECT_EQ(repeat_of_load(load, options, record),
              "xdp-bench run --prog lb --mode native --only latency --rate 12.5% --loss 0%,0.1% "
              "--width 2% --size 1518 --duration 1s --rounds 5 --cpus 0,1");
}

TEST(RepeatOfLoad, SearchesForTheSameGoals) {
    const target::Target target = load_balancer();
    RunOptions options = as_usual();
    options.goals.exceed = 0.25;
    model::LoadRecord record;
    record.kind = model::LoadKind::search;
    const bench::BenchCase load = bench_of(target, model::Mode::native);
    EXPECT_EQ(repeat_of_load(load, options, record),
              "xdp-bench run --prog lb --mode native --only search --exceed 25%");
    record.stamped = true;
    EXPECT_EQ(repeat_of_load(load, options, record),
              "xdp-bench run --prog lb --mode native --only latency --exceed 25%");
    options.rates = {{5e5, 0}, {0, 0.5}};
    EXPECT_EQ(repeat_of_load(load, options, record),
              "xdp-bench run --prog lb --mode native --only latency --rate 50% --exceed 25%");
}

TEST(RepeatOfExternal, CountsAsLong) {
    const target::Target target = load_balancer();
    RunOptions options;
    options.device = "eth1";
    options.out = "eth3";
    options.seconds = 30;
    EXPECT_EQ(repeat_of_external(bench_of(target, model::Mode::native), options),
              "xdp-bench run --prog lb --mode native --traffic external --duration 30s --dev eth1 "
              "--out eth3");
}

}  // namespace
}  // namespace xdpbench::run
