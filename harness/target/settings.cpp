#include "target/settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "bpf/value_text.h"
#include "bpf/whole_names.h"

namespace xdpbench::target {
namespace {

bool is_among(const std::string& name, const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

Result<scenario::MapContent> entry_of(const bpf::Program& program,
                                      const scenario::Assignment& assignment) {
    const scenario::Place& place = assignment.place;
    XDPBENCH_TRY(const bpf::TypedMap map, program.require_map(place.name, {}));
    if (!place.key && (!bpf::is_array(map) || map.max_entries != 1)) {
        return input_error(fmt::format("map {} has keys: name the entry", place.name),
                           fmt::format("write {}[KEY]=VALUE", place.name));
    }
    scenario::MapEntry entry;
    entry.key = place.key.value_or(model::Value{{}, "0"});
    entry.value = assignment.value;
    return scenario::MapContent{{}, place.name, {std::move(entry)}};
}

// NAME.max_entries=N; nothing if it is something else.
Result<std::optional<scenario::MapSize>> size_of(const bpf::Program& program,
                                                 const scenario::Assignment& assignment) {
    constexpr std::string_view kSize = ".max_entries";
    const std::string& name = assignment.place.name;
    if (assignment.place.key || !name.ends_with(kSize)) return std::optional<scenario::MapSize>();
    const std::string map = name.substr(0, name.size() - kSize.size());
    XDPBENCH_CHECK(program.require_map(map, {}));
    const std::string* const text = assignment.value.scalar();
    const std::optional<bpf::Number> number =
        text == nullptr ? std::nullopt : bpf::parse_number(*text);
    if (number && !number->negative && number->magnitude > 0 && number->magnitude <= UINT32_MAX)
        return std::optional(scenario::MapSize{map, static_cast<std::uint32_t>(number->magnitude)});
    return input_error(fmt::format("{}: expected a number of entries, found {}", name,
                                   model::one_line(assignment.value)));
}

}  // namespace

Result<std::vector<scenario::Assignment>> parse_settings(const std::vector<std::string>& texts) {
    std::vector<scenario::Assignment> settings;
    for (const std::string& text : texts) {
        Result<scenario::Assignment> setting = scenario::parse_assignment(text);
        if (!setting) return setting.error().in("--set");
        settings.push_back(*std::move(setting));
    }
    return settings;
}

Result<scenario::Configuration> settings_for(const bpf::Program& program,
                                             const std::vector<scenario::Assignment>& settings) {
    scenario::Configuration configuration;
    std::vector<std::string> names = program.map_names();
    for (scenario::Assignment assignment : settings) {
        scenario::Place& place = assignment.place;
        if (program.is_shared() && !is_among(place.name, program.global_names())) {
            XDPBENCH_TRY(place.name, bpf::map_name_of(place.name, program.maps()));
        }
        XDPBENCH_TRY(const std::optional<scenario::MapSize> size, size_of(program, assignment));
        if (size) {
            configuration.sizes.push_back(*size);
        } else if (place.key || is_among(place.name, program.map_names())) {
            XDPBENCH_TRY(scenario::MapContent content, entry_of(program, assignment));
            configuration.maps.push_back(std::move(content));
        } else if (is_among(place.name, program.global_names())) {
            configuration.globals.push_back({place.name, assignment.value});
        } else {
            const std::vector<std::string> globals = program.global_names();
            names.insert(names.end(), globals.begin(), globals.end());
            return input_error(fmt::format("{} has no map and no global variable {}{}",
                                           program.function(), place.name,
                                           what_there_is(place.name, names)));
        }
    }
    return configuration;
}

Result<AppliedSettings> settings_for_replacement(const bpf::Program& program,
                                                 const std::vector<scenario::Assignment>& settings,
                                                 const bpf::MapTakeover& maps) {
    AppliedSettings result;
    std::vector<scenario::Assignment> fitting;
    for (const scenario::Assignment& assignment : settings) {
        const std::string& name = assignment.place.name;
        if (is_among(name, maps.kept)) continue;
        const bool known =
            is_among(name, program.map_names()) || is_among(name, program.global_names());
        (known ? result.applied : result.left_out).push_back(name);
        if (known) fitting.push_back(assignment);
    }
    XDPBENCH_TRY(result.configuration, settings_for(program, fitting));
    return result;
}

}  // namespace xdpbench::target
