#include "bpf/load_errors.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "bpf/refusal.h"
#include "bpf/verifier_log.h"

namespace xdpbench::bpf {
namespace {

constexpr std::size_t kVerifierLinesShown = 12;

std::string last_lines(std::string_view text, std::size_t count) {
    std::vector<std::string> lines = split(trim(text), '\n');
    if (lines.size() > count)
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
    return fmt::format("    {}", fmt::join(lines, "\n    "));
}

// What the verifier said of one program.
struct Rejection {
    std::string program;
    std::string log;
};

// From libbpf's message "libbpf: prog 'NAME': -- BEGIN PROG LOAD LOG --\n...-- END PROG LOAD LOG
// --".
std::optional<Rejection> find_rejection(const std::string& messages) {
    constexpr std::string_view kName = "prog '";
    constexpr std::string_view kBegin = "': -- BEGIN PROG LOAD LOG --";
    constexpr std::string_view kEnd = "-- END PROG LOAD LOG --";
    const std::size_t begin = messages.find(kBegin);
    if (begin == std::string::npos) return std::nullopt;
    const std::size_t quoted = messages.rfind(kName, begin);
    if (quoted == std::string::npos) return std::nullopt;
    const std::size_t name = quoted + kName.size();
    const std::size_t log = begin + kBegin.size();
    return Rejection{messages.substr(name, begin - name),
                     messages.substr(log, messages.find(kEnd, log) - log)};
}

// Where the verifier gave up; empty if its log does not say.
std::string place_of(const std::string& log) {
    const std::optional<RejectedInstruction> place = find_rejected_instruction(log);
    if (!place) return {};
    if (place->source.empty())
        return fmt::format(
            "  instruction  {}\n  source line  unknown: the object has no line information (clang "
            "-g)\n  end of the log\n",
            place->instruction);
    return fmt::format("  instruction  {}\n  source line  {}\n  end of the log\n",
                       place->instruction, place->source);
}

// Whether the kernel creates no map of this kind without a size.
bool needs_size(const TypedMap& map) {
    switch (map.kind) {
        case BPF_MAP_TYPE_STRUCT_OPS:
        case BPF_MAP_TYPE_SK_STORAGE:
        case BPF_MAP_TYPE_INODE_STORAGE:
        case BPF_MAP_TYPE_TASK_STORAGE:
        case BPF_MAP_TYPE_CGROUP_STORAGE:
        case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
            return false;
        default:
            return map.section.empty();
    }
}

// A size that the kernel takes: a CPUMAP has no more entries than there may be CPUs.
std::string size_option(const TypedMap& map) {
    const int cpus = map.kind == BPF_MAP_TYPE_CPUMAP ? ::libbpf_num_possible_cpus() : 0;
    return fmt::format("--set {}.max_entries={}", map.name, cpus > 0 ? cpus : 1024);
}

// The maps whose size the object leaves to its loader; nothing if there are none.
std::optional<Error> find_unsized(const std::string& operation, const std::vector<TypedMap>& maps) {
    std::vector<std::string> names;
    std::vector<std::string> options;
    for (const TypedMap& map : maps) {
        if (map.max_entries != 0 || !needs_size(map)) continue;
        names.push_back(map.name);
        options.push_back(size_option(map));
    }
    if (names.empty()) return std::nullopt;
    const bool one = names.size() == 1;
    return input_error(
        fmt::format("{}: {} {} {} no size, which the object leaves to its loader", operation,
                    one ? "map" : "the maps", fmt::join(names, ", "), one ? "has" : "have"),
        fmt::format("say how many entries {} room for: {}", one ? "it has" : "each has",
                    fmt::join(options, " ")));
}

// What is between `begin` and `end`; empty if they are not there.
std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
    const std::size_t start = text.find(begin);
    if (start == std::string_view::npos) return {};
    const std::string_view rest = text.substr(start + begin.size());
    const std::size_t length = rest.find(end);
    return length == std::string_view::npos ? std::string_view{} : rest.substr(0, length);
}

// What the program refers to and this kernel does not have, as an error; nothing if that is not
// why.
std::optional<Error> find_lacking(const std::string& operation, const std::string& log) {
    constexpr const char* kOptional =
        "run it on a kernel that has it, or declare it __weak and do without it";
    for (const std::string_view kind : {"func", "var"}) {
        const std::string_view name =
            between(log, fmt::format("extern ({} ksym) '", kind), "': not found in kernel");
        if (name.empty()) continue;
        return unavailable_error(fmt::format("{}: this kernel has no {} {}, which the program {}",
                                             operation, kind == "func" ? "function" : "variable",
                                             name, kind == "func" ? "calls" : "reads"),
                                 "it is part of other kernels, or of a module that is not loaded",
                                 kOptional);
    }
    const std::string_view name = between(log, "extern '", "' (strong): not resolved");
    if (!name.empty())
        return unavailable_error(
            fmt::format("{}: this kernel has no {}, which the program reads", operation, name),
            name.substr(0, 7) == "CONFIG_" ? "it was built without this option" : "", kOptional);
    const std::string_view part = between(log, "failed to resolve CO-RE relocation <", "(");
    if (part.empty()) return std::nullopt;
    const std::size_t type = part.find("] ");
    return unavailable_error(
        fmt::format("{}: this kernel has no {}, which the program reads", operation,
                    trim(type == std::string_view::npos ? part : part.substr(type + 2))),
        "the type or its member has another name or another form in this kernel",
        "ask for it with bpf_core_field_exists() or bpf_core_type_exists() first");
}

// A map that the kernel does not create.
std::optional<Error> find_uncreated(const std::string& operation, const NotLoaded& program,
                                    int number, const std::string& log) {
    const std::string name = refused_map(log);
    const auto map = std::find_if(program.maps.begin(), program.maps.end(),
                                  [&](const TypedMap& one) { return one.name == name; });
    if (name.empty() || map == program.maps.end()) return std::nullopt;
    const auto kind = static_cast<bpf_map_type>(map->kind);
    const char* const known = ::libbpf_bpf_map_type_str(kind);
    const std::string type = known == nullptr ? fmt::format("type {}", map->kind) : known;
    Error error =
        access_error(fmt::format("{}: the kernel does not create map {} ({}, {}, keys of "
                                 "{}, values of {})",
                                 operation, name, type, counted(map->max_entries, "entry"),
                                 counted(map->key.size, "byte"), counted(map->value.size, "byte")),
                     -number);
    const std::string smaller =
        fmt::format("make it smaller: {}, or in the object", size_option(*map));
    switch (number) {
        case -ENOMEM:
            error.cause = "it does not fit into the memory that is free";
            error.advice = smaller;
            break;
        case -E2BIG:
            error.cause = "it is larger than the kernel allows";
            error.advice = smaller;
            break;
        case -EINVAL:
            if (known == nullptr || ::libbpf_probe_bpf_map_type(kind, nullptr) == 0) {
                error.kind = ErrorKind::unavailable;
                error.cause = "this kernel has no maps of this type";
                break;
            }
            if (kind == BPF_MAP_TYPE_LPM_TRIE && (map->flags & BPF_F_NO_PREALLOC) == 0) {
                error.cause = "an LPM trie needs the flag BPF_F_NO_PREALLOC, which it lacks";
                error.advice = "add to its definition: __uint(map_flags, BPF_F_NO_PREALLOC);";
                break;
            }
            error.cause = "a map of this type has other sizes or flags";
            error.advice = "see its definition in the object";
            break;
        default:
            break;
    }
    return error;
}

// libbpf's messages without its name, what it tries next, and what the kernel says of BTF that it
// can do without.
std::string said_by(const std::string& log) {
    constexpr std::string_view kLibbpf = "libbpf: ";
    std::vector<std::string> lines;
    for (const std::string& line : split(trim(log), '\n')) {
        if (line.rfind(kLibbpf, 0) != 0) continue;
        const auto has = [&](std::string_view text) {
            return line.find(text) != std::string::npos;
        };
        if (has("failed to load object") || has("BTF LOAD LOG") || has("BTF loading error") ||
            has("BTF is optional") || has("Retrying without BTF"))
            continue;
        lines.push_back(line.substr(kLibbpf.size()));
    }
    return fmt::format("{}", fmt::join(lines, "; "));
}

// What is known of the program says more than an errno does.
Error device_refusal(const NotLoaded& program, Error error, int number, const std::string& log) {
    error = offload_refusal(std::move(error), number, log);
    if (!program.obstacles.empty()) {
        error.cause += fmt::format("{}{}", error.cause.empty() ? "" : "; ",
                                   fmt::join(program.obstacles, "; "));
    }
    return error;
}

}  // namespace

Error open_error(const std::string& path, int number, const std::string& log) {
    Error error = access_error(fmt::format("libbpf cannot open {}", path), number, {});
    error.cause = trim(log);
    if (number == LIBBPF_ERRNO__FORMAT || number == LIBBPF_ERRNO__LIBELF) {
        error.what = fmt::format("libbpf cannot open {}: BPF object format invalid", path);
        error.cause = fmt::format(
            "it was not compiled for BPF, or the file is damaged or incomplete ({})", error.cause);
        error.advice = "give the file that clang -target bpf -c wrote";
    } else if (log.find("legacy map") != std::string::npos) {
        error.advice = fmt::format(
            "libbpf 1.0 dropped struct bpf_map_def in SEC(\"maps\") (this is libbpf {}.{}); write "
            "each map as\n"
            "            struct {{\n"
            "                __uint(type, BPF_MAP_TYPE_HASH);\n"
            "                __uint(max_entries, 1024);\n"
            "                __type(key, __u32);\n"
            "                __type(value, __u64);\n"
            "            }} name SEC(\".maps\");\n"
            "          and compile with clang -g",
            ::libbpf_major_version(), ::libbpf_minor_version());
    } else if (log.find("BTF is required") != std::string::npos) {
        error.advice = "compile it with clang -g, and do not strip BTF: its maps need it";
    }
    return error;
}

Error load_error(const NotLoaded& program, int number, const std::string& log) {
    const std::string operation =
        fmt::format("cannot load {} of {}", program.function, program.object);
    if (const auto lacking = find_lacking(operation, log)) return *lacking;
    const std::optional<Rejection> rejection = find_rejection(log);
    if (rejection && is_rejection(number)) {
        Error error = input_error(fmt::format(
            "{}: the verifier rejects {}: {}\n{}{}", operation,
            rejection->program == program.function ? "it" : rejection->program, errno_text(-number),
            place_of(rejection->log), last_lines(rejection->log, kVerifierLinesShown)));
        error.log_name = rejection->program + "-verifier";
        error.log = std::string(trim(rejection->log)) + "\n";
        return program.offload ? device_refusal(program, std::move(error), number, log) : error;
    }
    if (const auto unsized = find_unsized(operation, program.maps)) return *unsized;
    if (number != -EPERM && !program.offload) {
        if (const auto uncreated = find_uncreated(operation, program, number, log))
            return *uncreated;
    }
    Error error = system_error(operation, number, said_by(log));
    if (number == -EMFILE) error.advice = "raise the limit of open files: ulimit -n";
    if (number == -EPERM) {
        error.kind = ErrorKind::unavailable;
        error.advice =
            "run as root (sudo), or give the process CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON";
    } else if (program.offload) {
        error = device_refusal(program, std::move(error), number, log);
    }
    return error;
}

}  // namespace xdpbench::bpf
