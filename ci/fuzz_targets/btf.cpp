// Raw BTF, with a value to be put into each of its types. Input: VALUE \0 then BTF.
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <memory>
#include <string>

#include "bpf/btf_decode.h"
#include "bpf/btf_type.h"
#include "bpf/btf_value.h"
#include "bpf/structure.h"
#include "fuzz.h"
#include "scenario/assignment.h"

namespace xdpbench::bpf {
namespace {

struct FreeBtf {
    void operator()(btf* types) const { ::btf__free(types); }
};

constexpr std::size_t kMostMemory = 4096;
constexpr std::uint32_t kMostTypes = 200;

void use_type(const btf* types, std::uint32_t id, const model::Value& value) {
    const BtfType type = resolve_type(types, id);
    (void)structure_name(types, id);
    if (type.type != nullptr && ::btf_is_any_enum(type.type))
        (void)enumerators_of(types, type.type);
    const std::size_t size = type_size(types, id);
    if (size == 0 || size > kMostMemory) return;
    std::vector<std::uint8_t> memory(size);
    if (encode_value(types, id, value, memory)) {
        const auto differences = compare_value(types, id, value, memory);
        fuzz::require(differences && differences->empty(), "what was encoded is there");
    }
    (void)decode_value(types, id, memory);
    add_values(types, id, memory, memory);
}

}  // namespace
}  // namespace xdpbench::bpf

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace xdpbench;
    using namespace xdpbench::bpf;
    ::libbpf_set_print(nullptr);
    std::string_view rest = fuzz::text_of(data, size);
    const Result<scenario::Assignment> assignment =
        scenario::parse_assignment("x=" + std::string(fuzz::take_part(rest)));
    const std::unique_ptr<btf, FreeBtf> types(
        ::btf__new(rest.data(), static_cast<std::uint32_t>(rest.size())));
    if (!types || !assignment) return 0;
    const std::uint32_t count = std::min(::btf__type_cnt(types.get()), kMostTypes);
    for (std::uint32_t id = 0; id < count; ++id) use_type(types.get(), id, assignment->value);
    return 0;
}
