#include "bpf/load_errors.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

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

// A map that the kernel does not create as it is: one without a size, of a kind that needs one.
std::optional<std::string> find_unsized(const std::vector<TypedMap>& maps) {
    for (const TypedMap& map : maps) {
        if (map.max_entries != 0 || !map.section.empty()) continue;
        switch (map.kind) {
            case BPF_MAP_TYPE_STRUCT_OPS:
            case BPF_MAP_TYPE_SK_STORAGE:
            case BPF_MAP_TYPE_INODE_STORAGE:
            case BPF_MAP_TYPE_TASK_STORAGE:
            case BPF_MAP_TYPE_CGROUP_STORAGE:
            case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
                continue;
            default:
                return map.name;
        }
    }
    return std::nullopt;
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
    if (const std::optional<std::string> map = find_unsized(program.maps)) {
        return input_error(
            fmt::format("{}: map {} has no size, which the object leaves to its loader", operation,
                        *map),
            fmt::format("say how many entries it has room for: --set {}.max_entries=1024", *map));
    }
    Error error = system_error(operation, number, std::string(trim(log)));
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
