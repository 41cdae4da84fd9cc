// The part of Program that sets its global variables and its maps before it runs, and looks at the
// maps afterwards.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "base/text.h"
#include "kernel/btf_value.h"
#include "kernel/cpus.h"
#include "kernel/program.h"
#include "packet/hex.h"

namespace xdpbench {
namespace {

using Bytes = std::vector<std::uint8_t>;

bool is_per_cpu(const bpf_map* map) {
    const bpf_map_type type = ::bpf_map__type(map);
    return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
           type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

// The kernel rounds every CPU's value up to 8 bytes.
std::size_t per_cpu_stride(const bpf_map* map) {
    return (std::size_t{::bpf_map__value_size(map)} + 7) / 8 * 8;
}

std::string prefix(const Location& where) { return where.file.empty() ? "" : where.text() + ": "; }

// " (did you mean NAME?); it has: ..."
std::string what_there_is(const std::string& typed, const std::vector<std::string>& names) {
    const std::optional<std::string> near = nearest(typed, names);
    return fmt::format("{}; it has: {}", near ? fmt::format(" (did you mean {}?)", *near) : "",
                       names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")));
}

// A global variable: where it is and what type it has.
struct Global {
    std::string name;
    std::string section;  // ".rodata"
    std::uint32_t type = 0;
    std::size_t offset = 0;  // in the section
    std::size_t size = 0;
};

bool is_data_section(std::string_view name) {
    for (const std::string_view known : {".rodata", ".data", ".bss"}) {
        if (name == known || (name.starts_with(known) && name[known.size()] == '.')) return true;
    }
    return false;
}

std::vector<Global> globals_of(const btf* types) {
    std::vector<Global> globals;
    const std::uint32_t count = types == nullptr ? 0 : ::btf__type_cnt(types);
    for (std::uint32_t id = 1; id < count; ++id) {
        const btf_type* const section = ::btf__type_by_id(types, id);
        if (!::btf_is_datasec(section)) continue;
        const std::string name = ::btf__name_by_offset(types, section->name_off);
        if (!is_data_section(name)) continue;
        for (unsigned i = 0; i < ::btf_vlen(section); ++i) {
            const btf_var_secinfo& place = ::btf_var_secinfos(section)[i];
            const btf_type* const variable = ::btf__type_by_id(types, place.type);
            if (variable == nullptr || !::btf_is_var(variable)) continue;
            globals.push_back({::btf__name_by_offset(types, variable->name_off), name,
                               variable->type, place.offset, place.size});
        }
    }
    return globals;
}

// What a section holds before the object is loaded; empty if libbpf gives no access. Its map is
// named after the section, behind the object's own name except for sections of the user's.
std::span<std::uint8_t> section_memory(const bpf_object* object, const std::string& section) {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object) {
        if (!::bpf_map__is_internal(map) ||
            !std::string_view(::bpf_map__name(map)).ends_with(section))
            continue;
        std::size_t size = 0;
        // libbpf gives the memory as constant only to callers who load later, which is checked.
        auto* const memory = const_cast<void*>(::bpf_map__initial_value(map, &size));
        if (memory != nullptr) return {static_cast<std::uint8_t*>(memory), size};
    }
    return {};
}

// The type of a map's keys or values.
struct MapType {
    const btf* types = nullptr;
    std::uint32_t id = 0;
    std::size_t size = 0;

    [[nodiscard]] bool typed() const { return id != 0 && types != nullptr; }
};

MapType key_type(const bpf_object* object, const bpf_map* map) {
    return {::bpf_object__btf(object), ::bpf_map__btf_key_type_id(map), ::bpf_map__key_size(map)};
}

MapType value_type(const bpf_object* object, const bpf_map* map) {
    return {::bpf_object__btf(object), ::bpf_map__btf_value_type_id(map),
            ::bpf_map__value_size(map)};
}

Result<Bytes> encode(const MapType& type, const Value& value) {
    Bytes bytes(type.size);
    XDPBENCH_CHECK(type.typed() ? encode_value(type.types, type.id, value, bytes)
                                : encode_untyped(value, bytes));
    return bytes;
}

// One copy of `value` for each CPU, as the kernel wants it.
Result<Bytes> for_every_cpu(const bpf_map* map, const Bytes& value) {
    XDPBENCH_TRY(const std::size_t cpus, possible_cpus());
    const std::size_t stride = per_cpu_stride(map);
    Bytes all(cpus * stride);
    for (std::size_t cpu = 0; cpu < cpus; ++cpu) {
        std::copy(value.begin(), value.end(),
                  all.begin() + static_cast<std::ptrdiff_t>(cpu * stride));
    }
    return all;
}

// The value of an entry, of a per-CPU map the sum over all CPUs; nothing if there is no such entry.
Result<std::optional<Bytes>> read_entry_of(const bpf_map* map, const MapType& type,
                                           const Bytes& key) {
    std::size_t copies = 1;
    if (is_per_cpu(map)) {
        if (!type.typed() && type.size > sizeof(std::uint64_t)) {
            return input_error(fmt::format("map {} has no BTF: its values of {} cannot be added up",
                                           ::bpf_map__name(map), counted(type.size, "byte")),
                               "declare it with __type(value, ...)");
        }
        XDPBENCH_TRY(copies, possible_cpus());
    }
    const std::size_t stride = per_cpu_stride(map);
    Bytes memory(copies * stride);
    if (::bpf_map_lookup_elem(::bpf_map__fd(map), key.data(), memory.data()) != 0) {
        if (errno == ENOENT) return std::optional<Bytes>();
        return system_error(fmt::format("cannot read map {}", ::bpf_map__name(map)), errno);
    }
    Bytes sum(memory.begin(), memory.begin() + static_cast<std::ptrdiff_t>(type.size));
    for (std::size_t cpu = 1; cpu < copies; ++cpu) {
        const std::span<const std::uint8_t> from(memory.data() + cpu * stride, type.size);
        if (type.typed()) {
            add_values(type.types, type.id, from, sum);
        } else {
            add_untyped(from, sum);
        }
    }
    return std::optional<Bytes>(std::move(sum));
}

// What an expectation of an entry says, once it is known to suit the map; nullptr for "absent".
Result<const Value*> expected_value(const bpf_map* map, const MapEntry& entry) {
    if (entry.absent) return nullptr;
    const std::optional<Value>& fitting = is_per_cpu(map) ? entry.sum_cpus : entry.value;
    if (fitting) return &*fitting;
    return input_error(
        fmt::format("{}map {} is {}per-CPU: write {}", prefix(entry.key.where),
                    ::bpf_map__name(map), is_per_cpu(map) ? "" : "not ",
                    is_per_cpu(map) ? "sum_cpus instead of value" : "value instead of sum_cpus"));
}

}  // namespace

Result<void> Program::configure(const Configuration& configuration) {
    if (fd() >= 0) {
        return Error{ErrorKind::system,
                     fmt::format("{} is loaded: too late to configure it", function_),
                     {},
                     {}};
    }
    for (const GlobalSetting& setting : configuration.globals) XDPBENCH_CHECK(set_global(setting));
    for (const MapContent& content : configuration.maps) XDPBENCH_CHECK(encode_map(content));
    return {};
}

Result<void> Program::set_global(const GlobalSetting& setting) {
    const std::string where = prefix(setting.value.where);
    const btf* const types = ::bpf_object__btf(object_.get());
    if (types == nullptr) {
        return input_error(
            fmt::format("{}global {} cannot be set: {} has no BTF, which tells where it is", where,
                        setting.name, path_.filename().string()),
            "compile it with clang -g, and do not strip BTF");
    }
    const std::vector<Global> globals = globals_of(types);
    const auto found = std::find_if(globals.begin(), globals.end(), [&](const Global& global) {
        return global.name == setting.name;
    });
    if (found == globals.end()) {
        std::vector<std::string> names;
        names.reserve(globals.size());
        for (const Global& global : globals) names.push_back(global.name);
        return input_error(fmt::format("{}{} has no global {}{}", where, path_.filename().string(),
                                       setting.name, what_there_is(setting.name, names)));
    }
    const std::span<std::uint8_t> memory = section_memory(object_.get(), found->section);
    if (found->offset > memory.size() || found->size > memory.size() - found->offset) {
        return input_error(
            fmt::format("{}global {} cannot be set: libbpf gives no access to section {}", where,
                        setting.name, found->section));
    }
    Result<void> encoded =
        encode_value(types, found->type, setting.value, memory.subspan(found->offset, found->size));
    if (!encoded) return encoded.error().in("global " + setting.name);
    return {};
}

Result<bpf_map*> Program::require_map(const std::string& name, const Location& where) const {
    if (bpf_map* const map = find_map(name)) return map;
    std::vector<std::string> names;
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object_.get()) {
        if (!::bpf_map__is_internal(map)) names.emplace_back(::bpf_map__name(map));
    }
    return input_error(fmt::format("{}{} has no map {}{}", prefix(where), path_.filename().string(),
                                   name, what_there_is(name, names)));
}

Result<void> Program::encode_map(const MapContent& content) {
    XDPBENCH_TRY(const bpf_map* const map, require_map(content.map, content.where));
    const std::string what = "map " + content.map;
    for (const MapEntry& entry : content.entries) {
        if (!entry.value)
            return input_error(
                fmt::format("{}{}: an entry to set needs a value", prefix(entry.key.where), what));
        Result<Bytes> key = encode(key_type(object_.get(), map), entry.key);
        if (!key) return key.error().in(what + ", key");
        Result<Bytes> value = encode(value_type(object_.get(), map), *entry.value);
        if (!value) return value.error().in(what + ", value");
        entries_.push_back(
            {content.map, std::move(*key), std::move(*value), prefix(entry.key.where)});
    }
    return {};
}

Result<void> Program::write_entries() const {
    for (const EncodedEntry& entry : entries_) XDPBENCH_CHECK(write_entry(entry));
    return {};
}

Result<void> Program::write_entry(const EncodedEntry& entry) const {
    const bpf_map* const map = find_map(entry.map);
    Bytes value = entry.value;
    if (is_per_cpu(map)) {
        XDPBENCH_TRY(value, for_every_cpu(map, entry.value));
    }
    if (::bpf_map_update_elem(::bpf_map__fd(map), entry.key.data(), value.data(), BPF_ANY) == 0)
        return {};
    const int number = errno;
    std::string cause;
    if (number == E2BIG) {
        cause = fmt::format("the map has {}: the key is beyond them, or all are taken",
                            counted(::bpf_map__max_entries(map), "entry"));
    }
    Error error = system_error(fmt::format("{}cannot set an entry of map {} (key hex:{})",
                                           entry.where, entry.map, to_hex(entry.key)),
                               number, std::move(cause));
    if (number == E2BIG) error.kind = ErrorKind::input;
    return error;
}

Result<void> Program::validate_expectations(const std::vector<MapContent>& expected) const {
    for (const MapContent& content : expected) {
        XDPBENCH_TRY(const bpf_map* const map, require_map(content.map, content.where));
        for (const MapEntry& entry : content.entries) {
            XDPBENCH_CHECK(encode(key_type(object_.get(), map), entry.key));
            XDPBENCH_TRY(const Value* const value, expected_value(map, entry));
            if (value != nullptr) XDPBENCH_CHECK(encode(value_type(object_.get(), map), *value));
        }
    }
    return {};
}

Result<std::vector<std::string>> Program::compare_maps(
    const std::vector<MapContent>& expected) const {
    std::vector<std::string> lines;
    for (const MapContent& content : expected) {
        XDPBENCH_TRY(const bpf_map* const map, require_map(content.map, content.where));
        for (const MapEntry& entry : content.entries)
            XDPBENCH_CHECK(compare_entry(map, entry, lines));
    }
    return lines;
}

Result<void> Program::compare_entry(const bpf_map* map, const MapEntry& entry,
                                    std::vector<std::string>& lines) const {
    const std::string what = fmt::format("map {}", ::bpf_map__name(map));
    const MapType type = value_type(object_.get(), map);
    XDPBENCH_TRY(const Value* const wanted, expected_value(map, entry));
    Result<Bytes> key = encode(key_type(object_.get(), map), entry.key);
    if (!key) return key.error().in(what + ", key");
    const std::string* const key_text = entry.key.scalar();
    const std::string place =
        fmt::format("{}[{}]", what, key_text != nullptr ? *key_text : "hex:" + to_hex(*key));
    XDPBENCH_TRY(const std::optional<Bytes> value, read_entry_of(map, type, *key));
    if (value.has_value() != (wanted != nullptr)) {
        lines.push_back(fmt::format("{}: expected {}, but there is {}", place,
                                    wanted != nullptr ? "an entry" : "no such entry",
                                    value ? "one" : "none"));
    }
    if (!value || wanted == nullptr) return {};
    Result<std::vector<ValueDifference>> differences =
        type.typed() ? compare_value(type.types, type.id, *wanted, *value)
                     : compare_untyped(*wanted, *value);
    if (!differences) return differences.error().in(what + ", value");
    for (const ValueDifference& difference : *differences) {
        lines.push_back(fmt::format("{}{}{}: expected {}, got {}", place,
                                    difference.path.empty() || difference.path[0] == '[' ? "" : ".",
                                    difference.path, difference.expected, difference.actual));
    }
    return {};
}

}  // namespace xdpbench
