// A run, a comparison and a device with a value under every key that a document can have.
#pragma once

#include "latency.h"
#include "model/comparison.h"
#include "model/device.h"
#include "model/run.h"

namespace xdpbench::report {

inline model::BenchSetup sample_setup() {
    model::BenchSetup setup;
    setup.program = "lb";
    setup.mode = model::Mode::native;
    setup.action = model::Action::tx;
    setup.traffic = "mixed.pcap";
    setup.frames = 40;
    setup.shortest = 60;
    setup.longest = 1514;
    setup.flows = 7;
    setup.size = "64";
    setup.variant = "/size:64";
    setup.cpu = 1;
    setup.generator_cpu = 1;
    setup.counted_by = "the program";
    setup.repeat = "xdp-bench run --prog lb --only bench -- '--benchmark_filter=^lb/native'";
    return setup;
}

// Two windows of each, of which the second one is excluded.
inline model::BenchRound sample_round(double ns) {
    model::BenchRound round;
    round.offered = round.processed = 2000;
    round.forwarded = 1999;
    round.seconds = 2e-4;
    round.baseline_packets = 2000;
    round.baseline_seconds = 1e-4;
    round.window_ns = {ns, 2 * ns, ns + 1, ns + 2, ns + 3, ns + 4};
    round.baseline_window_ns = {50, 90, 51, 52, 50, 51};
    round.cycle_ns = {0.25, 0.25, 0.25, 0.25, 0.25, 0.25};
    round.core_ipc = {4, 2, 4, 4, 4, 4};
    round.started = {1, 1.1, 1.2, 1.3, 1.4, 1.5};
    round.shared = {false, true, false, false, false, false};
    round.disturbance.assign(6, stats::Disturbance::none);
    round.disturbance[2] = stats::Disturbance::preempted;
    round.clock_cycle_ns = 0.25;
    return round;
}

inline model::BenchRecord sample_bench() {
    model::BenchRecord bench;
    bench.setup = sample_setup();
    bench.rounds = {sample_round(100), sample_round(104)};
    bench.cpus = {{1, {0, 5, 6, 3980, 0}}};
    bench.seconds = 4e-4;
    bench.core_ipc = 4;
    bench.clock_cycle_ns = 0.25;
    bench.actions = {0, 5, 6, 3989, 0};
    bench.received = 3980;
    bench.passed = 6;
    bench.passed_cpus = {{0, 4}, {1, 2}};
    bench.losses = {{"dut_tx_errors", 9}};
    bench.xsk = {2, model::XskMode::zero_copy, {17, 5, 3}};
    bench.measured_seconds = 1;
    bench.user_seconds = 0.01;
    bench.bound = model::Bound::generator;
    bench.evidence = "the generator needs more";
    bench.cpu_time = true;
    bench.first_figure_seconds = 2.5;
    bench.state.fresh = true;
    bench.state.kept = {"queue"};
    bench.state.steady = false;
    bench.state.passes = 3;
    bench.state.mix = {0, 1, 2, 3, 4};
    bench.state.first = {4, 3, 2, 1, 0};
    bench.state.highest = {9, 9, 9, 9, 9};
    bench.windows.add({0.5, 0.4, 0.05, 0, 0.01, 0.02, 3, 1}, stats::Disturbance::none);
    bench.windows.add({}, stats::Disturbance::preempted);
    model::BenchPrecision precision;
    precision.wanted = 0.01;
    precision.windows = 8;
    precision.ns_per_packet = {102, {101, 103, 0.95}};
    precision.baseline_ns = {51, {50, 52, 0.95}};
    precision.program_ns = {51, {49, 53, 0.9}};
    bench.precision = precision;
    return bench;
}

inline model::Trial sample_trial(double rate, std::uint64_t lost) {
    model::Trial trial;
    trial.rate = rate;
    trial.seconds = 1;
    trial.sent = static_cast<std::uint64_t>(rate);
    trial.sent_by_cpu = {trial.sent};
    trial.sent_seconds = 1;
    trial.worst_lag = 1e-4;
    trial.processed = trial.sent - lost;
    trial.forwarded = trial.processed;
    if (lost > 0) trial.losses = {{"generator_xmit_errors", lost}};
    return trial;
}

inline model::LoadRecord sample_load(model::LoadKind kind) {
    model::LoadRecord load;
    load.setup = sample_setup();
    load.setup.generator_cpus = {1};
    load.kind = kind;
    load.seconds = 3;
    load.trials = {sample_trial(1e6, 0), sample_trial(2e6, 5000)};
    if (kind == model::LoadKind::search) {
        load.range = {1000, 3e6};
        load.probes = {sample_trial(3e6, 9)};
        model::SearchedGoal goal;
        goal.result.bounds = {2e6, 1.9e6};
        goal.result.reached = true;
        goal.result.conditional_throughput = 1.9e6;
        goal.bound = model::Bound::program;
        goal.evidence = "frames were lost above";
        load.goals = {goal};
        return load;
    }
    load.rate = 1e6;
    load.share = 0.5;
    load.burst = 16;
    if (kind == model::LoadKind::rate) return load;
    load.stamped = true;
    load.clock_ns = 25;
    load.lengthened = 3;
    load.baseline_trials = {sample_trial(1e6, 0)};
    for (const model::Through through : {model::Through::program, model::Through::baseline}) {
        model::LatencySeries series;
        series.through = through;
        series.place = model::End::tester;
        series.histogram.add(latency_bucket(1500), 900);
        series.histogram.add(latency_bucket(2500), 99);
        series.histogram.add(latency_bucket(90'000), 1);
        series.histogram.note_longest(90'001);
        series.arrived = 1000;
        load.latencies.push_back(series);
    }
    return load;
}

inline model::CaseResult sample_case(model::CaseKind kind, const std::string& name,
                                     model::Outcome outcome, const std::string& message) {
    model::CaseResult result;
    result.kind = kind;
    result.program = "lb";
    result.name = name;
    result.location = "lb.yaml:12:5";
    result.outcome = outcome;
    result.message = message;
    result.seconds = 0.25;
    result.repeat = "xdp-bench run --prog lb --only check";
    return result;
}

inline model::ReplayRecord sample_replay() {
    model::ReplayRecord replay;
    replay.program = "lb";
    replay.network = model::NetworkKind::ports;
    replay.device = "eth1";
    replay.peer = "eth2";
    replay.traffic = "mixed.pcap";
    replay.sent = 40;
    replay.actions = {0, 0, 20, 19, 0};
    replay.no_action = 1;
    replay.counted_by = "the program";
    replay.received = 19;
    replay.passed = 20;
    replay.passed_cpus = {{1, 20}};
    replay.xsk = {1, model::XskMode::copy, {7, 2, 0}};
    replay.losses = {{"tester_rx_drops", 1}};
    replay.cpus = {{1, {0, 0, 20, 19, 0}}};
    replay.judged = replay.accounted_for = true;
    replay.replacement = model::ReplacementRecord{3, 40, 20, 20, {}, true};
    return replay;
}

inline model::OffloadRecord sample_offload() {
    model::OffloadRecord offload;
    offload.program = "lb";
    offload.object = "lb.o";
    offload.device = "eth1";
    offload.driver = "netdevsim";
    offload.acceptance = model::Acceptance::accepted;
    offload.execution = model::Execution::not_executed;
    offload.evidence = "no counter moved";
    offload.steps = {{"load", true, "id 7"}, {"attach", false, "Operation not supported"}};
    offload.sent = 10;
    offload.device_counters = {{"rx_packets", 10}};
    return offload;
}

inline model::ScalingRecord sample_port_scaling() {
    model::ScalingRecord scaling;
    scaling.setup = sample_setup();
    scaling.setup.placement = model::Placement::device;
    scaling.setup.generator_maximum = 3e6;
    scaling.setup.out = "eth3, counted at eth4";
    scaling.queues = 4;
    scaling.steps = {{{1}, {1e6, 1.1e6}, {}, 1, 1.2e6, 0, model::Bound::generator, {{1, 9}}},
                     {{0, 1}, {3e6}, {}, 4, 4e6, 0.25, model::Bound::path, {{0, 3}, {1, 9}}}};
    scaling.seconds = 2;
    return scaling;
}

inline model::ExternalRecord sample_external() {
    model::ExternalRecord external;
    external.setup = sample_setup();
    external.setup.placement = model::Placement::device;
    external.setup.traffic = "external";
    external.setup.out = "eth3, counted by its tx counters";
    external.seconds = 2;
    external.first_frame_seconds = 0.5;
    external.handled = 3'000'000;
    external.rates = {1e6, 2e6};
    external.actions = {0, 0, 2'000'000, 0, 1'000'000};
    external.cpus = {{1, external.actions}};
    external.passed = 2'000'000;
    external.forwarded = 999'000;
    external.device = {{"rx_packets", 3'000'001}};
    external.queues = {{"rx_queue_0_packets", 3'000'000}};
    external.losses = {{"rx_missed_errors", 12}};
    external.cpu_busy = {{0, 0.001}, {1, 0.98}};
    external.cpu_softirq = {{0, 0}, {1, 0.97}};
    return external;
}

inline model::RunRecord sample_run() {
    model::RunRecord run;
    run.command_line = "xdp-bench --prog lb";
    run.started = "2026-01-02T03:04:05Z";
    run.seconds = 4.5;
    run.exit_code = 1;
    run.environment = {{"tool_version", "1"}, {"kernel", "6.1"}};
    run.settings = {"ip=192.0.2.1"};
    model::ProgramRecord program;
    program.name = "lb";
    program.object = "lb.o";
    program.function = "lb";
    program.tag = "0011223344556677";
    program.jited_bytes = 99;
    program.verified_insns = 1234;
    program.stack_bytes = {40, 8};
    run.programs = {program};
    run.cases = {sample_case(model::CaseKind::check, "holds", model::Outcome::passed, ""),
                 sample_case(model::CaseKind::check, "fails", model::Outcome::failed, "ip.ttl"),
                 sample_case(model::CaseKind::replay, "mixed.pcap", model::Outcome::skipped, "no")};
    run.cases[2].mode = model::Mode::generic;
    run.cases[1].frame = model::ChangedFrame{
        "mixed.pcap#3", {{"ip.ttl", "63", "64"}}, {0x45, 0x00, 0x3f}, {0x45, 0x00, 0x40}};
    run.verdicts = {{"lb", "mixed.pcap", 40, {1, 2, 3, 4, 5}, 25, 0.5, "frame 3 differs"}};
    run.replays = {sample_replay()};
    run.lans = {{"lb", model::Mode::native, {{"ping 6", "lb.yaml:3:1", 6, 5, {{"a", {1, 2}}}}}}};
    run.offloads = {sample_offload()};
    run.benches = {sample_bench()};
    run.loads = {sample_load(model::LoadKind::rate), sample_load(model::LoadKind::search),
                 sample_load(model::LoadKind::latency)};
    model::ScalingRecord scaling;
    scaling.setup = sample_setup();
    scaling.queues = 2;
    scaling.steps.resize(2);
    scaling.steps[0].cpus = {0};
    scaling.steps[0].together = {1e6, 1.1e6};
    scaling.steps[0].apart = {1e6, 1.2e6};
    scaling.steps[1].cpus = {0, 1};
    scaling.steps[1].together = {1.9e6, 2e6};
    scaling.steps[1].apart = {2e6, 2.1e6};
    scaling.seconds = 2;
    run.scalings = {scaling, sample_port_scaling()};
    run.externals = {sample_external()};
    return run;
}

inline model::CompareRecord sample_comparison() {
    model::CompareRecord record;
    record.command_line = "xdp-bench compare a.o b.o";
    record.started = "2026-01-02T03:04:05Z";
    record.seconds = 9;
    record.exit_code = 1;
    record.environment = {{"kernel", "6.1"}};
    record.base.object = "a.o";
    record.contender.object = "b.o";
    record.cpu = 1;
    record.alpha = record.threshold = 0.01;
    record.power = 0.9;
    record.seed = 7;
    model::ComparedCase slower;
    slower.setup = sample_setup();
    slower.measure = model::Measure::program;
    slower.threshold = 0.01;
    slower.comparison.judgement = stats::Judgement::slower;
    slower.comparison.blocks = 10;
    slower.comparison.effect = 0.031;
    slower.comparison.interval = stats::Interval{0.02, 0.04, 0.995};
    slower.comparison.p = 0.002;
    slower.comparison.smallest_visible = 0.012;
    slower.base_ns = 100;
    slower.contender_ns = 103;
    slower.baseline_ns = 50;
    slower.ratios = {0.03, 0.031};
    slower.control = {0, 0.001};
    slower.base_samples = {100, 101};
    slower.contender_samples = {103, 104};
    slower.refused = 0.25;
    slower.bound = model::Bound::program;
    record.cases = {slower};
    return record;
}

inline model::DeviceRecord sample_device() {
    model::DeviceRecord device;
    device.name = "eth1";
    device.driver = "igb";
    device.firmware = "3.25";
    device.up = true;
    device.queues = {{"rx in use", 4}};
    device.mtu = 1500;
    device.min_mtu = 68;
    device.max_mtu = 9216;
    device.features = {"rx-checksum"};
    device.declares = true;
    device.declared_features = 3;
    device.declared_names = "basic, redirect";
    device.modes = {{model::Mode::native, true, "a frame was dropped"},
                    {model::Mode::offload, false, "Operation not supported"}};
    device.max_mtu_with_xdp = 3498;
    device.max_mtu_with_xdp_source = "tried";
    return device;
}

}  // namespace xdpbench::report
