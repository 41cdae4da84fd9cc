#include "model/placement.h"

namespace xdpbench::model {

std::string_view name_of(Placement placement) {
    switch (placement) {
        case Placement::shared:
            return "shared";
        case Placement::separate:
            return "separate";
        case Placement::other_node:
            return "other_node";
        case Placement::test_run:
            return "test_run";
        case Placement::device:
            return "device";
    }
    return "";
}

}  // namespace xdpbench::model
