// The options of a command while it declares them. CLI11 keeps and reads them. Only options.cpp and
// what goes through the options of all commands include it: to compile it takes longer than all
// else of a command.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace xdpbench::commands {

// The topics under which options are listed.
inline constexpr const char* kProgramGroup = "Program and tests";
inline constexpr const char* kTrafficGroup = "Traffic";
inline constexpr const char* kMeasurementGroup = "Measurement";
inline constexpr const char* kInterfaceGroup = "Network interfaces";
inline constexpr const char* kOutputGroup = "Output";

// An option or argument that was just declared. It belongs to its command.
class DeclaredOption {
  public:
    explicit DeclaredOption(CLI::Option* option) : option_(option) {}

    DeclaredOption& type_name(const std::string& name);  // what its value is, for --help
    DeclaredOption& group(const std::string& topic);
    DeclaredOption& required();
    DeclaredOption& repeatable();  // one value each time it is given
    DeclaredOption& needs(const DeclaredOption& other);
    DeclaredOption& excludes(const DeclaredOption& other);

  private:
    CLI::Option* option_;
};

// `names` as CLI11 has them: "--json", "-o,--output", or "RESULT" for an argument. `variable` gets
// the value, and has to live until the command ends. Instantiated for the types that options have.
template <class T>
DeclaredOption add_option(CLI::App& app, const std::string& names, T& variable,
                          const std::string& description);
// bool: whether it was given; int: how often.
template <class T>
DeclaredOption add_flag(CLI::App& app, const std::string& names, T& variable,
                        const std::string& description);

// One that was declared before, by its name.
[[nodiscard]] DeclaredOption declared(CLI::App& app, const std::string& name);

// A command of the application, which owns it.
[[nodiscard]] CLI::App* add_command(CLI::App& application, const std::string& name,
                                    const std::string& description);
// What follows the options in --help: exit codes and examples.
void set_footer(CLI::App& app, const std::string& text);

// The names of the options that the user gave, without arguments.
[[nodiscard]] std::vector<std::string> given_options(const CLI::App& app);

}  // namespace xdpbench::commands
