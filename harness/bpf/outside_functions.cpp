#include "bpf/outside_functions.h"

#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/file.h"

namespace xdpbench::bpf {
namespace {

// Part of an object file as records of one type; empty where the file has not as many bytes.
template <typename Record>
std::vector<Record> records_at(std::string_view file, std::uint64_t offset, std::uint64_t bytes) {
    if (offset > file.size() || bytes > file.size() - offset) return {};
    std::vector<Record> records(bytes / sizeof(Record));
    if (!records.empty())
        std::memcpy(records.data(), file.data() + offset, records.size() * sizeof(Record));
    return records;
}

struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = UINT64_MAX;
};

// Sections, symbols and relocations of an object file (elf(5)).
class ObjectFile {
  public:
    static std::optional<ObjectFile> read(const std::filesystem::path& path) {
        Result<std::string> content = read_file(path);
        return content ? parse(std::move(*content)) : std::nullopt;
    }

    static std::optional<ObjectFile> parse(std::string content) {
        ObjectFile object(std::move(content));
        return object.read_sections() ? std::optional(std::move(object)) : std::nullopt;
    }

    [[nodiscard]] std::vector<std::string> called_by(const std::string& section,
                                                     const std::string& function) const {
        std::vector<std::string> names;
        const std::size_t text = index_of(".text");
        const std::size_t own = index_of(section);
        if (calls_from(own, range_of(own, function), text, names) && own != text)
            calls_from(text, {}, text, names);
        return names;
    }

    [[nodiscard]] std::vector<std::string> code_sections() const {
        std::vector<std::string> names;
        for (const Elf64_Shdr& section : sections_) {
            const bool code = section.sh_type == SHT_PROGBITS &&
                              (section.sh_flags & SHF_EXECINSTR) != 0 && section.sh_size > 0;
            const std::string name = text_at(names_, section.sh_name);
            if (code && name != ".text") names.push_back(name);
        }
        return names;
    }

    [[nodiscard]] std::vector<std::string> functions_named_in(const std::string& section) const {
        std::vector<std::string> names;
        for_each_reference(index_of(section), {}, [&](const Elf64_Sym& symbol, std::string name) {
            if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC) names.push_back(std::move(name));
        });
        return names;
    }

  private:
    explicit ObjectFile(std::string file) : file_(std::move(file)) {}

    bool read_sections() {
        const auto headers = records_at<Elf64_Ehdr>(file_, 0, sizeof(Elf64_Ehdr));
        if (headers.empty()) return false;
        const Elf64_Ehdr& header = headers.front();
        if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
            header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_shentsize != sizeof(Elf64_Shdr))
            return false;
        sections_ = records_at<Elf64_Shdr>(file_, header.e_shoff,
                                           std::uint64_t{header.e_shnum} * sizeof(Elf64_Shdr));
        names_ = header.e_shstrndx;
        return names_ < sections_.size();
    }

    [[nodiscard]] std::string text_at(std::size_t strings, std::uint64_t offset) const {
        if (strings >= sections_.size()) return {};
        const Elf64_Shdr& table = sections_[strings];
        if (table.sh_offset > file_.size() || offset >= table.sh_size ||
            offset >= file_.size() - table.sh_offset)
            return {};
        const std::string_view rest = std::string_view(file_).substr(table.sh_offset + offset);
        return std::string(rest.substr(0, rest.find('\0')));
    }

    // Of the section; what no section has where there is none.
    [[nodiscard]] std::size_t index_of(const std::string& name) const {
        for (std::size_t i = 1; i < sections_.size(); ++i)
            if (text_at(names_, sections_[i].sh_name) == name) return i;
        return SIZE_MAX;
    }

    template <typename Record>
    [[nodiscard]] std::vector<Record> records_of(const Elf64_Shdr& section) const {
        return records_at<Record>(file_, section.sh_offset, section.sh_size);
    }

    // Where the function is in its section: all of it if the symbols do not tell.
    [[nodiscard]] Range range_of(std::size_t section, const std::string& function) const {
        for (const Elf64_Shdr& table : sections_) {
            if (table.sh_type != SHT_SYMTAB) continue;
            for (const Elf64_Sym& symbol : records_of<Elf64_Sym>(table))
                if (symbol.st_shndx == section && ELF64_ST_TYPE(symbol.st_info) == STT_FUNC &&
                    text_at(table.sh_link, symbol.st_name) == function)
                    return {symbol.st_value, symbol.st_value + symbol.st_size};
        }
        return {};
    }

    // Adds the names of undefined symbols that the code there refers to. Returns whether it refers
    // to the section `text` too.
    bool calls_from(std::size_t section, Range range, std::size_t text,
                    std::vector<std::string>& names) const {
        bool calls_text = false;
        for_each_reference(section, range, [&](const Elf64_Sym& symbol, std::string name) {
            calls_text = calls_text || symbol.st_shndx == text;
            if (symbol.st_shndx == SHN_UNDEF) names.push_back(std::move(name));
        });
        return calls_text;
    }

    // Calls `found` with every symbol that this part of a section refers to, and its name.
    template <typename Found>
    void for_each_reference(std::size_t section, Range range, const Found& found) const {
        for (const Elf64_Shdr& table : sections_) {
            if (table.sh_type != SHT_REL || table.sh_info != section ||
                table.sh_link >= sections_.size())
                continue;
            const Elf64_Shdr& symbol_table = sections_[table.sh_link];
            const auto symbols = records_of<Elf64_Sym>(symbol_table);
            for (const Elf64_Rel& place : records_of<Elf64_Rel>(table)) {
                const std::size_t number = ELF64_R_SYM(place.r_info);
                if (place.r_offset < range.begin || place.r_offset >= range.end ||
                    number >= symbols.size())
                    continue;
                found(symbols[number], text_at(symbol_table.sh_link, symbols[number].st_name));
            }
        }
    }

    std::string file_;
    std::vector<Elf64_Shdr> sections_;
    std::size_t names_ = 0;  // the section of their names
};

}  // namespace

std::optional<std::vector<std::string>> outside_functions(const std::filesystem::path& object,
                                                          const std::string& section,
                                                          const std::string& function) {
    const std::optional<ObjectFile> file = ObjectFile::read(object);
    if (!file) return std::nullopt;
    return file->called_by(section, function);
}

std::vector<std::string> functions_in_maps(std::string_view content) {
    const std::optional<ObjectFile> file = ObjectFile::parse(std::string(content));
    return file ? file->functions_named_in(".maps") : std::vector<std::string>();
}

std::vector<std::string> code_sections(const std::filesystem::path& object) {
    const std::optional<ObjectFile> file = ObjectFile::read(object);
    return file ? file->code_sections() : std::vector<std::string>();
}

}  // namespace xdpbench::bpf
