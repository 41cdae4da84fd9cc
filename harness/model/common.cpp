#include "model/common.h"

namespace xdpbench::model {

const char* outcome_name(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed:
            return "passed";
        case Outcome::failed:
            return "failed";
        case Outcome::skipped:
            return "skipped";
        case Outcome::invalid:
            return "invalid";
    }
    return "unknown";
}

std::string BenchSetup::name() const { return std::string(attach_name(mode)) + variant; }

}  // namespace xdpbench::model
