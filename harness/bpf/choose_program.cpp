#include "bpf/choose_program.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "bpf/outside_functions.h"

namespace xdpbench::bpf {
namespace {

bool is_xdp(const bpf_program* program) {
    return ::bpf_program__type(program) == BPF_PROG_TYPE_XDP;
}

// One that can be attached to an interface: not what runs behind a redirect into a device or CPU
// map.
bool is_interface_program(const bpf_program* program) {
    return is_xdp(program) && ::bpf_program__expected_attach_type(program) == BPF_XDP;
}

bool has_map_of(const bpf_object* object, std::initializer_list<bpf_map_type> types) {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) {
        if (std::find(types.begin(), types.end(), ::bpf_map__type(map)) != types.end()) return true;
    }
    return false;
}

// Whether the program runs on what a map of this object redirects.
bool runs_behind_a_map(const bpf_object* object, const bpf_program* program) {
    switch (::bpf_program__expected_attach_type(program)) {
        case BPF_XDP_DEVMAP:
            return has_map_of(object, {BPF_MAP_TYPE_DEVMAP, BPF_MAP_TYPE_DEVMAP_HASH});
        case BPF_XDP_CPUMAP:
            return has_map_of(object, {BPF_MAP_TYPE_CPUMAP});
        default:
            return false;
    }
}

// libbpf tells a program's type by its section; of a section that it does not know, it does not.
bool is_of_unknown_type(const bpf_program* program) {
    return ::bpf_program__type(program) == BPF_PROG_TYPE_UNSPEC;
}

// "filter (SEC("tc"), sched_cls)"
std::string described(const bpf_program* program) {
    const char* const type = ::libbpf_bpf_prog_type_str(::bpf_program__type(program));
    return fmt::format("{} (SEC(\"{}\"), {})", ::bpf_program__name(program),
                       ::bpf_program__section_name(program), type == nullptr ? "unknown" : type);
}

// An object in which libbpf finds no program at all.
Error no_function(const std::string& path, const std::string& what) {
    constexpr const char* kAdvice =
        "put the program into SEC(\"xdp\"), and compile it with clang -g";
    const std::vector<std::string> sections = code_sections(path);
    if (sections.empty()) return input_error(what, kAdvice);
    Error error = input_error(fmt::format("{}: it has code in {}, but its symbols tell no function "
                                          "there, and libbpf takes only functions for programs",
                                          what, fmt::join(sections, ", ")),
                              kAdvice);
    error.cause = "an old compiler wrote it (clang before 10)";
    return error;
}

Error no_xdp_program(const std::string& path, const std::vector<bpf_program*>& programs) {
    std::vector<std::string> other;
    std::vector<std::string> unknown;
    const bpf_program* candidate = nullptr;
    for (const bpf_program* const program : programs) {
        if (is_of_unknown_type(program)) candidate = program;
        (is_of_unknown_type(program) ? unknown : other).push_back(described(program));
    }
    std::string what = fmt::format("{} has no XDP program", path);
    if (programs.empty()) return no_function(path, what);
    if (!other.empty()) what += fmt::format("; of other types: {}", fmt::join(other, ", "));
    if (candidate == nullptr)
        return input_error(what,
                           "programs of other types have another context than struct xdp_md: give "
                           "an object with a program that is written for SEC(\"xdp\")");
    return input_error(fmt::format("{}; of unknown type: {}", what, fmt::join(unknown, ", ")),
                       fmt::format("a program that is named is loaded as XDP: --prog {}:{}", path,
                                   ::bpf_program__name(candidate)));
}

void take_as_xdp(bpf_program* program) {
    ::bpf_program__set_type(program, BPF_PROG_TYPE_XDP);
    ::bpf_program__set_expected_attach_type(program, BPF_XDP);
}

// A program of unknown type that is named by its function or its section: whoever names it wants
// it to be XDP.
bpf_program* take_named_as_xdp(bpf_object* object, const std::string& name) {
    for (bpf_program* const program : programs_of(object)) {
        const bool named = !name.empty() && (name == ::bpf_program__name(program) ||
                                             name == ::bpf_program__section_name(program));
        if (!named || !is_of_unknown_type(program)) continue;
        take_as_xdp(program);
        return program;
    }
    return nullptr;
}

Error only_behind_a_redirect(const std::string& path, const std::string& function,
                             const std::string& section, const std::vector<std::string>& names) {
    return input_error(
        fmt::format("{} of {} is {}: it runs on frames that a map redirects, and can neither be "
                    "attached to an interface nor test-run",
                    function, path, section),
        names.empty() ? "name an object that has the program which redirects to it, too"
                      : fmt::format("name the program that redirects to it, and it is loaded with "
                                    "that: {}",
                                    fmt::join(names, ", ")));
}

Error no_such_program(bpf_object* object, const std::string& path, const std::string& function,
                      const std::vector<std::string>& names) {
    const std::string list = fmt::format("{}", fmt::join(names, ", "));
    for (const bpf_program* const program : programs_of(object)) {
        if (::bpf_program__name(program) != function) continue;
        return input_error(fmt::format("{} of {} is no XDP program for an interface; those are: {}",
                                       described(program), path, list));
    }
    return input_error(fmt::format("{} has no XDP program {}{}; it has: {}", path, function,
                                   did_you_mean(function, names), list));
}

// The interface program of the section that is named, if it is the only one there.
Result<bpf_program*> find_by_section(bpf_object* object, const std::string& path,
                                     const std::string& section) {
    bpf_program* found = nullptr;
    std::vector<std::string> names;
    for (bpf_program* const program : programs_of(object)) {
        if (!is_interface_program(program) || section != ::bpf_program__section_name(program))
            continue;
        found = program;
        names.emplace_back(::bpf_program__name(program));
    }
    if (names.size() < 2) return found;
    return input_error(fmt::format("SEC(\"{}\") of {} has several programs: {}", section, path,
                                   fmt::join(names, ", ")),
                       fmt::format("name one: {}:{}", path, names.front()));
}

// "SEC("xdp/devmap")", if that is what keeps an XDP program from being attached.
std::optional<std::string> redirect_section(bpf_object* object, const std::string& function) {
    for (const bpf_program* const program : programs_of(object)) {
        if (::bpf_program__name(program) != function || !is_xdp(program)) continue;
        return fmt::format("SEC(\"{}\")", ::bpf_program__section_name(program));
    }
    return std::nullopt;
}

}  // namespace

std::vector<bpf_program*> programs_of(bpf_object* object) {
    std::vector<bpf_program*> programs;
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object) programs.push_back(program);
    return programs;
}

Result<bpf_program*> choose_program(bpf_object* object, const std::string& path,
                                    const std::string& function) {
    std::vector<std::string> names;
    bpf_program* chosen = nullptr;
    for (bpf_program* const program : programs_of(object)) {
        if (!is_interface_program(program)) continue;
        const std::string name = ::bpf_program__name(program);
        names.push_back(name);
        if (function.empty() || name == function) chosen = program;
    }
    if (chosen == nullptr) {
        if (const auto section = redirect_section(object, function))
            return only_behind_a_redirect(path, function, *section, names);
    }
    if (chosen == nullptr && !function.empty()) {
        XDPBENCH_TRY(chosen, find_by_section(object, path, function));
    }
    if (chosen == nullptr) chosen = take_named_as_xdp(object, function);
    if (chosen != nullptr && !function.empty()) return chosen;
    if (names.empty()) return no_xdp_program(path, programs_of(object));
    if (chosen == nullptr) return no_such_program(object, path, function, names);
    if (names.size() > 1) {
        return input_error(
            fmt::format("{} has several XDP programs: {}", path, fmt::join(names, ", ")),
            fmt::format("choose one by its name: {}:{}", path, names.front()));
    }
    return chosen;
}

void load_as_called(bpf_program* program, const bpf_program* chosen) {
    if (!is_of_unknown_type(program)) return;
    take_as_xdp(program);
    ::bpf_program__set_autoload(program, true);
    // The kernel wants both to take frames in several buffers, or none. libbpf knows that of the
    // chosen one by its section.
    if (std::string_view(::bpf_program__section_name(chosen)).starts_with("xdp.frags"))
        ::bpf_program__set_flags(program, ::bpf_program__flags(program) | BPF_F_XDP_HAS_FRAGS);
}

void select_for_loading(bpf_object* object, const bpf_program* chosen,
                        const std::vector<std::string>& called) {
    const bool tail_calls = has_map_of(object, {BPF_MAP_TYPE_PROG_ARRAY});
    for (bpf_program* const program : programs_of(object)) {
        const bool companion =
            is_xdp(program) && (tail_calls || runs_behind_a_map(object, program));
        ::bpf_program__set_autoload(program, program == chosen || companion);
        if (std::find(called.begin(), called.end(), ::bpf_program__name(program)) != called.end())
            load_as_called(program, chosen);
    }
}

}  // namespace xdpbench::bpf
