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

}  // namespace xdpbench::model
