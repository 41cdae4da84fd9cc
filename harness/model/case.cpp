#include "model/case.h"

namespace xdpbench::model {

std::string_view name_of(CaseKind kind) {
    switch (kind) {
        case CaseKind::check:
            return "check";
        case CaseKind::replay:
            return "replay";
        case CaseKind::lan:
            return "lan";
        case CaseKind::modes:
            return "modes";
        case CaseKind::offload:
            return "offload";
        case CaseKind::qualify:
            return "qualify";
    }
    return "";
}

}  // namespace xdpbench::model
