#include "run/cases.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <utility>

#include "base/arguments.h"
#include "base/guard.h"
#include "base/interrupt.h"
#include "run/library_flags.h"

namespace xdpbench::run {
namespace {

// What all cases of one run share.
struct CasesRun {
    std::vector<model::CaseResult> results;
    const std::function<void(const std::string&)>* progress = nullptr;
};

class RegisteredCase : public testing::Test {
  public:
    RegisteredCase(const Case& described, CasesRun& run) : case_(&described), run_(&run) {}

  private:
    void TestBody() override {
        model::CaseResult result = case_->result;
        (*run_->progress)(fmt::format("{} {} {}: {}", model::name_of(result.kind), result.program,
                                      result.mode ? model::mode_name(*result.mode) : "",
                                      result.name));
        const auto start = std::chrono::steady_clock::now();
        check::Verdict verdict = run_body();
        result.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        result.outcome = verdict.outcome;
        result.message = verdict.message;
        if (verdict.mismatch) result.frame = check::changed_frame(*verdict.mismatch);
        result.failures = verdict.failures;
        run_->results.push_back(std::move(result));
        if (verdict.outcome == model::Outcome::skipped) GTEST_SKIP() << verdict.message;
        if (verdict.outcome != model::Outcome::passed) ADD_FAILURE() << verdict.message;
    }

    // GoogleTest catches exceptions, too, but there would be no result of the case then.
    [[nodiscard]] check::Verdict run_body() const {
        if (interrupted()) return check::verdict_of(interrupted_error());
        Result<check::Verdict> verdict = guarded(
            "the case cannot be run", [&]() -> Result<check::Verdict> { return case_->body(); });
        return verdict ? *std::move(verdict) : check::verdict_of(verdict.error());
    }

    const Case* case_;
    CasesRun* run_;
};

// "check.icmp_lb" . "alternates between the backends"; "replay.icmp_lb" and "lan.icmp_lb" .
// "native".
const testing::TestInfo* register_case(const Case& described, CasesRun& run) {
    const model::CaseResult& result = described.result;
    const std::string suite = fmt::format("{}.{}", model::name_of(result.kind), result.program);
    const bool by_mode =
        result.kind == model::CaseKind::replay || result.kind == model::CaseKind::lan;
    const std::string name = by_mode ? std::string(model::mode_name(*result.mode)) : result.name;
    return testing::RegisterTest(
        suite.c_str(), name.c_str(), nullptr, nullptr, result.location.c_str(), 0,
        [&described, &run]() -> testing::Test* { return new RegisteredCase(described, run); });
}

// Tells what is selected and how many times it runs, once GoogleTest knows it.
class SelectionListener : public testing::EmptyTestEventListener {
  public:
    SelectionListener(std::vector<const testing::TestInfo*> cases, std::size_t times,
                      const std::function<void(const SelectedCases&)>& begin)
        : cases_(std::move(cases)), times_(times), begin_(&begin) {}

    void OnTestProgramStart(const testing::UnitTest& /*all*/) override {
        if (std::exchange(told_, true)) return;
        SelectedCases selected;
        for (std::size_t i = 0; i < cases_.size(); ++i) {
            if (cases_[i]->should_run()) selected.numbers.push_back(i);
        }
        selected.times = times_;
        (*begin_)(selected);
    }

  private:
    std::vector<const testing::TestInfo*> cases_;
    std::size_t times_;
    bool told_ = false;
    const std::function<void(const SelectedCases&)>* begin_;
};

}  // namespace

Result<void> initialize_cases(const std::vector<std::string>& flags) {
    XDPBENCH_CHECK(require_test_flags(flags));
    // What the environment says of them would end the process at the first case that fails.
    GTEST_FLAG_SET(break_on_failure, false);
    GTEST_FLAG_SET(throw_on_failure, false);
    GTEST_FLAG_SET(catch_exceptions, true);
    GTEST_FLAG_SET(stream_result_to, "");
    std::vector<std::string> words{"xdp-bench"};
    words.insert(words.end(), flags.begin(), flags.end());
    Arguments arguments(std::move(words));
    testing::InitGoogleTest(arguments.count(), arguments.values());
    if (!arguments.left_over().empty()) {
        return input_error("GoogleTest does not know " + arguments.left_over());
    }
    testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    return {};
}

std::vector<model::CaseResult> run_cases(const std::vector<Case>& cases,
                                         const std::function<void(const std::string&)>& progress) {
    return run_cases(cases, progress, [](const SelectedCases&) {});
}

std::vector<model::CaseResult> run_cases(const std::vector<Case>& cases,
                                         const std::function<void(const std::string&)>& progress,
                                         const std::function<void(const SelectedCases&)>& begin) {
    CasesRun run;
    run.progress = &progress;
    std::vector<const testing::TestInfo*> registered;
    registered.reserve(cases.size());
    for (const Case& described : cases) registered.push_back(register_case(described, run));
    // GoogleTest would repeat them on and on after an interruption.
    const auto times =
        static_cast<std::size_t>(GTEST_FLAG_GET(list_tests) ? 1 : GTEST_FLAG_GET(repeat));
    testing::TestEventListeners& listeners = testing::UnitTest::GetInstance()->listeners();
    SelectionListener listener(std::move(registered), times, begin);
    listeners.Append(&listener);
    GTEST_FLAG_SET(repeat, 1);
    for (std::size_t done = 0; done < times && (done == 0 || !interrupted()); ++done) {
        // The results have the failures; the number adds nothing.
        [[maybe_unused]] const int any_failed = RUN_ALL_TESTS();
    }
    listeners.Release(&listener);
    return std::move(run.results);
}

}  // namespace xdpbench::run
