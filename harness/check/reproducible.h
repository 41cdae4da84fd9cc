// Whether a program does the same again with the same frames.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "bpf/program.h"
#include "model/program.h"
#include "target/target.h"

namespace xdpbench::check {

// Runs `traffic` frame by frame, twice, each time with fresh maps. Nothing if verdicts and bytes
// are the same; else "not reproducible: 498 of 1,000 frames were treated otherwise the second
// time, first mixed.pcap#2: XDP_PASS, then XDP_DROP". The first run fills `first`, if there is one.
Result<std::string> why_not_reproducible(const target::Target& target,
                                         const scenario::FrameRef& traffic,
                                         model::VerdictRecord* first = nullptr);

// What makes results differ from run to run, by the helpers that the program calls, or programs
// that its frames may go on to: "reads the clock (bpf_ktime_get_ns)", "asks for random numbers
// (bpf_get_prandom_u32)", "makes or checks SYN cookies (...)"; empty: nothing of it.
[[nodiscard]] std::string reads_clock_or_random(const bpf::Program& program);

}  // namespace xdpbench::check
