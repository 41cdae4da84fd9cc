// What an opened object no longer tells, read from the object file: which functions outside it a
// program calls, and which programs its maps hold from the start.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xdpbench::bpf {

// Names of functions that are not defined in the object (__ksym), which the code of `function` in
// `section` calls, or any code in .text if it calls into that. Nothing if the file is no 64-bit ELF
// object or is damaged.
[[nodiscard]] std::optional<std::vector<std::string>> outside_functions(
    const std::filesystem::path& object, const std::string& section, const std::string& function);

// Names of the functions that the initialisers of its maps name (`.values = { [0] = &parse }`), in
// the content of an object file; none if it is damaged.
[[nodiscard]] std::vector<std::string> functions_in_maps(std::string_view content);

// Names of its sections of code, but for .text; none if it cannot be read.
[[nodiscard]] std::vector<std::string> code_sections(const std::filesystem::path& object);

}  // namespace xdpbench::bpf
