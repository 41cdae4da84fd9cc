// The words that options take: for the parser, its messages and completion alike.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace xdpbench::commands {

// Of --only; of --mode of run and compare, which take "all" too; of `map`; of history --export.
inline const std::vector<std::string> kRunParts{"check", "replay", "bench", "search", "latency"};
inline const std::vector<std::string> kCompareParts{"time", "throughput"};
inline const std::vector<std::string> kModes{"generic", "native", "offload"};
inline const std::vector<std::string> kModesAndAll{"generic", "native", "offload", "all"};
inline const std::vector<std::string> kMapVerbs{"list", "show", "set", "delete"};
inline const std::vector<std::string> kExportFormats{"csv", "openmetrics", "otava"};

// What an option's value may be, as far as a shell can complete it.
struct Choices {
    std::vector<std::string> words;
    bool programs = false;    // the reference programs by name
    bool interfaces = false;  // of the network
    bool files = false;
    bool list = false;  // several of them, separated by commas
};

// By the type that the option has in --help: NAME|FILE, IF, MODE,..., shared|separate.
[[nodiscard]] Choices choices_of(const CLI::App& command, const CLI::Option& option);

}  // namespace xdpbench::commands
