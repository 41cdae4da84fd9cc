#include "commands/options.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>

namespace xdpbench::commands {

DeclaredOption& DeclaredOption::type_name(const std::string& name) {
    option_->type_name(name);
    return *this;
}

DeclaredOption& DeclaredOption::group(const std::string& topic) {
    option_->group(topic);
    return *this;
}

DeclaredOption& DeclaredOption::required() {
    option_->required();
    return *this;
}

DeclaredOption& DeclaredOption::repeatable() {
    option_->expected(1)->take_all();
    return *this;
}

DeclaredOption& DeclaredOption::needs(const DeclaredOption& other) {
    option_->needs(other.option_);
    return *this;
}

DeclaredOption& DeclaredOption::excludes(const DeclaredOption& other) {
    option_->excludes(other.option_);
    return *this;
}

template <class T>
DeclaredOption add_option(CLI::App& app, const std::string& names, T& variable,
                          const std::string& description) {
    return DeclaredOption(app.add_option(names, variable, description));
}

template <class T>
DeclaredOption add_flag(CLI::App& app, const std::string& names, T& variable,
                        const std::string& description) {
    // CLI11 2.4 takes a counted flag for given, with its default, if its callback is forced.
    return DeclaredOption(app.add_flag(names, variable, description)->force_callback(false));
}

#define XDPBENCH_OPTION_TYPE(...)                                                            \
    template DeclaredOption add_option(CLI::App&, const std::string&, __VA_ARGS__& variable, \
                                       const std::string&)
XDPBENCH_OPTION_TYPE(std::string);
XDPBENCH_OPTION_TYPE(std::vector<std::string>);
XDPBENCH_OPTION_TYPE(std::size_t);
XDPBENCH_OPTION_TYPE(std::optional<int>);
XDPBENCH_OPTION_TYPE(std::optional<std::int64_t>);
XDPBENCH_OPTION_TYPE(std::optional<std::uint64_t>);
#undef XDPBENCH_OPTION_TYPE
template DeclaredOption add_flag(CLI::App&, const std::string&, bool&, const std::string&);
template DeclaredOption add_flag(CLI::App&, const std::string&, int&, const std::string&);

DeclaredOption declared(CLI::App& app, const std::string& name) {
    return DeclaredOption(app.get_option(name));
}

CLI::App* add_command(CLI::App& application, const std::string& name,
                      const std::string& description) {
    return application.add_subcommand(name, description);
}

void set_footer(CLI::App& app, const std::string& text) { app.footer(text); }

std::vector<std::string> given_options(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* const option : app.get_options())
        if (option->count() > 0 && !option->get_positional()) names.push_back(option->get_name());
    return names;
}

}  // namespace xdpbench::commands
