#include "bpf/element_type.h"

#include <bpf/btf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/text.h"
#include "bpf/btf_decode.h"
#include "bpf/btf_value.h"
#include "bpf/value_text.h"
#include "scenario/diagnostic.h"

namespace xdpbench::bpf {
namespace {

// "10.0.0.0/8", "2001:db8::/32" or "hex:.../N" as the memory of struct bpf_lpm_trie_key: the length
// in bits in host byte order, then the bytes. Nothing: it is no such text.
Result<std::optional<MapBytes>> encode_prefix(const ElementType& type, const model::Value& value) {
    const std::string* const text = value.scalar();
    const std::size_t slash = text == nullptr ? std::string::npos : text->rfind('/');
    if (slash == std::string::npos) return std::optional<MapBytes>();
    XDPBENCH_TRY(MapBytes key, zeroed_memory(type.size));
    const std::span<std::uint8_t> data = std::span(key).subspan(sizeof(std::uint32_t));
    const std::string address = text->substr(0, slash);
    const std::optional<Number> length = parse_number(text->substr(slash + 1));
    const bool known = store_address(address, data) || store_hex(address, data);
    if (!known || !length || length->negative || length->magnitude > data.size() * 8) {
        return scenario::error_at(
            value.where,
            fmt::format("expected a prefix of up to {} bits such as {}, found {}", data.size() * 8,
                        data.size() == 16 ? "2001:db8::/32" : "10.0.0.0/8",
                        scenario::in_quotes(*text)));
    }
    store(length->magnitude, std::span(key).first(sizeof(std::uint32_t)), false);
    return std::optional(std::move(key));
}

std::optional<model::Value> decode_prefix(const MapBytes& key) {
    constexpr std::size_t kIpv4 = 4;
    constexpr std::size_t kIpv6 = 16;
    const std::span<const std::uint8_t> data = std::span(key).subspan(sizeof(std::uint32_t));
    if (data.size() != kIpv4 && data.size() != kIpv6) return std::nullopt;
    return model::Value{{},
                        fmt::format("{}/{}", address_text(data),
                                    load(std::span(key).first(sizeof(std::uint32_t)), false))};
}

// What the kernel defines for maps of redirect targets, whatever an object says of them: struct
// bpf_devmap_val and struct bpf_cpumap_val of linux/bpf.h.
struct TargetTypes {
    btf* types = nullptr;
    std::uint32_t device = 0;
    std::uint32_t cpu = 0;
};

const TargetTypes& target_types() {
    static const TargetTypes known = [] {
        constexpr int kWord = 4;
        constexpr unsigned kWordBits = 32;
        TargetTypes made;
        made.types = ::btf__new_empty();
        if (made.types == nullptr) return made;
        const int number = ::btf__add_int(made.types, "unsigned int", kWord, 0);
        const int signed_number = ::btf__add_int(made.types, "int", kWord, BTF_INT_SIGNED);
        const int program = ::btf__add_union(made.types, "", kWord);
        ::btf__add_field(made.types, "fd", signed_number, 0, 0);
        ::btf__add_field(made.types, "id", number, 0, 0);
        const auto add = [&](const char* name, const char* first) {
            const int id = ::btf__add_struct(made.types, name, 2 * kWord);
            ::btf__add_field(made.types, first, number, 0, 0);
            ::btf__add_field(made.types, "bpf_prog", program, kWordBits, 0);
            return static_cast<std::uint32_t>(id);
        };
        made.device = add("bpf_devmap_val", "ifindex");
        made.cpu = add("bpf_cpumap_val", "qsize");
        return made;
    }();
    return known;
}

}  // namespace

ElementType key_type(std::uint32_t kind, ElementType key) {
    key.prefix = kind == BPF_MAP_TYPE_LPM_TRIE && key.size > sizeof(std::uint32_t);
    return key;
}

ElementType value_type(std::uint32_t kind, ElementType value) {
    constexpr std::size_t kTargetBytes = 8;
    if (value.typed() || value.size != kTargetBytes || target_types().types == nullptr)
        return value;
    if (kind == BPF_MAP_TYPE_CPUMAP) return {target_types().types, target_types().cpu, value.size};
    if (kind == BPF_MAP_TYPE_DEVMAP || kind == BPF_MAP_TYPE_DEVMAP_HASH)
        return {target_types().types, target_types().device, value.size};
    return value;
}

Result<MapBytes> encode(const ElementType& type, const model::Value& value) {
    if (type.prefix) {
        XDPBENCH_TRY(std::optional<MapBytes> key, encode_prefix(type, value));
        if (key) return *std::move(key);
    }
    XDPBENCH_TRY(MapBytes bytes, zeroed_memory(type.size));
    XDPBENCH_CHECK(type.typed() ? encode_value(type.types, type.id, value, bytes)
                                : encode_untyped(value, bytes));
    return bytes;
}

model::Value decode(const ElementType& type, const MapBytes& memory) {
    if (type.prefix) {
        if (std::optional<model::Value> prefix = decode_prefix(memory)) return *std::move(prefix);
    }
    return type.typed() ? decode_value(type.types, type.id, memory) : decode_untyped(memory);
}

bool same_prefix(const MapBytes& one, const MapBytes& other) {
    constexpr std::size_t kLength = sizeof(std::uint32_t);
    const std::uint64_t bits = load(std::span(one).first(kLength), false);
    if (bits != load(std::span(other).first(kLength), false)) return false;
    for (std::size_t bit = 0; bit < bits && kLength + bit / 8 < one.size(); ++bit) {
        const unsigned differing = one[kLength + bit / 8] ^ other[kLength + bit / 8];
        if ((differing & (0x80U >> (bit % 8))) != 0) return false;
    }
    return true;
}

}  // namespace xdpbench::bpf
