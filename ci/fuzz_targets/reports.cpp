// A stored result, written in every format that `report` has. Input: the document.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "fuzz.h"
#include "report/formats.h"
#include "report/html.h"
#include "report/stored_result.h"

namespace xdpbench {
namespace {

std::optional<report::Source> source_of(const report::StoredResult& result) {
    if (const auto* const run = std::get_if<model::RunRecord>(&result)) return run;
    if (const auto* const compared = std::get_if<model::CompareRecord>(&result)) return compared;
    if (const auto* const qualified = std::get_if<model::QualificationRecord>(&result))
        return qualified;
    return std::nullopt;
}

bool is_plain(const std::string& text) {
    return std::none_of(text.begin(), text.end(), [](char one) {
        return static_cast<unsigned char>(one) < 0x20 && one != '\n' && one != '\t';
    });
}

}  // namespace
}  // namespace xdpbench

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace xdpbench;
    Result<report::StoredResult> result =
        report::read_stored_result(fuzz::text_of(data, size), "result.json");
    if (!result) {
        fuzz::require(result.error().kind == ErrorKind::input, "a bad result is an input error");
        return 0;
    }
    const std::optional<report::Source> source = source_of(*result);
    for (const report::OutputFormat& format : report::output_formats())
        if (source) fuzz::require(is_plain(format.write(*source)), "no control characters");
    const std::vector<report::NamedResult> page{{"result.json", std::move(*result)}};
    fuzz::require(is_plain(report::to_html(page)), "no control characters in a page");
    return 0;
}
