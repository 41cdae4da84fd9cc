// What a history keeps of a result: a few figures, and what they depend on. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "history/keys.h"
#include "model/labels.h"

namespace xdpbench::history {

enum class Measure {
    cycles,       // of the CPU per packet, whole path
    nanoseconds,  // per packet, whole path, where cycles are not measured
    mpps          // processed; of a search: the highest rate that keeps the goal
};
[[nodiscard]] std::string_view name_of(Measure measure);  // "cycles/packet", "ns/packet", "Mpps"

struct Figure {
    std::string name;  // "icmp_lb/native/size:64/XDP_TX", "... search, loss 0 %"
    Measure measure = Measure::cycles;
    Keys setup;  // how it was measured, as in the file; nothing that is empty
    double value = 0;
    // The same of the baseline, measured in the same run: cycles or ns per packet, Mpps; 0:
    // unknown.
    double baseline = 0;
};

struct SavedRun {
    std::string started;  // UTC, ISO 8601
    model::Labels labels;
    Keys environment;  // as far as figures depend on it; tool_version too
    std::vector<Figure> figures;
    // What the file has, and no series: "xdp_drop/native/XDP_DROP is invalid".
    std::vector<std::string> left_out;
};

// Reads a result document of `run` and keeps nothing else of it. The error says what is wrong with
// it.
Result<SavedRun> read_run(std::string_view json);

}  // namespace xdpbench::history
