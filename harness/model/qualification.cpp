#include "model/qualification.h"

#include <algorithm>
#include <array>

namespace xdpbench::model {
namespace {

constexpr std::array kFindings{Finding::pass, Finding::note, Finding::skip, Finding::invalid,
                               Finding::fail};

std::size_t count(const QualificationRecord& record, Finding finding) {
    return static_cast<std::size_t>(
        std::count_if(record.cases.begin(), record.cases.end(),
                      [&](const QualifiedCase& one) { return one.finding == finding; }));
}

bool all_ran(const QualificationRecord& record) {
    return std::all_of(record.planned.begin(), record.planned.end(), [&](const std::string& name) {
        return std::any_of(record.cases.begin(), record.cases.end(),
                           [&](const QualifiedCase& one) { return one.full_name() == name; });
    });
}

}  // namespace

std::string_view name_of(Finding finding) {
    switch (finding) {
        case Finding::pass:
            return "PASS";
        case Finding::note:
            return "NOTE";
        case Finding::skip:
            return "SKIP";
        case Finding::invalid:
            return "INVALID";
        case Finding::fail:
            return "FAIL";
    }
    return "";
}

bool parse_finding(std::string_view name, Finding& finding) {
    const auto* const found =
        std::find_if(kFindings.begin(), kFindings.end(),
                     [&](Finding candidate) { return name_of(candidate) == name; });
    if (found == kFindings.end()) return false;
    finding = *found;
    return true;
}

std::string_view name_of(RateLimit limit) {
    switch (limit) {
        case RateLimit::generator:
            return "generator";
        case RateLimit::line:
            return "line";
        case RateLimit::port:
            return "port";
        case RateLimit::way_out:
            return "way out";
    }
    return "";
}

bool parse_rate_limit(std::string_view name, RateLimit& limit) {
    for (const RateLimit one :
         {RateLimit::generator, RateLimit::line, RateLimit::port, RateLimit::way_out}) {
        if (name_of(one) != name) continue;
        limit = one;
        return true;
    }
    return false;
}

Outcome outcome_of(Finding finding) {
    switch (finding) {
        case Finding::pass:
        case Finding::note:
            return Outcome::passed;
        case Finding::skip:
            return Outcome::skipped;
        case Finding::invalid:
            return Outcome::invalid;
        case Finding::fail:
            return Outcome::failed;
    }
    return Outcome::error;
}

std::string_view name_of(Qualification verdict) {
    switch (verdict) {
        case Qualification::qualified:
            return "qualified";
        case Qualification::qualified_with_notes:
            return "qualified with notes";
        case Qualification::not_qualified:
            return "not qualified";
        case Qualification::incomplete:
            return "incomplete";
    }
    return "";
}

Qualification verdict_of(const QualificationRecord& record) {
    if (count(record, Finding::fail) > 0) return Qualification::not_qualified;
    const bool judged = count(record, Finding::pass) + count(record, Finding::note) > 0;
    if (count(record, Finding::invalid) > 0 || record.interrupted || !record.not_run.empty() ||
        !judged || !all_ran(record))
        return Qualification::incomplete;
    return count(record, Finding::note) > 0 ? Qualification::qualified_with_notes
                                            : Qualification::qualified;
}

int exit_code_of(const QualificationRecord& record) {
    if (record.interrupted) return kInterrupted;
    switch (verdict_of(record)) {
        case Qualification::qualified:
        case Qualification::qualified_with_notes:
            return kHeld;
        case Qualification::not_qualified:
            return kFailed;
        case Qualification::incomplete:
            break;
    }
    return count(record, Finding::invalid) > 0 ? kInvalid : kNothingRan;
}

}  // namespace xdpbench::model
