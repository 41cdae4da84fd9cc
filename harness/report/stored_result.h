// A result document read back into what it was written from, for every report that can be made of
// it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "model/comparison.h"
#include "model/device.h"
#include "model/qualification.h"
#include "model/run.h"
#include "report/entry.h"

namespace xdpbench::report {

// Of `run`, `compare`, `qualify` and `doctor --dev`.
using StoredResult = std::variant<model::RunRecord, model::CompareRecord,
                                  model::QualificationRecord, model::DeviceRecord>;

// Reads a document that anybody may have written; `name` is for the error, which says what is wrong
// where. Of schema version 1 it reads what `compare old.json new.json` does: environment and
// measurements, without cases and replays.
Result<StoredResult> read_stored_result(std::string_view text, const std::string& name);

}  // namespace xdpbench::report
