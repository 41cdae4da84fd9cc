// Writes the manual pages and the completions of both shells into a folder, for the installation:
// they are made of the same options as --help.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "base/print.h"
#include "commands/command_line.h"
#include "commands/completion.h"
#include "commands/manual_page.h"

namespace {

using namespace xdpbench;

Result<void> write(const std::filesystem::path& path, const std::string& text) {
    XDPBENCH_TRY(OutputFile file, OutputFile::create(path));
    return file.commit(text);
}

Result<void> write_all(const std::filesystem::path& folder) {
    CLI::App app("Tests and benchmarks XDP programs. Without a command: run.", "xdp-bench");
    (void)commands::add_commands(app);
    const std::filesystem::path pages = folder / "man/man1";
    XDPBENCH_CHECK(write(pages / "xdp-bench.1", commands::manual_page(app)));
    for (const CLI::App* const command : app.get_subcommands({}))
        XDPBENCH_CHECK(write(pages / ("xdp-bench-" + command->get_name() + ".1"),
                             commands::manual_page(app, *command)));
    XDPBENCH_CHECK(
        write(folder / "bash-completion/completions/xdp-bench", commands::bash_completion(app)));
    return write(folder / "zsh/site-functions/_xdp-bench", commands::zsh_completion(app));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        print(stderr, "usage: xdp-bench-pages FOLDER\n");
        return 2;
    }
    const Result<void> written = write_all(argv[1]);
    if (!written) print(stderr, "xdp-bench-pages: {}\n", written.error().text());
    return written ? 0 : 1;
}
