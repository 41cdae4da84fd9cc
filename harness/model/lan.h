// What a lan found out: real pings and frames between hosts with stacks of their own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/mode.h"

namespace xdpbench::model {

struct LanStepRecord {
    std::string step;        // "ping 6", "send a.pcap", "set blocked[192.168.1.1]=1"
    std::string location;    // file:line:column in the scenario
    std::uint64_t sent = 0;  // echo requests or frames; 0: the step changed a map
    std::uint64_t answered = 0;
    // Of a ping, by the name of the host (or the address of an unknown one): the sequence numbers
    // that it answered, in the order of the answers.
    std::map<std::string, std::vector<std::uint64_t>> answered_by;
};

struct LanRecord {
    std::string program;
    Mode mode = Mode::native;
    std::vector<LanStepRecord> steps;  // as far as they were done
};

// "ping 6: 6 answered (backend1: 1, 3, 5; backend2: 2, 4, 6)".
[[nodiscard]] std::string lan_text(const LanStepRecord& step);

// "1, 3, 5"; of a long list its beginning and how many there are in all; "none".
[[nodiscard]] std::string sequence_text(const std::vector<std::uint64_t>& numbers);

}  // namespace xdpbench::model
