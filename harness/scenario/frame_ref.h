#pragma once

#include <string>

#include "base/result.h"
#include "scenario/scenario.h"

namespace xdpbench::scenario {

// "a.pcap", "a.pcap#3", "a.pcap#3-5" or "hex:0011...". The file name ends at the last '#'; it is
// not resolved here. Hex has to be at least an Ethernet header.
Result<FrameRef> parse_frame_ref(const std::string& text, const model::Location& where);

}  // namespace xdpbench::scenario
