// Results as one HTML file with charts, which loads nothing and needs no script.
#pragma once

#include <span>
#include <string>

#include "report/entry.h"
#include "report/stored_result.h"

namespace xdpbench::report {

struct NamedResult {
    std::string name;  // of its file, for the page; may be empty
    StoredResult result;
};

// One page of several results, one after the other.
[[nodiscard]] std::string to_html(std::span<const NamedResult> results);
// Of a run or a comparison that has just ended.
[[nodiscard]] std::string to_html(const Source& source);

}  // namespace xdpbench::report
