#include "bpf/whole_object.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>

namespace xdpbench::bpf {
namespace {

// A header, and two sections' entries at its end.
std::string small_object() {
    Elf64_Ehdr header = {};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_shoff = 1000;
    header.e_shnum = 2;
    header.e_shentsize = sizeof(Elf64_Shdr);
    std::string content(1000 + 2 * sizeof(Elf64_Shdr), '\0');
    std::memcpy(content.data(), &header, sizeof(header));
    return content;
}

TEST(WholeObject, IsTaken) { EXPECT_TRUE(require_whole("mine.o", small_object())); }

TEST(WholeObject, EveryPartOfOneIsRefusedWithItsSize) {
    const std::string whole = small_object();
    for (std::size_t size = 4; size < whole.size(); ++size)
        EXPECT_FALSE(require_whole("mine.o", whole.substr(0, size))) << size;
    EXPECT_EQ(require_whole("mine.o", whole.substr(0, 500)).error().text(),
              "mine.o is damaged or incomplete: it has 500 of at least 1,128 bytes\n"
              "  likely: BPF object format invalid: the end of the file is missing, because it was "
              "not copied or written to the end\n"
              "  to do:  compile the program again, or copy the whole file");
}

TEST(WholeObject, OfAnotherKindIsLeftToLibbpf) {
    std::string other = small_object().substr(0, 500);
    other[EI_CLASS] = ELFCLASS32;
    EXPECT_TRUE(require_whole("mine.o", other));
}

}  // namespace
}  // namespace xdpbench::bpf
