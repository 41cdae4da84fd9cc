// Manual pages (man), made of what --help prints.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace xdpbench::commands {

// xdp-bench(1).
[[nodiscard]] std::string manual_page(const CLI::App& application);
// xdp-bench-COMMAND(1).
[[nodiscard]] std::string manual_page(const CLI::App& application, const CLI::App& command);

}  // namespace xdpbench::commands
