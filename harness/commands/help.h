// How --help looks.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace xdpbench::commands {

// Wraps descriptions, so that no line is longer than 100 columns.
class HelpFormatter : public CLI::Formatter {
  public:
    HelpFormatter();
    [[nodiscard]] std::string make_option_desc(const CLI::Option* option) const override;
    [[nodiscard]] std::string make_option_opts(const CLI::Option* option) const override;
    [[nodiscard]] std::string make_subcommand(const CLI::App* command) const override;
};

}  // namespace xdpbench::commands
