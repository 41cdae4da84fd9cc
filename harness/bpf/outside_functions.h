// Which functions outside its object a program calls, read from the object file: an opened object
// no longer tells which program calls them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace xdpbench::bpf {

// Names of functions that are not defined in the object (__ksym), which the code of `function` in
// `section` calls, or any code in .text if it calls into that. Nothing if the file is no 64-bit ELF
// object or is damaged.
[[nodiscard]] std::optional<std::vector<std::string>> outside_functions(
    const std::filesystem::path& object, const std::string& section, const std::string& function);

}  // namespace xdpbench::bpf
