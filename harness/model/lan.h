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

}  // namespace xdpbench::model
