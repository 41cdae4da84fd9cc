#include "bpf/metadata.h"

#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "bpf/btf_decode.h"
#include "bpf/btf_value.h"
#include "bpf/structure.h"
#include "packet/hex.h"
#include "scenario/diagnostic.h"

namespace xdpbench::bpf {
namespace {

constexpr std::size_t kUnit = 4;
// What fits the 8 bits that the kernel has for its length (struct skb_shared_info, meta_len).
constexpr std::size_t kMostBytes = 252;

struct Structure {
    const btf* types = nullptr;
    std::uint32_t id = 0;
    std::size_t size = 0;  // bytes
};

Result<Structure> structure_in(const Program& program, const scenario::Metadata& metadata) {
    Structure structure;
    structure.types = program.types();
    Result<std::uint32_t> id = require_structure(structure.types, metadata.type, "metadata");
    if (!id) return scenario::placed(metadata.where, id.error());
    structure.id = *id;
    structure.size = static_cast<std::size_t>(
        std::max(std::int64_t{0}, std::int64_t{::btf__resolve_size(structure.types, *id)}));
    return structure;
}

Result<std::vector<std::uint8_t>> encode(const Program& program,
                                         const scenario::Metadata& metadata) {
    if (metadata.none) return std::vector<std::uint8_t>();
    if (metadata.type.empty()) {
        Result<std::vector<std::uint8_t>> bytes = packet::parse_hex(
            std::string_view(*metadata.value.scalar()).substr(packet::kHexPrefix.size()));
        if (!bytes) return scenario::placed(metadata.where, bytes.error());
        return bytes;
    }
    XDPBENCH_TRY(const Structure structure, structure_in(program, metadata));
    XDPBENCH_TRY(std::vector<std::uint8_t> bytes, zeroed_memory(structure.size));
    XDPBENCH_CHECK(encode_value(structure.types, structure.id, metadata.value, bytes));
    return bytes;
}

}  // namespace

Result<std::vector<std::uint8_t>> encode_metadata(const Program& program,
                                                  const scenario::Metadata& metadata) {
    XDPBENCH_TRY(std::vector<std::uint8_t> bytes, encode(program, metadata));
    const bool fits = bytes.size() % kUnit == 0 && bytes.size() <= kMostBytes;
    if (metadata.none || (fits && !bytes.empty())) return bytes;
    return scenario::error_at(metadata.where,
                              fmt::format("metadata of {}: it is a multiple of {} bytes long, "
                                          "up to {}",
                                          counted(bytes.size(), "byte"), kUnit, kMostBytes));
}

Result<std::vector<std::string>> metadata_differences(const Program& program,
                                                      const scenario::Metadata& expected,
                                                      std::span<const std::uint8_t> actual) {
    XDPBENCH_TRY(const std::vector<std::uint8_t> wanted, encode_metadata(program, expected));
    const std::string got =
        actual.empty() ? "none" : std::string(packet::kHexPrefix) + packet::to_hex(actual);
    if (wanted.size() != actual.size()) {
        return std::vector<std::string>{fmt::format("metadata   expected {}   got {} ({})",
                                                    counted(wanted.size(), "byte"), got,
                                                    counted(actual.size(), "byte"))};
    }
    std::vector<std::string> lines;
    if (expected.type.empty() || expected.none) {
        if (!std::equal(wanted.begin(), wanted.end(), actual.begin()))
            lines.push_back(fmt::format("metadata   expected {}{}   got {}", packet::kHexPrefix,
                                        packet::to_hex(wanted), got));
        return lines;
    }
    XDPBENCH_TRY(const Structure structure, structure_in(program, expected));
    XDPBENCH_TRY(const std::vector<ValueDifference> differences,
                 compare_value(structure.types, structure.id, expected.value, actual));
    for (const ValueDifference& one : differences) {
        lines.push_back(
            fmt::format("metadata {}   expected {}   got {}", one.path, one.expected, one.actual));
    }
    return lines;
}

Result<std::optional<model::Value>> decode_metadata(const Program& program,
                                                    const scenario::Metadata& typed,
                                                    std::span<const std::uint8_t> actual) {
    XDPBENCH_TRY(const Structure structure, structure_in(program, typed));
    if (structure.size != actual.size()) return std::optional<model::Value>();
    return std::optional(decode_value(structure.types, structure.id, actual));
}

}  // namespace xdpbench::bpf
