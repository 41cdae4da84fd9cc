#include "qualify/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/clock.h"
#include "base/guard.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "net/port_network.h"
#include "qualify/kernel_log.h"
#include "qualify/repeat.h"
#include "qualify/rig.h"
#include "report/qualification_text.h"
#include "run/cases.h"

namespace xdpbench::qualify {
namespace {

// What the cases of one run share.
struct Session {
    Context& context;
    ResultStore& store;
    model::QualificationRecord& record;
    const std::function<void(const std::string&)>& print;
    std::optional<KernelLog> log;
    std::size_t planned = 0;  // results at the end; 0: not known
    std::size_t ran = 0;
    double seconds = 0;  // of the cases that ran
    Result<void> saved = {};
};

std::string full_name(const CaseEntry& entry) {
    return fmt::format("{}.{}", entry.group, entry.name);
}

void add_alarms(const Session& session, Ruling& ruling) {
    if (!session.log) return;
    for (const std::string& alarm : session.log->alarms()) {
        ruling.finding = model::Finding::fail;
        ruling.text +=
            fmt::format("{}the kernel logged: {}", ruling.text.empty() ? "" : "\n", alarm);
    }
}

// Whoever looks at the kernel's links (bpftool) holds one for a moment after its owner has closed
// it. What stays is reported by the case that cannot attach.
void await_detached(const Context& context) {
    constexpr int kTries = 100;
    constexpr std::chrono::milliseconds kPause{20};
    for (int i = 0; i < kTries && !net::require_no_xdp(context.netns(), context.device()); ++i)
        std::this_thread::sleep_for(kPause);
}

// A case before may have left the link in the middle of a reset.
Ruling run_entry(Session& session, const CaseEntry& entry) {
    const Result<Ruling> ruling = guarded("the case cannot be run", [&]() -> Result<Ruling> {
        if (entry.needs == Needs::two_ports_here && session.context.options().remote)
            return skip("rates with a remote peer are measured by: " +
                        rates_command_of(session.context.options()));
        XDPBENCH_CHECK(await_carriers(session.context));
        await_detached(session.context);
        return entry.run(session.context);
    });
    return ruling ? *ruling : ruling_of(ruling.error());
}

// As long for each of the others as for those that ran.
double seconds_left(const Session& session) {
    const std::size_t done = session.record.cases.size();
    const std::size_t left = session.planned - std::min(session.planned, done);
    return session.seconds / static_cast<double>(session.ran) * static_cast<double>(left);
}

// Known once a case has measured it.
void note_traffic_source(Session& session) {
    constexpr const char* kKey = "generator_maximum";
    const auto most = session.context.generator_maximum();
    auto& facts = session.record.environment;
    if (!most || std::any_of(facts.begin(), facts.end(),
                             [&](const auto& fact) { return fact.first == kKey; }))
        return;
    facts.emplace_back(
        kKey, fmt::format("{} of 64 bytes over {}", rate_text(*most), session.context.peer().name));
}

check::Verdict run_case(Session& session, const CaseEntry& entry) {
    if (!session.saved) return check::verdict_of(session.saved.error());
    model::QualificationRecord& record = session.record;
    record.running = full_name(entry);
    session.saved = session.store.save(record);
    if (session.log) static_cast<void>(session.log->alarms());
    const auto start = Clock::now();
    Ruling ruling = run_entry(session, entry);
    record.running.clear();
    if (interrupted()) return check::verdict_of(interrupted_error());
    add_alarms(session, ruling);
    model::QualifiedCase one{
        entry.group, entry.name, ruling.finding,
        ruling.text, 0,          repeat_of(session.context.options(), full_name(entry))};
    one.rates = std::move(ruling.rates);
    one.declared = std::move(ruling.declared);
    note_traffic_source(session);
    one.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    session.seconds += one.seconds;
    ++session.ran;
    record.cases.push_back(one);
    session.saved = session.store.save(record);
    session.print(
        report::case_text(one, record.cases.size(), session.planned, seconds_left(session)));
    return {model::outcome_of(ruling.finding), ruling.text, std::nullopt};
}

bool is_done(const model::QualificationRecord& record, const CaseEntry& entry) {
    return std::any_of(
        record.cases.begin(), record.cases.end(),
        [&](const model::QualifiedCase& one) { return one.full_name() == full_name(entry); });
}

// What GoogleTest's flags let through; a record that is continued has its plan.
void plan(Session& session, const std::vector<CaseEntry>& left,
          const run::SelectedCases& selected) {
    std::vector<std::string>& planned = session.record.planned;
    if (planned.empty()) {
        for (const std::size_t number : selected.numbers)
            planned.push_back(full_name(left[number]));
    }
    session.planned = session.record.cases.size() + selected.numbers.size() * selected.times;
}

run::Case case_of(Session& session, const CaseEntry& entry) {
    model::CaseResult result;
    result.kind = model::CaseKind::qualify;
    result.program = entry.group;
    result.name = entry.name;
    return {std::move(result), [&session, entry] { return run_case(session, entry); }};
}

}  // namespace

Result<Selection> select(const std::vector<std::string>& groups, bool two_ports) {
    const std::vector<std::string> known = group_names();
    for (const std::string& group : groups) {
        if (std::find(known.begin(), known.end(), group) != known.end()) continue;
        return input_error(fmt::format("--group has no {}{}", group, did_you_mean(group, known)),
                           fmt::format("choose from {}", fmt::join(known, ", ")));
    }
    Selection selection;
    for (const CaseEntry& entry : all_cases()) {
        if (!groups.empty() && std::find(groups.begin(), groups.end(), entry.group) == groups.end())
            continue;
        if (entry.needs != Needs::one_port && !two_ports) {
            selection.not_run.push_back(full_name(entry));
        } else {
            selection.cases.push_back(entry);
        }
    }
    return selection;
}

void keep_planned(const model::QualificationRecord& record, Selection& selection) {
    std::erase_if(selection.cases, [&](const CaseEntry& entry) {
        return std::find(record.planned.begin(), record.planned.end(), full_name(entry)) ==
               record.planned.end();
    });
}

Result<void> run(Context& context, const Selection& selection, ResultStore& store,
                 model::QualificationRecord& record,
                 const std::function<void(const std::string&)>& progress,
                 const std::function<void(const std::string&)>& print) {
    Session session{context, store, record, print, KernelLog::open()};
    std::vector<CaseEntry> left;
    std::vector<run::Case> cases;
    for (const CaseEntry& entry : selection.cases) {
        if (is_done(record, entry)) continue;
        left.push_back(entry);
        cases.push_back(case_of(session, entry));
    }
    const auto start = Clock::now();
    const auto results = run::run_cases(cases, progress, [&](const run::SelectedCases& selected) {
        plan(session, left, selected);
    });
    static_cast<void>(results);  // the record has them
    record.seconds += std::chrono::duration<double>(Clock::now() - start).count();
    record.interrupted = interrupted();
    XDPBENCH_CHECK(session.saved);
    record.exit_code = model::exit_code_of(record);
    return store.save(record);
}

}  // namespace xdpbench::qualify
