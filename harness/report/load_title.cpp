#include "report/load_title.h"

#include <fmt/format.h>

#include "base/text.h"

namespace xdpbench::report {

std::string load_title(const model::LoadRecord& load) {
    const std::string_view kind = model::name_of(load.kind);
    if (load.share > 0) return fmt::format("{} {:.4g} %", kind, load.share * 100);
    if (load.kind == model::LoadKind::search)
        return load.stamped ? "search of stamped frames" : "search";
    return fmt::format("{} {}", kind, rate_text(load.rate));
}

std::string search_note(const model::BenchSetup& setup) {
    return std::string(setup.placement == model::Placement::device
                           ? "over two ports of one machine"
                           : "through a veth pair inside one machine") +
           ", which generator and program share: not RFC 2544, which tests a device from outside";
}

}  // namespace xdpbench::report
