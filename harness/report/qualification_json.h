// The document of a qualification, which is written after every case and read by --resume.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/qualification.h"

namespace xdpbench::report {

[[nodiscard]] std::string to_json(const model::QualificationRecord& record);

// What to_json() wrote; `name` is for the error.
Result<model::QualificationRecord> parse_qualification(std::string_view json,
                                                       const std::string& name);

}  // namespace xdpbench::report
