#include "kernel/program.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "base/file.h"
#include "base/text.h"
#include "kernel/btf_value.h"
#include "packet/hex.h"

namespace xdpbench {
namespace {

constexpr std::size_t kVerifierLogBytes = 16U << 20;
constexpr std::size_t kVerifierLinesShown = 12;

// The messages of the libbpf call that is under way on this thread.
thread_local std::string libbpf_log;
bool libbpf_verbose = false;

int keep_message(libbpf_print_level level, const char* format, va_list arguments) {
    if (level == LIBBPF_DEBUG && !libbpf_verbose) return 0;
    std::array<char, 2048> line{};
    const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
    if (libbpf_verbose) fmt::print(stderr, "{}", line.data());
    if (level != LIBBPF_DEBUG) libbpf_log += line.data();
    return length;
}

std::string last_lines(const std::string& text, std::size_t count) {
    std::vector<std::string> lines = split(trim(text), '\n');
    if (lines.size() > count)
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
    return fmt::format("    {}", fmt::join(lines, "\n    "));
}

bool is_per_cpu(const bpf_map* map) {
    const bpf_map_type type = ::bpf_map__type(map);
    return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
           type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

// The kernel rounds every CPU's value up to 8 bytes.
std::size_t per_cpu_stride(const bpf_map* map) { return (::bpf_map__value_size(map) + 7) / 8 * 8; }

std::string map_location(const Location& where) {
    return where.file.empty() ? "" : where.text() + ": ";
}

}  // namespace

void set_up_libbpf(bool verbose) {
    libbpf_verbose = verbose;
    ::libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
    ::libbpf_set_print(keep_message);
}

void Program::Close::operator()(bpf_object* object) const { ::bpf_object__close(object); }

Program::Program(std::filesystem::path path, std::unique_ptr<bpf_object, Close> object,
                 bpf_program* program, std::string function)
    : path_(std::move(path)),
      object_(std::move(object)),
      program_(program),
      function_(std::move(function)) {}

Result<Program> Program::open(const std::filesystem::path& path, const std::string& function) {
    // libbpf reports a missing file and a broken one alike.
    XDPBENCH_TRY(const std::string content, read_file(path));
    if (!content.starts_with("\x7f"
                             "ELF")) {
        return input_error(fmt::format("{} is not an ELF object file", path.string()),
                           "give the file that clang -target bpf -c wrote");
    }
    libbpf_log.clear();
    std::unique_ptr<bpf_object, Close> object(::bpf_object__open_file(path.c_str(), nullptr));
    if (!object) {
        Error error = system_error(fmt::format("libbpf cannot open {}", path.string()), errno,
                                   std::string(trim(libbpf_log)));
        error.kind = ErrorKind::input;
        if (libbpf_log.find("legacy map") != std::string::npos) {
            error.advice =
                "SEC(\"maps\") definitions went away with libbpf 1.0: write them as BTF maps in "
                "SEC(\".maps\")";
        }
        return error;
    }
    std::vector<std::string> names;
    std::vector<std::string> others;
    bpf_program* chosen = nullptr;
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object.get()) {
        const std::string name = ::bpf_program__name(program);
        const bool is_xdp = ::bpf_program__type(program) == BPF_PROG_TYPE_XDP;
        const bool hook = is_xdp && ::bpf_program__expected_attach_type(program) == BPF_XDP;
        (hook ? names : others).push_back(name);
        if (hook && (function.empty() || name == function)) chosen = program;
    }
    const std::string list = fmt::format("{}", fmt::join(names, ", "));
    if (names.empty()) {
        return input_error(
            fmt::format("{} has no XDP program{}", path.string(),
                        others.empty() ? ""
                                       : fmt::format("; its programs are of other types: {}",
                                                     fmt::join(others, ", "))),
            "put the program into SEC(\"xdp\")");
    }
    if (chosen == nullptr) {
        const std::optional<std::string> near = nearest(function, names);
        return input_error(
            fmt::format("{} has no XDP program {}{}; it has: {}", path.string(), function,
                        near ? fmt::format(" (did you mean {}?)", *near) : "", list));
    }
    if (function.empty() && names.size() > 1) {
        return input_error(
            fmt::format("{} has several XDP programs: {}", path.string(), list),
            fmt::format("say which one: --prog {}:{}", path.string(), names.front()));
    }
    // Tail-call targets of the chosen program must be loaded too; programs of other types need not
    // be.
    bpf_object__for_each_program(program, object.get()) {
        if (::bpf_program__type(program) != BPF_PROG_TYPE_XDP)
            ::bpf_program__set_autoload(program, false);
    }
    std::string chosen_name = ::bpf_program__name(chosen);
    return Program(path, std::move(object), chosen, std::move(chosen_name));
}

Result<void> Program::configure(const Configuration& configuration) {
    for (const GlobalSetting& setting : configuration.globals) XDPBENCH_CHECK(set_global(setting));
    for (const MapContent& content : configuration.maps) XDPBENCH_CHECK(encode_map(content));
    return {};
}

Result<void> Program::set_global(const GlobalSetting& setting) {
    const btf* const types = ::bpf_object__btf(object_.get());
    std::vector<std::string> names;
    const std::int32_t count =
        types == nullptr ? 0 : static_cast<std::int32_t>(::btf__type_cnt(types));
    for (std::int32_t id = 1; id < count; ++id) {
        const btf_type* const section = ::btf__type_by_id(types, static_cast<std::uint32_t>(id));
        if (!::btf_is_datasec(section)) continue;
        const std::string section_name = ::btf__name_by_offset(types, section->name_off);
        if (section_name != ".rodata" && section_name != ".data" && section_name != ".bss")
            continue;
        for (unsigned i = 0; i < ::btf_vlen(section); ++i) {
            const btf_var_secinfo& variable = ::btf_var_secinfos(section)[i];
            const btf_type* const type = ::btf__type_by_id(types, variable.type);
            const std::string name = ::btf__name_by_offset(types, type->name_off);
            names.push_back(name);
            if (name != setting.name) continue;
            std::size_t size = 0;
            bpf_map* map = nullptr;
            bpf_map* candidate = nullptr;
            bpf_object__for_each_map(candidate, object_.get()) {
                if (std::string_view(::bpf_map__name(candidate)).ends_with(section_name))
                    map = candidate;
            }
            auto* const memory = map == nullptr ? nullptr
                                                : static_cast<std::uint8_t*>(const_cast<void*>(
                                                      ::bpf_map__initial_value(map, &size)));
            if (memory == nullptr || variable.offset + variable.size > size) {
                return input_error(
                    fmt::format("{}global {} cannot be set: libbpf gives no access to section {}",
                                map_location(setting.value.where), name, section_name));
            }
            Result<void> encoded = encode_value(types, type->type, setting.value,
                                                {memory + variable.offset, variable.size});
            if (!encoded) return encoded.error().in("global " + name);
            return {};
        }
    }
    const std::optional<std::string> near = nearest(setting.name, names);
    return input_error(
        fmt::format("{}{} has no global {}{}; it has: {}", map_location(setting.value.where),
                    path_.filename().string(), setting.name,
                    near ? fmt::format(" (did you mean {}?)", *near) : "",
                    names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

bpf_map* Program::find_map(const std::string& name) const {
    return ::bpf_object__find_map_by_name(object_.get(), name.c_str());
}

Result<bpf_map*> Program::require_map(const std::string& name, const Location& where) const {
    if (bpf_map* const map = find_map(name)) return map;
    std::vector<std::string> names;
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object_.get()) {
        if (!::bpf_map__is_internal(map)) names.emplace_back(::bpf_map__name(map));
    }
    const std::optional<std::string> near = nearest(name, names);
    return input_error(fmt::format(
        "{}{} has no map {}{}; it has: {}", map_location(where), path_.filename().string(), name,
        near ? fmt::format(" (did you mean {}?)", *near) : "",
        names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

Result<std::vector<std::uint8_t>> Program::encode(bpf_map* map, bool key,
                                                  const Value& value) const {
    const btf* const types = ::bpf_object__btf(object_.get());
    const std::uint32_t type =
        key ? ::bpf_map__btf_key_type_id(map) : ::bpf_map__btf_value_type_id(map);
    std::vector<std::uint8_t> bytes(key ? ::bpf_map__key_size(map) : ::bpf_map__value_size(map));
    XDPBENCH_CHECK(type == 0 || types == nullptr ? encode_untyped(value, bytes)
                                                 : encode_value(types, type, value, bytes));
    return bytes;
}

Result<void> Program::encode_map(const MapContent& content) {
    XDPBENCH_TRY(bpf_map* const map, require_map(content.map, content.where));
    for (const MapEntry& entry : content.entries) {
        const std::string what = fmt::format("map {}", content.map);
        Result<std::vector<std::uint8_t>> key = encode(map, true, entry.key);
        if (!key) return key.error().in(what + ", key");
        if (!entry.value)
            return input_error(fmt::format("{}map {}: an entry to set needs a value",
                                           map_location(content.where), content.map));
        Result<std::vector<std::uint8_t>> value = encode(map, false, *entry.value);
        if (!value) return value.error().in(what + ", value");
        entries_.push_back(
            {content.map, std::move(*key), std::move(*value), map_location(entry.key.where)});
    }
    return {};
}

Result<void> Program::load(std::optional<unsigned> offload_ifindex) {
    const auto start = std::chrono::steady_clock::now();
    if (offload_ifindex) {
        bpf_map* map = nullptr;
        bpf_object__for_each_map(map, object_.get())::bpf_map__set_ifindex(map, *offload_ifindex);
        ::bpf_program__set_ifindex(program_, *offload_ifindex);
    }
    libbpf_log.clear();
    if (const int error = ::bpf_object__load(object_.get()); error != 0)
        return load_error(error, libbpf_log);
    load_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (const EncodedEntry& entry : entries_) XDPBENCH_CHECK(write_entry(entry));
    return {};
}

Error Program::load_error(int number, const std::string& log) const {
    const std::string name = fmt::format("cannot load {} of {}", function_, path_.string());
    constexpr std::string_view kBegin = "-- BEGIN PROG LOAD LOG --";
    const std::size_t begin = log.find(kBegin);
    if (begin != std::string::npos) {
        const std::size_t start = begin + kBegin.size();
        const std::string verifier =
            log.substr(start, log.find("-- END PROG LOAD LOG --", start) - start);
        Error error =
            input_error(fmt::format("{}: the verifier refuses it: {}\n{}", name,
                                    errno_text(-number), last_lines(verifier, kVerifierLinesShown)),
                        "run with -v for the whole log");
        return error;
    }
    Error error = system_error(name, number, std::string(trim(log)));
    if (number == -EPERM) {
        error.kind = ErrorKind::unavailable;
        error.advice =
            "run as root (sudo), or give the process CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON";
    }
    return error;
}

Result<void> Program::write_entry(const EncodedEntry& entry) const {
    bpf_map* const map = find_map(entry.map);
    std::vector<std::uint8_t> value = entry.value;
    if (is_per_cpu(map)) {
        const std::size_t stride = per_cpu_stride(map);
        const auto cpus = static_cast<std::size_t>(::libbpf_num_possible_cpus());
        value.assign(stride * cpus, 0);
        for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
            std::copy(entry.value.begin(), entry.value.end(),
                      value.begin() + static_cast<std::ptrdiff_t>(cpu * stride));
        }
    }
    if (::bpf_map_update_elem(::bpf_map__fd(map), entry.key.data(), value.data(), BPF_ANY) != 0) {
        const int number = errno;
        std::string cause;
        if (number == E2BIG)
            cause = fmt::format("the key is beyond the map's {}, or the map is full",
                                counted(::bpf_map__max_entries(map), "entry"));
        return system_error(fmt::format("{}cannot set an entry of map {} (key hex:{})", entry.where,
                                        entry.map, to_hex(entry.key)),
                            number, std::move(cause));
    }
    return {};
}

int Program::fd() const { return ::bpf_program__fd(program_); }

Result<ProgramInfo> Program::info() const {
    bpf_prog_info raw = {};
    std::uint32_t size = sizeof(raw);
    if (::bpf_obj_get_info_by_fd(fd(), &raw, &size) != 0) {
        return system_error(fmt::format("cannot read the kernel's information on {}", function_),
                            errno);
    }
    ProgramInfo info;
    info.id = raw.id;
    info.name = function_;
    info.tag = to_hex(raw.tag);
    info.jited_bytes = raw.jited_prog_len;
    info.xlated_bytes = raw.xlated_prog_len;
    info.verified_insns = raw.verified_insns;
    info.load_seconds = load_seconds_;
    return info;
}

Result<std::vector<std::string>> Program::compare_maps(
    const std::vector<MapContent>& expected) const {
    std::vector<std::string> lines;
    for (const MapContent& content : expected) {
        XDPBENCH_TRY(bpf_map* const map, require_map(content.map, content.where));
        for (const MapEntry& entry : content.entries)
            XDPBENCH_CHECK(compare_entry(map, entry, lines));
    }
    return lines;
}

Result<void> Program::compare_entry(bpf_map* map, const MapEntry& entry,
                                    std::vector<std::string>& lines) const {
    const std::string name = ::bpf_map__name(map);
    const btf* const types = ::bpf_object__btf(object_.get());
    const std::uint32_t type = ::bpf_map__btf_value_type_id(map);
    XDPBENCH_TRY(const std::vector<std::uint8_t> key, encode(map, true, entry.key));
    const std::string key_text =
        entry.key.scalar() != nullptr ? *entry.key.scalar() : "hex:" + to_hex(key);
    const std::size_t stride = per_cpu_stride(map);
    const std::size_t copies =
        is_per_cpu(map) ? static_cast<std::size_t>(::libbpf_num_possible_cpus()) : 1;
    std::vector<std::uint8_t> memory(copies * stride);
    const bool found = ::bpf_map_lookup_elem(::bpf_map__fd(map), key.data(), memory.data()) == 0;
    if (!found && errno != ENOENT)
        return system_error(fmt::format("cannot read map {}", name), errno);
    if (found == entry.absent) {
        lines.push_back(fmt::format("map {}[{}]: expected {}, but there is {}", name, key_text,
                                    entry.absent ? "no such entry" : "an entry",
                                    found ? "one" : "none"));
    }
    if (!found || entry.absent) return {};

    std::vector<std::uint8_t> value(memory.begin(), memory.begin() + ::bpf_map__value_size(map));
    if (entry.sum_cpus.has_value() != is_per_cpu(map)) {
        return input_error(fmt::format(
            "{}map {} is {}per-CPU: write {}", map_location(entry.key.where), name,
            is_per_cpu(map) ? "" : "not ",
            is_per_cpu(map) ? "sum_cpus instead of value" : "value instead of sum_cpus"));
    }
    for (std::size_t cpu = 1; cpu < copies; ++cpu) {
        const std::span<const std::uint8_t> from(memory.data() + cpu * stride, value.size());
        if (type != 0 && types != nullptr) add_values(types, type, from, value);
    }
    const Value& wanted = entry.sum_cpus ? *entry.sum_cpus : *entry.value;
    XDPBENCH_TRY(const std::vector<ValueDifference> differences,
                 type == 0 || types == nullptr ? compare_untyped(wanted, value)
                                               : compare_value(types, type, wanted, value));
    for (const ValueDifference& difference : differences) {
        const std::string path = difference.path.empty() ? "" : "." + difference.path;
        lines.push_back(fmt::format("map {}[{}]{}: expected {}, got {}", name, key_text, path,
                                    difference.expected, difference.actual));
    }
    return {};
}

}  // namespace xdpbench
