#include "scenario/interfaces.h"

#include <fmt/format.h>

#include <vector>

#include "scenario/diagnostic.h"
#include "scenario/references.h"

namespace xdpbench::scenario {

bool names_interfaces(const Configuration& configuration) {
    return !with_indexes(configuration, {});
}

Result<Configuration> with_indexes(Configuration configuration, const InterfaceIndexes& indexes) {
    const auto index_of = [&](const model::Location& where,
                              const std::string& name) -> Result<std::int64_t> {
        if (const auto found = indexes.find(name); found != indexes.end()) return found->second;
        std::vector<std::string> names;
        for (const auto& [known, index] : indexes) names.push_back(known);
        const bool of_chain = name == "out0" && !indexes.empty();
        Error error =
            error_at(where, fmt::format("there is no interface {} on the program's side{}",
                                        in_quotes(name), of_chain ? "" : correction(name, names)));
        if (of_chain)
            error.advice =
                "out0 is there only where the replay of a scenario has topology: chain; elsewhere "
                "the program has dut0 alone";
        return error;
    };
    XDPBENCH_CHECK(replace_references(configuration, "interface", index_of));
    return configuration;
}

}  // namespace xdpbench::scenario
