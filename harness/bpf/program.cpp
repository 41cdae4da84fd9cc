#include "bpf/program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

#include "base/file.h"
#include "base/print.h"
#include "base/text.h"
#include "bpf/bpf_options.h"
#include "bpf/choose_program.h"
#include "bpf/device_bound.h"
#include "bpf/inner_map.h"
#include "bpf/load_errors.h"
#include "bpf/map_entries.h"
#include "bpf/map_state.h"
#include "bpf/outside_functions.h"
#include "bpf/trial_open.h"
#include "bpf/value_text.h"
#include "bpf/whole_object.h"
#include "packet/hex.h"
#include "scenario/diagnostic.h"
#include "xdp_counters.h"

namespace xdpbench::bpf {
namespace {

// The messages of the libbpf call that is under way on this thread.
thread_local std::string libbpf_log;
bool libbpf_verbose = false;

// The whole message, of any length: a verifier's log comes as one.
std::string formatted(const char* format, va_list arguments) {
    char* text = nullptr;
    const int length = ::vasprintf(&text, format, arguments);
    if (length < 0) return {};
    const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
    return {text, static_cast<std::size_t>(length)};
}

int keep_message(libbpf_print_level level, const char* format, va_list arguments) {
    if (level == LIBBPF_DEBUG && !libbpf_verbose) return 0;
    const std::string text = formatted(format, arguments);
    if (libbpf_verbose) print(stderr, "{}", text);
    if (level != LIBBPF_DEBUG) libbpf_log += text;
    return static_cast<int>(text.size());
}

// The definition of an event map may say with __type(value, ...) what records it takes. The kernel
// wants to know of no value there, or of a perf buffer's own, a descriptor. Returns the types,
// which libbpf forgets at load.
std::map<std::string, std::uint32_t> take_record_types(const bpf_object* object) {
    std::map<std::string, std::uint32_t> types;
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) {
        const bpf_map_type kind = ::bpf_map__type(map);
        if (kind != BPF_MAP_TYPE_RINGBUF && kind != BPF_MAP_TYPE_PERF_EVENT_ARRAY) continue;
        types[::bpf_map__name(map)] = ::bpf_map__btf_value_type_id(map);
        ::bpf_map__set_value_size(map, kind == BPF_MAP_TYPE_RINGBUF ? 0 : sizeof(int));
    }
    return types;
}

// Without the wish of some maps to be pinned where everybody finds and shares them.
void keep_private(bpf_object* object) {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) {
        if (::bpf_map__pin_path(map) != nullptr) ::bpf_map__set_pin_path(map, nullptr);
    }
}

// Maps of kernel operations are no part of an XDP program. libbpf looks their types up among those
// of the kernel before it asks whether they are wanted, and 1.1 does so without having these: so it
// must not take them for what they are.
void leave_out_struct_ops(bpf_object* object) {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) {
        if (::bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS) continue;
        ::bpf_map__set_type(map, BPF_MAP_TYPE_ARRAY);
        ::bpf_map__set_autocreate(map, false);
    }
}

// The kernel takes no other names than those of C. One with a line feed would be printed as several
// lines.
Result<void> require_plain_names(const std::string& path, const bpf_object* object) {
    const auto require = [&](const char* kind, std::string_view name) -> Result<void> {
        const bool plain = std::none_of(name.begin(), name.end(), [](unsigned char letter) {
            return std::iscntrl(letter) != 0;
        });
        if (plain) return {};
        return input_error(fmt::format("{} has a {} whose name has control characters: {}", path,
                                       kind, scenario::in_quotes(name)),
                           "give the file that clang -target bpf -c wrote");
    };
    for (bpf_program* one = nullptr; (one = ::bpf_object__next_program(object, one)) != nullptr;) {
        XDPBENCH_CHECK(require("program", ::bpf_program__name(one)));
        XDPBENCH_CHECK(require("section", ::bpf_program__section_name(one)));
    }
    for (bpf_map* map = nullptr; (map = ::bpf_object__next_map(object, map)) != nullptr;)
        XDPBENCH_CHECK(require("map", ::bpf_map__name(map)));
    return {};
}

}  // namespace

void set_up_libbpf(bool verbose) {
    libbpf_verbose = verbose;
    ::libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
    ::libbpf_set_print(keep_message);
}

void Program::Close::operator()(bpf_object* object) const { ::bpf_object__close(object); }

Program::Program(std::filesystem::path path, std::unique_ptr<bpf_object, Close> object,
                 bpf_program* program)
    : path_(std::move(path)),
      object_(std::move(object)),
      program_(program),
      function_(::bpf_program__name(program)) {}

Program::Program(std::shared_ptr<const ExistingProgram> existing)
    : path_(existing->origin()), existing_(std::move(existing)), function_(existing_->name()) {}

Result<Program> Program::use(std::shared_ptr<const ExistingProgram> existing, StateAccess access) {
    Program program(std::move(existing));
    program.access_ = std::move(access);
    return program;
}

Result<void> Program::require_own_maps(const std::string& to_do) const {
    if (!is_shared() || access_.allowed) return {};
    return input_error(
        fmt::format("cannot {}: the maps of {} are not the tool's own", to_do, path_.string()),
        "--allow-state-changes lets the tool write to them; --restore-state puts them back "
        "afterwards");
}

Result<void> Program::load_existing() {
    if (access_.saved) XDPBENCH_CHECK(access_.saved->restore());
    XDPBENCH_CHECK(write_entries());
    const std::optional<TypedMap> counters = find_map(XDP_COUNTERS_MAP);
    if (!counters) return {};
    return for_each_entry(*counters, [this](ByteView key, ByteView value) -> Result<void> {
        if (key.size() == sizeof(std::uint32_t))
            counters_before_[static_cast<std::uint32_t>(bpf::load(key, false))] = {value.begin(),
                                                                                   value.end()};
        return {};
    });
}

Result<Program> Program::open(const std::filesystem::path& object, const std::string& function,
                              PinnedMaps pins) {
    const std::string name = object.string();
    // libbpf reports a missing file and a broken one alike.
    XDPBENCH_TRY(const std::string content, read_file(object));
    if (!content.starts_with("\x7f"
                             "ELF")) {
        return input_error(fmt::format("{} is not an ELF object file", name),
                           "give the file that clang -target bpf -c wrote");
    }
    XDPBENCH_CHECK(require_whole(name, content));
    XDPBENCH_CHECK(require_harmless(object, content));
    libbpf_log.clear();
    std::unique_ptr<bpf_object, Close> opened(::bpf_object__open_file(name.c_str(), nullptr));
    if (!opened) return open_error(name, errno, libbpf_log);
    return choose(object, std::move(opened), function, pins, functions_in_maps(content));
}

Result<Program> Program::open_built_in(const std::string& name,
                                       std::span<const std::uint8_t> object,
                                       const std::string& function) {
    libbpf_log.clear();
    auto options = bpf_options<bpf_object_open_opts>();
    options.object_name = name.c_str();
    std::unique_ptr<bpf_object, Close> opened(
        ::bpf_object__open_mem(object.data(), object.size(), &options));
    if (!opened) return open_error(name, errno, libbpf_log);
    return choose(name, std::move(opened), function, PinnedMaps::kept_private, {});
}

Result<Program> Program::choose(const std::filesystem::path& path,
                                std::unique_ptr<bpf_object, Close> opened,
                                const std::string& function, PinnedMaps pins,
                                const std::vector<std::string>& in_maps) {
    XDPBENCH_CHECK(require_plain_names(path.string(), opened.get()));
    XDPBENCH_TRY(bpf_program* const chosen, choose_program(opened.get(), path.string(), function));
    select_for_loading(opened.get(), chosen, in_maps);
    leave_out_struct_ops(opened.get());
    if (pins == PinnedMaps::kept_private) keep_private(opened.get());
    Program program(path, std::move(opened), chosen);
    program.record_types_ = take_record_types(program.object_.get());
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, program.object_.get()) {
        program.definitions_.insert_or_assign(::bpf_map__name(map),
                                              typed_map(program.object_.get(), map));
        if (std::optional<TypedMap> inner = inner_definition(program.object_.get(), map))
            program.inner_definitions_.insert_or_assign(::bpf_map__name(map), *std::move(inner));
    }
    return program;
}

void Program::allow_frags() {
    if (existing_) return;
    ::bpf_program__set_flags(program_, ::bpf_program__flags(program_) | BPF_F_XDP_HAS_FRAGS);
}

void Program::bind_to_device(unsigned ifindex) {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object_.get())::bpf_map__set_ifindex(map, ifindex);
    for (bpf_program* const program : programs_of(object_.get()))
        ::bpf_program__set_ifindex(program, ifindex);
}

Result<void> Program::load(std::optional<unsigned> offload_ifindex) {
    if (existing_ && offload_ifindex) {
        return unavailable_error(fmt::format("{} cannot be loaded into a device", path_.string()),
                                 "it is loaded already, and not for that device",
                                 "give its object file");
    }
    if (existing_) return load_existing();
    const auto start = std::chrono::steady_clock::now();
    if (offload_ifindex) bind_to_device(*offload_ifindex);
    libbpf_log.clear();
    if (const int error = ::bpf_object__load(object_.get()); error != 0) {
        // bpf_prog_dev_bound_init (kernel/bpf/offload.c)
        if (error == -EOPNOTSUPP && (::bpf_program__flags(program_) & kDeviceBoundOnly) != 0)
            return unavailable_error(
                fmt::format("{} reads rx metadata of a device, and this one has none: {}",
                            function(), errno_text(EOPNOTSUPP)),
                "its driver has no native XDP");
        const bool offload = offload_ifindex.has_value();
        return load_error({function_, path_.string(), declared_maps(), offload,
                           offload ? offload_obstacles({}) : std::vector<std::string>{}},
                          error, libbpf_log);
    }
    load_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return write_entries();
}

Result<VerifierCost> Program::load_for_cost() {
    if (existing_) {
        // Verified long ago: the kernel remembers only this.
        XDPBENCH_TRY(const ProgramInfo known, info());
        VerifierCost cost;
        if (known.verified_insns != 0) cost.processed_insns = known.verified_insns;
        return cost;
    }
    constexpr unsigned kStatistics = 4;             // BPF_LOG_STATS of the kernel
    constexpr std::size_t kStatisticsBytes = 4096;  // three lines; a stack of each of 256 functions
    std::string log(kStatisticsBytes, '\0');
    ::bpf_program__set_log_level(program_, kStatistics);
    ::bpf_program__set_log_buf(program_, log.data(), log.size());
    const Result<void> loaded = load();
    ::bpf_program__set_log_buf(program_, nullptr, 0);
    if (!loaded) return loaded.error();
    return parse_verifier_cost(log.c_str());
}

std::vector<TypedMap> Program::maps() const {
    if (existing_) return existing_->maps();
    std::vector<TypedMap> maps;
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object_.get()) {
        TypedMap& now = maps.emplace_back(typed_map(object_.get(), map));
        const auto declared = definitions_.find(now.name);
        if (declared == definitions_.end()) continue;
        now.key.types = declared->second.key.types;
        now.key.id = declared->second.key.id;
        now.value.types = declared->second.value.types;
        now.value.id = declared->second.value.id;
    }
    return maps;
}

std::vector<TypedMap> Program::declared_maps() const {
    std::vector<TypedMap> wanted = maps();
    for (TypedMap& map : wanted) {
        const auto declared = definitions_.find(map.name);
        if (declared != definitions_.end())
            map.max_entries = std::max(map.max_entries, declared->second.max_entries);
    }
    return wanted;
}

std::optional<TypedMap> Program::find_map(const std::string& name) const {
    for (TypedMap& map : maps()) {
        if (map.name == name || map.section == name) return std::move(map);
    }
    return std::nullopt;
}

bpf_map* Program::definition_of(const std::string& map) const {
    return existing_ ? nullptr : ::bpf_object__find_map_by_name(object_.get(), map.c_str());
}

const btf* Program::types() const {
    return existing_ ? existing_->types() : ::bpf_object__btf(object_.get());
}

std::uint32_t Program::record_type(const std::string& map) const {
    const auto found = record_types_.find(map);
    return found == record_types_.end() ? 0 : found->second;
}

int Program::fd() const { return existing_ ? existing_->fd() : ::bpf_program__fd(program_); }

bool Program::has_frags() const {
    if (existing_) return existing_->has_frags();
    // libbpf sets the flag by the section's name, but only while it loads.
    return std::string_view(::bpf_program__section_name(program_)).starts_with("xdp.frags");
}

Result<ProgramInfo> Program::info() const {
    bpf_prog_info raw = {};
    std::uint32_t size = sizeof(raw);
    if (::bpf_obj_get_info_by_fd(existing_ ? existing_->own_fd() : fd(), &raw, &size) != 0) {
        return system_error(fmt::format("cannot read the kernel's information on {}", function_),
                            errno);
    }
    ProgramInfo info;
    info.id = raw.id;
    info.name = function_;
    info.tag = packet::to_hex(raw.tag);
    info.jited_bytes = raw.jited_prog_len;
    info.xlated_bytes = raw.xlated_prog_len;
    info.verified_insns = raw.verified_insns;
    info.device = raw.ifindex;
    info.load_seconds = load_seconds_;
    return info;
}

}  // namespace xdpbench::bpf
