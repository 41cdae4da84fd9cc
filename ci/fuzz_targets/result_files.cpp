// Two result files side by side, as `compare` reads them. Input: one file, or two with a zero byte
// between them.
#include <string>

#include "fuzz.h"
#include "report/compare_results.h"
#include "report/saved_result.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace xdpbench;
    using namespace xdpbench::report;
    std::string_view rest = fuzz::text_of(data, size);
    const Result<SavedResult> before = parse_result(fuzz::take_part(rest), "before.json");
    if (!before) {
        fuzz::require(before.error().kind == ErrorKind::input, "a bad result is an input error");
        return 0;
    }
    const Result<SavedResult> after =
        rest.empty() ? before : parse_result(fuzz::take_part(rest), "after.json");
    if (!after) return 0;
    for (const std::optional<double> threshold : {std::optional<double>(), std::optional(0.05)}) {
        const ResultTable table = compare_results(*before, *after, threshold);
        const int code = exit_code_of(table, threshold.has_value());
        fuzz::require(code == 0 || code == 1 || code == 3, "an exit code of compare");
        (void)to_text(table);
    }
    return 0;
}
