// Manual pages (man), made of what --help prints.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace xdpbench::commands {

// xdp-bench(1).
[[nodiscard]] std::string manual_page(const CLI::App& application);
// xdp-bench-COMMAND(1).
[[nodiscard]] std::string manual_page(const CLI::App& application, const CLI::App& command);

}  // namespace xdpbench::commands
