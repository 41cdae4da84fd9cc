#include "model/end.h"

namespace xdpbench::model {

std::string_view name_of(End end) {
    switch (end) {
        case End::nowhere:
            return "nowhere";
        case End::tester:
            return "tester";
        case End::stack:
            return "stack";
        case End::far:
            return "far end";
        case End::sockets:
            return "AF_XDP sockets";
    }
    return "";
}

}  // namespace xdpbench::model
