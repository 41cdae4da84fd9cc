// `xdp-bench qualify`: the cases, one after the other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/qualification.h"
#include "qualify/case.h"
#include "qualify/context.h"
#include "qualify/result_store.h"

namespace xdpbench::qualify {

// The cases that groups and ports select.
struct Selection {
    std::vector<CaseEntry> cases;
    std::vector<std::string> not_run;  // need a second port
};
// An empty list of groups: all. An unknown one is an input error.
Result<Selection> select(const std::vector<std::string>& groups, bool two_ports);

// Of the selection only what the record, which is continued, was planned to have.
void keep_planned(const model::QualificationRecord& record, Selection& selection);

// Runs those of the selection that GoogleTest's flags let through and that the record does not have
// yet; they are the plan of a record that begins. `print` gets the text of each case.
Result<void> run(Context& context, const Selection& selection, ResultStore& store,
                 model::QualificationRecord& record,
                 const std::function<void(const std::string&)>& progress,
                 const std::function<void(const std::string&)>& print);

}  // namespace xdpbench::qualify
