#include "report/console.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "base/version.h"
#include "report/bench_table.h"
#include "report/bench_text.h"
#include "report/counts_text.h"
#include "report/external_text.h"
#include "report/load_table.h"
#include "report/load_text.h"
#include "report/load_title.h"
#include "report/matrix.h"
#include "report/overview.h"
#include "report/program_text.h"
#include "report/progress.h"
#include "report/state_text.h"

namespace xdpbench::report {
namespace {

std::string environment_value(const model::RunRecord& run, std::string_view key) {
    for (const auto& [name, value] : run.environment) {
        if (name == key) return value;
    }
    return "unknown";
}

std::string indented(const std::string& text, const std::string& margin) {
    return margin + fmt::format("{}", fmt::join(split(trim(text), '\n'), "\n" + margin));
}

std::string mode_text(const model::CaseResult& result) {
    return std::string(result.mode ? model::mode_name(*result.mode) : "");
}

model::Outcome outcome_of(model::Acceptance acceptance) {
    switch (acceptance) {
        case model::Acceptance::accepted:
            return model::Outcome::passed;
        case model::Acceptance::refused:
            return model::Outcome::skipped;
        case model::Acceptance::failed:
            return model::Outcome::failed;
    }
    return model::Outcome::failed;
}

std::string acceptance_text(const model::OffloadRecord& offload) {
    if (offload.acceptance != model::Acceptance::accepted)
        return std::string(model::name_of(offload.acceptance));
    switch (offload.execution) {
        case model::Execution::executed:
            return "accepted, and executed";
        case model::Execution::not_executed:
            return "accepted, but not executed";
        case model::Execution::unknown:
            return "accepted, whether it is executed is unknown";
    }
    return {};
}

struct Counts {
    std::uint64_t passed = 0;
    std::uint64_t failed = 0;
    std::uint64_t skipped = 0;
    double seconds = 0;
};

}  // namespace

Console::Console(std::FILE* out)
    : out_(out),
      // By number: the stream may have no descriptor of its own (standard streams are buffered).
      colour_(::isatty(out == stderr ? STDERR_FILENO : STDOUT_FILENO) == 1 &&
              ::getenv("NO_COLOR") == nullptr),
      progress_(::isatty(STDERR_FILENO) == 1) {}

void Console::expect(double seconds) {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    expected_ = elapsed.count() + seconds;
}

void Console::progress_on_terminal(const std::string& line) {
    if (!progress_) return;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    write_raw(stderr, "\r\033[K" + escaped(progress_line({line, elapsed.count(), expected_})));
    std::fflush(stderr);
    line_open_ = true;
}

void Console::progress(const std::string& line) {
    constexpr double kLong = 2;  // s; what is shorter leaves no lines in a log
    if (progress_) return progress_on_terminal(line);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    const std::string step = step_of(line);
    if (std::max(elapsed.count(), expected_) < kLong || !told_.insert(step).second) return;
    write_raw(stderr, escaped(step) + "\n");
    std::fflush(stderr);
}

void Console::clear_progress() {
    if (!line_open_) return;
    write_raw(stderr, "\r\033[K");
    line_open_ = false;
}

Painted Console::paint(model::Outcome outcome, const std::string& text) const {
    if (!colour_) return {escaped(text)};
    const char* const code = outcome == model::Outcome::passed    ? "32"
                             : outcome == model::Outcome::skipped ? "33"
                                                                  : "31";
    return {fmt::format("\033[{}m{}\033[0m", code, escaped(text))};
}

void Console::header(const model::RunRecord& run) {
    clear_progress();
    print("xdp-bench {}, kernel {}, {} CPUs ({})\n", tool_version(),
          environment_value(run, "kernel"), environment_value(run, "cpus_online"),
          environment_value(run, "cpu_model"));
    std::fflush(out_);
}

void Console::report(const model::RunRecord& run, bool verbose) {
    clear_progress();
    for (const model::ProgramRecord& record : run.programs) program(run, record, verbose);
    for (const std::string& table : {overview(run), bench_table(run.benches),
                                     load_tables(run.loads), size_matrix(run), rate_matrix(run)}) {
        if (!table.empty()) print("\n{}", table);
    }
    for (const model::ScalingRecord& record : run.scalings) {
        if (record.outcome == model::Outcome::passed) print("\n{}", scaling_text(record));
    }
    for (const model::ExternalRecord& record : run.externals) {
        if (record.handled > 0) print("\n{}", external_text(record));
    }
    problems(run);
    conclusion(run);
    std::fflush(out_);
}

void Console::program(const model::RunRecord& run, const model::ProgramRecord& program,
                      bool verbose) {
    print("\n{}", program.name);
    if (program.id != 0) {
        print("   function {}, tag {}\n{}", program.function, program.tag, program_text(program));
    } else {
        print("\n");
    }
    checks(run, program.name, verbose);
    replays(run, program.name);
    lans(run, program.name);
    for (const model::OffloadRecord& record : run.offloads) {
        if (record.program == program.name) offload(record);
    }
    if (verbose) return details(run, program.name);
    print("{}", bench_heading(run.benches, program.name));
    print("{}", state_lines(run.benches, program.name));
}

// Every bench and every load with all of its figures.
void Console::details(const model::RunRecord& run, const std::string& name) {
    for (const model::BenchRecord& record : run.benches) {
        if (record.setup.program == name && !record.rounds.empty()) print("{}", bench_text(record));
    }
    for (const model::LoadRecord& record : run.loads) {
        if (record.setup.program == name && !record.trials.empty()) print("{}", load_text(record));
    }
}

void Console::checks(const model::RunRecord& run, const std::string& name, bool verbose) {
    Counts counts;
    for (const model::CaseResult& result : run.cases) {
        if (result.kind != model::CaseKind::check || result.program != name) continue;
        counts.passed += result.outcome == model::Outcome::passed ? 1 : 0;
        counts.failed += model::held(result.outcome) ? 0 : 1;
        counts.skipped += result.outcome == model::Outcome::skipped ? 1 : 0;
        counts.seconds += result.seconds;
        if (verbose)
            print("  {:<8} {:<8} {}\n", "check",
                  paint(result.outcome, model::outcome_name(result.outcome)), result.name);
    }
    if (counts.passed + counts.failed + counts.skipped > 0) {
        std::string text = fmt::format("{} passed", counts.passed);
        if (counts.failed > 0) text += fmt::format(", {} failed", counts.failed);
        if (counts.skipped > 0) text += fmt::format(", {} skipped", counts.skipped);
        const model::Outcome outcome = counts.failed > 0   ? model::Outcome::failed
                                       : counts.passed > 0 ? model::Outcome::passed
                                                           : model::Outcome::skipped;
        print("  {:<8} {}   ({:.2f} s)\n", "checks", paint(outcome, text), counts.seconds);
    }
    for (const model::VerdictRecord& verdict : run.verdicts) {
        if (verdict.program != name) continue;
        print("  {:<8} {}, nothing judged: {}", "verdicts", counted(verdict.frames, "frame"),
              tally_text(verdict.actions, verdict.no_action));
        const double rate =
            verdict.seconds > 0 ? static_cast<double>(verdict.frames) / verdict.seconds : 0;
        print("   ({:.2f} s, {} test runs/s, {})\n", verdict.seconds,
              thousands(static_cast<std::uint64_t>(rate)), verdict.traffic);
        if (!verdict.not_reproducible.empty()) print("           {}\n", verdict.not_reproducible);
    }
}

void Console::replays(const model::RunRecord& run, const std::string& name) {
    for (const model::CaseResult& result : run.cases) {
        if (result.kind != model::CaseKind::replay || result.program != name) continue;
        print("  {:<8} {} {}", "replay", mode_text(result),
              paint(result.outcome, model::outcome_name(result.outcome)));
        const auto record = std::find_if(
            run.replays.begin(), run.replays.end(), [&](const model::ReplayRecord& replay) {
                return replay.program == name && replay.mode == result.mode;
            });
        print("   ({:.2f} s)\n", result.seconds);
        if (record == run.replays.end()) continue;
        print("           {} sent, {}: {}; lost: {}\n", counted(record->sent, "frame"),
              accounting_text(record->accounted_for),
              tally_text(record->actions, record->no_action), losses_text(record->losses));
        print("           {}{}\n", arrivals_text(*record),
              !record->judged                            ? "; nothing judged"
              : result.outcome == model::Outcome::passed ? "; all as expected"
                                                         : "");
        if (record->replacement) print("           {}\n", replacement_text(*record->replacement));
    }
    for (const model::CaseResult& result : run.cases) {
        if (result.kind != model::CaseKind::modes || result.program != name) continue;
        print("  {:<8} {}   {}\n", "modes",
              paint(result.outcome, result.outcome == model::Outcome::passed
                                        ? "agree"
                                        : model::outcome_name(result.outcome)),
              result.name);
    }
}

void Console::lans(const model::RunRecord& run, const std::string& name) {
    for (const model::CaseResult& result : run.cases) {
        if (result.kind != model::CaseKind::lan || result.program != name) continue;
        print("  {:<8} {} {}   ({:.2f} s)\n", "lan", mode_text(result),
              paint(result.outcome, model::outcome_name(result.outcome)), result.seconds);
        for (const model::LanRecord& record : run.lans) {
            if (record.program != name || record.mode != result.mode) continue;
            for (const model::LanStepRecord& step : record.steps)
                print("           {}\n", lan_text(step));
        }
    }
}

void Console::offload(const model::OffloadRecord& offload) {
    const bool accepted = offload.acceptance == model::Acceptance::accepted;
    print("  {:<8} {} ({}): {}\n", "offload", offload.device, offload.driver,
          paint(outcome_of(offload.acceptance), acceptance_text(offload)));
    for (const model::OffloadStep& step : offload.steps) {
        print(
            "           {:<10} {}\n", step.name,
            step.held ? Painted{escaped(step.detail)} : paint(model::Outcome::failed, "see below"));
    }
    if (accepted && offload.sent == 0) print("           {:<10} {}\n", "traffic", offload.evidence);
    for (const auto& [name, value] : offload.device_counters)
        print("           {:<10} {} {}\n", "counter", name, thousands(value));
}

// Skipped cases with the same reason are printed once; every failure is printed.
void Console::problems(const model::RunRecord& run) {
    std::vector<const model::CaseResult*> told;
    for (const model::CaseResult& result : run.cases) {
        if (result.outcome == model::Outcome::passed) continue;
        const auto alike = [&](const model::CaseResult* other) {
            return result.outcome == model::Outcome::skipped &&
                   other->outcome == model::Outcome::skipped && other->kind == result.kind &&
                   other->program == result.program && other->mode == result.mode &&
                   other->message == result.message;
        };
        if (std::any_of(told.begin(), told.end(), alike)) continue;
        told.push_back(&result);
        const auto count = std::count_if(
            run.cases.begin(), run.cases.end(),
            [&](const model::CaseResult& other) { return &other == &result || alike(&other); });
        problem(result, static_cast<std::size_t>(count));
    }
    const auto tell = [this](const auto& record, const std::string& title) {
        if (record.outcome == model::Outcome::passed) return;
        print("\n{} {} {} {}\n{}\n", paint(record.outcome, model::outcome_name(record.outcome)),
              record.setup.program, title, record.setup.name(), indented(record.message, "  "));
    };
    for (const model::BenchRecord& record : run.benches) tell(record, "bench");
    for (const model::LoadRecord& record : run.loads) tell(record, load_title(record));
    for (const model::ScalingRecord& record : run.scalings) tell(record, "scaling");
    for (const model::ExternalRecord& record : run.externals) tell(record, "external traffic");
}

void Console::problem(const model::CaseResult& result, std::size_t count) {
    const std::string mode = result.mode ? " " + mode_text(result) : "";
    const std::string name = count > 1 ? fmt::format("all {} of them", count) : result.name;
    print("\n{} {} {}{}: {}\n", paint(result.outcome, model::outcome_name(result.outcome)),
          result.program, model::name_of(result.kind), mode, name);
    if (!result.location.empty() && count == 1) print("  at      {}\n", result.location);
    if (!result.message.empty()) print("{}\n", indented(result.message, "  "));
    if (result.outcome != model::Outcome::skipped && !result.repeat.empty()) {
        print("  repeat  {}\n", result.repeat);
    }
}

// The last line: how many cases passed, failed or were skipped.
void Console::conclusion(const model::RunRecord& run) {
    std::array<std::size_t, model::kOutcomes.size()> counts{};
    for (const model::CaseResult& result : run.cases)
        ++counts[static_cast<std::size_t>(result.outcome)];
    for (const model::BenchRecord& bench : run.benches)
        ++counts[static_cast<std::size_t>(bench.outcome)];
    for (const model::LoadRecord& load : run.loads)
        ++counts[static_cast<std::size_t>(load.outcome)];
    for (const model::ScalingRecord& one : run.scalings)
        ++counts[static_cast<std::size_t>(one.outcome)];
    for (const model::ExternalRecord& one : run.externals)
        ++counts[static_cast<std::size_t>(one.outcome)];
    std::string text;
    model::Outcome worst = counts[0] > 0 ? model::Outcome::passed : model::Outcome::skipped;
    for (const model::Outcome outcome : model::kOutcomes) {
        const std::size_t count = counts[static_cast<std::size_t>(outcome)];
        if (count == 0) continue;
        text +=
            fmt::format("{}{} {}", text.empty() ? "" : ", ", count, model::outcome_name(outcome));
        if (!model::held(outcome) && model::held(worst)) worst = outcome;
    }
    if (!text.empty()) print("\n{} in {:.1f} s\n", paint(worst, text), run.seconds);
    if (run.interrupted) {
        print("{}\n", paint(model::Outcome::failed,
                            "interrupted: the report has what was done until then"));
    }
}

void Console::note(const std::string& line) {
    clear_progress();
    print("{}\n", line);
}

}  // namespace xdpbench::report
