#include "model/bound.h"

namespace xdpbench::model {

std::string_view name_of(Bound bound) {
    switch (bound) {
        case Bound::none:
            return "none";
        case Bound::generator:
            return "generator";
        case Bound::program:
            return "program";
        case Bound::stack:
            return "stack";
        case Bound::path:
            return "path";
    }
    return "";
}

}  // namespace xdpbench::model
