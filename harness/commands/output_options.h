// The files that a run or a comparison is written to.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "report/console.h"
#include "report/formats.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

// As typed.
struct OutputArguments {
    std::string json;                           // "-": standard output; empty: by itself
    std::map<std::string, std::string> others;  // by the options of report::output_formats()
};

void add_output_options(CLI::App& app, OutputArguments& arguments, const std::string& default_name);

// Which option names which file.
class NamedFiles {
  public:
    // Files that are read, which no option may name; several may be one and the same. Of
    // FILE.o:NAME it is FILE.o.
    void add_read(const std::vector<std::string>& paths);
    // An input error if another option names the same file, be it by another path or hard link.
    Result<void> add(const std::string& option, const std::string& path);

  private:
    struct Named {
        std::filesystem::path place;
        std::string option;
    };
    std::vector<Named> files_;
};

// An input error if two options of these name the same file, one names a file that is read, or one
// names standard output that cannot. `passed_on` are flags of GoogleTest and Google Benchmark,
// which may name files to write too, as variables of the environment may.
Result<void> require_own_files(const OutputArguments& arguments,
                               const std::vector<std::string>& read = {});
Result<void> require_own_files(const OutputArguments& arguments,
                               const std::vector<std::string>& read,
                               const std::vector<std::string>& passed_on);

// Opened before the work: can they be written?
class Outputs {
  public:
    // `default_name`: of the JSON document where the command line names none.
    static Result<Outputs> open(const OutputArguments& arguments, const std::string& default_name);

    // All but the JSON document.
    static Result<Outputs> open_documents(const OutputArguments& arguments);

    // Standard output gets the JSON document, so that the report belongs elsewhere.
    [[nodiscard]] bool to_stdout() const { return !json_; }
    // Writes all that can be written; the error is the first that came up. Notes where the result
    // is.
    Result<void> write(const std::string& json, const report::Source& source,
                       report::Console& console);
    Result<void> write_documents(const report::Source& source);

  private:
    struct Document {
        OutputFile file;
        const report::OutputFormat* format;
    };
    std::optional<OutputFile> json_;
    std::vector<Document> documents_;
};

}  // namespace xdpbench::commands
