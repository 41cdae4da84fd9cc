// Which maps of a program hold events, and what their records mean.
#include <bpf/btf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "bpf/btf_decode.h"
#include "bpf/btf_value.h"
#include "bpf/events.h"
#include "bpf/structure.h"
#include "packet/hex.h"

namespace xdpbench::bpf {
namespace {

// The kernel makes the record of a perf buffer and its length of 4 bytes a multiple of 8.
constexpr std::size_t kPerfPadding = 7;

// The one structure that global variables point to; 0 if there is none or more than one.
std::uint32_t pointed_to(const btf* types) {
    std::set<std::uint32_t> found;
    const std::uint32_t count = ::btf__type_cnt(types);
    for (std::uint32_t id = 1; id < count; ++id) {
        const btf_type* const variable = ::btf__type_by_id(types, id);
        if (!::btf_is_var(variable)) continue;
        const btf_type* type = ::btf__type_by_id(types, variable->type);
        while (type != nullptr && ::btf_is_mod(type)) type = ::btf__type_by_id(types, type->type);
        if (type == nullptr || !::btf_is_ptr(type)) continue;
        const std::uint32_t target = structure_of(types, type->type);
        if (target != 0) found.insert(target);
    }
    return found.size() == 1 ? *found.begin() : 0;
}

std::uint32_t found_type(const btf* types, const std::string& name, std::uint32_t defined) {
    if (const std::uint32_t id = structure_of(types, defined)) return id;
    if (const std::uint32_t id = structure_named(types, name)) return id;
    if (name.ends_with('s')) {
        if (const std::uint32_t id = structure_named(types, name.substr(0, name.size() - 1)))
            return id;
    }
    return pointed_to(types);
}

std::optional<EventBuffer> buffer_of(const TypedMap& map) {
    switch (map.kind) {
        case BPF_MAP_TYPE_RINGBUF:
            return EventBuffer::ring;
        case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
            return EventBuffer::perf;
        default:
            return std::nullopt;
    }
}

Result<EventSource> source_of(const Program& program, const TypedMap& map, EventBuffer buffer,
                              const EventTypes& named) {
    EventSource source;
    source.map = map.name;
    source.buffer = buffer;
    source.types = program.types();
    const auto name = named.find(source.map);
    if (name != named.end()) {
        XDPBENCH_TRY(source.type,
                     require_structure(source.types, name->second, "records of map " + source.map));
    } else if (source.types != nullptr) {
        source.type = found_type(source.types, source.map, program.record_type(source.map));
    }
    if (source.type == 0) return source;
    source.type_name = "struct " + structure_name(source.types, source.type);
    source.size = static_cast<std::size_t>(
        std::max(std::int64_t{0}, std::int64_t{::btf__resolve_size(source.types, source.type)}));
    return source;
}

bool is_typed(const Event& event) {
    return event.source->type != 0 && event.bytes.size() >= event.source->size;
}

bool is_hex(const model::Value& value) {
    return value.scalar() != nullptr && value.scalar()->starts_with(packet::kHexPrefix);
}

Result<std::vector<std::uint8_t>> bytes_of(const model::Value& value) {
    Result<std::vector<std::uint8_t>> bytes =
        packet::parse_hex(std::string_view(*value.scalar()).substr(packet::kHexPrefix.size()));
    if (!bytes && !value.where.file.empty()) return bytes.error().in(value.where.text());
    return bytes;
}

// Whether `event` ends with what is written of it.
bool ends_after(const Event& event, std::size_t length) {
    const std::size_t padding = event.source->buffer == EventBuffer::perf ? kPerfPadding : 0;
    return event.bytes.size() >= length && event.bytes.size() - length <= padding;
}

}  // namespace

Result<std::vector<EventSource>> event_sources(const Program& program, const EventTypes& named) {
    std::vector<EventSource> sources;
    std::vector<std::string> names;
    if (program.is_shared()) {  // a record that the tool reads is gone for its reader
        if (named.empty()) return sources;
        return input_error(
            fmt::format("the records of {} belong to their readers: the tool does not "
                        "read them",
                        program.object().string()));
    }
    for (const TypedMap& map : program.maps()) {
        const std::optional<EventBuffer> buffer = buffer_of(map);
        if (!buffer) continue;
        XDPBENCH_TRY(EventSource source, source_of(program, map, *buffer, named));
        names.push_back(source.map);
        sources.push_back(std::move(source));
    }
    for (const auto& [name, type] : named) {
        if (std::find(names.begin(), names.end(), name) != names.end()) continue;
        return input_error(fmt::format("{} has no ring buffer or perf buffer {}{}",
                                       program.object().filename().string(), name,
                                       what_there_is(name, names)));
    }
    return sources;
}

model::Value decode_event(const Event& event) {
    if (!is_typed(event))
        return model::Value{{}, std::string(packet::kHexPrefix) + packet::to_hex(event.bytes)};
    return decode_value(event.source->types, event.source->type,
                        event.bytes.first(event.source->size));
}

std::string event_text(const Event& event) {
    std::string text = model::one_line(decode_event(event));
    if (!is_typed(event) || ends_after(event, event.source->size)) return text;
    return fmt::format("{} + {}", text, counted(event.bytes.size() - event.source->size, "byte"));
}

Result<void> validate_event(const EventSource& source, const model::Value& expected) {
    if (is_hex(expected)) {
        XDPBENCH_CHECK(bytes_of(expected));
        return {};
    }
    if (source.type == 0) {
        return input_error(
            fmt::format("{}the type of map {}'s records is not known",
                        expected.where.file.empty() ? "" : expected.where.text() + ": ",
                        source.map),
            "name it (type: struct event), or write the record as \"hex:...\"");
    }
    XDPBENCH_TRY(std::vector<std::uint8_t> memory, zeroed_memory(source.size));
    Result<void> encoded = encode_value(source.types, source.type, expected, memory);
    if (!encoded) return encoded.error().in(fmt::format("record of map {}", source.map));
    return {};
}

Result<std::vector<ValueDifference>> compare_event(const Event& event,
                                                   const model::Value& expected) {
    const std::string got = std::string(packet::kHexPrefix) + packet::to_hex(event.bytes);
    if (is_hex(expected)) {
        XDPBENCH_TRY(const std::vector<std::uint8_t> bytes, bytes_of(expected));
        const bool same = ends_after(event, bytes.size()) &&
                          std::equal(bytes.begin(), bytes.end(), event.bytes.begin());
        if (same) return std::vector<ValueDifference>();
        return std::vector<ValueDifference>{{"", *expected.scalar(), got}};
    }
    XDPBENCH_CHECK(validate_event(*event.source, expected));
    if (!is_typed(event)) {
        return std::vector<ValueDifference>{
            {"",
             fmt::format("{} ({})", event.source->type_name, counted(event.source->size, "byte")),
             fmt::format("{} ({})", got, counted(event.bytes.size(), "byte"))}};
    }
    return compare_value(event.source->types, event.source->type, expected,
                         event.bytes.first(event.source->size));
}

}  // namespace xdpbench::bpf
