#include "bpf/whole_object.h"

#include <elf.h>
#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace xdpbench::bpf {
namespace {

// As far as the header tells: the table of sections is the last part of what a compiler writes.
std::uint64_t least_size(std::string_view content) {
    Elf64_Ehdr header = {};
    if (content.size() < sizeof(header)) return sizeof(header);
    std::memcpy(&header, content.data(), sizeof(header));
    constexpr unsigned char kOurs =
        std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != kOurs) return 0;
    constexpr std::uint64_t kImpossible = 1ULL << 40U;  // a damaged offset says nothing of the size
    if (header.e_shoff > kImpossible) return 0;
    return header.e_shoff + std::uint64_t{header.e_shnum} * header.e_shentsize;
}

}  // namespace

Result<void> require_whole(const std::string& name, std::string_view content) {
    const std::uint64_t least = least_size(content);
    if (content.size() >= least) return {};
    Error error = input_error(fmt::format("{} is damaged or incomplete: it has {} of at least {}",
                                          name, thousands(content.size()), counted(least, "byte")),
                              "compile the program again, or copy the whole file");
    error.cause =
        "BPF object format invalid: the end of the file is missing, because it was not copied or "
        "written to the end";
    return error;
}

}  // namespace xdpbench::bpf
