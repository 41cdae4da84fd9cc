#include "model/device.h"

namespace xdpbench::model {

std::string_view name_of(Acceptance acceptance) {
    switch (acceptance) {
        case Acceptance::accepted:
            return "accepted";
        case Acceptance::refused:
            return "refused";
        case Acceptance::failed:
            return "failed";
    }
    return "";
}

std::string_view name_of(Execution execution) {
    switch (execution) {
        case Execution::executed:
            return "executed";
        case Execution::not_executed:
            return "not executed";
        case Execution::unknown:
            return "unknown";
    }
    return "";
}

}  // namespace xdpbench::model
