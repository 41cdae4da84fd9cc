#include "commands/output_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/print.h"
#include "commands/options.h"
#include "run/library_flags.h"

namespace xdpbench::commands {

void add_output_options(CLI::App& app, OutputArguments& arguments,
                        const std::string& default_name) {
    add_option(app, "--json", arguments.json,
               fmt::format("write the result to this file (-: standard output; default: {})",
                           default_name))
        .type_name("FILE")
        .group(kOutputGroup);
    for (const report::OutputFormat& format : report::output_formats())
        add_option(app, format.option, arguments.others[format.option], format.help)
            .type_name("FILE")
            .group(kOutputGroup);
}

namespace {

std::filesystem::path place_of(const std::string& path) {
    std::error_code unknown;
    // Absolute first: of a name without a folder that exists nothing would be resolved.
    std::filesystem::path place =
        std::filesystem::weakly_canonical(std::filesystem::absolute(path, unknown), unknown);
    if (unknown) return path;
    return place;
}

}  // namespace

void NamedFiles::add_read(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        std::error_code unknown;
        const bool exists = std::filesystem::exists(path, unknown);
        const std::string file = exists ? path : path.substr(0, path.rfind(':'));
        if (std::filesystem::is_regular_file(file, unknown))
            files_.push_back({place_of(file), "the input"});
    }
}

Result<void> NamedFiles::add(const std::string& option, const std::string& path) {
    if (path.empty()) return {};
    const std::filesystem::path place = place_of(path);
    const auto other = std::find_if(files_.begin(), files_.end(), [&](const Named& one) {
        std::error_code unknown;
        return one.place == place || std::filesystem::equivalent(one.place, place, unknown);
    });
    if (other != files_.end())
        return input_error(
            fmt::format("{} and {} name the same file {}", other->option, option, path),
            "give each its own");
    files_.push_back({place, option});
    return {};
}

namespace {

Result<void> add_outputs(const OutputArguments& arguments, NamedFiles& named_files) {
    if (arguments.json != "-") XDPBENCH_CHECK(named_files.add("--json", arguments.json));
    for (const report::OutputFormat& format : report::output_formats()) {
        const auto named = arguments.others.find(format.option);
        if (named == arguments.others.end()) continue;
        if (named->second == "-")
            return input_error(fmt::format("{} - is not offered", format.option),
                               "name a file; /dev/stdout is one");
        XDPBENCH_CHECK(named_files.add(format.option, named->second));
    }
    return {};
}

}  // namespace

Result<void> require_own_files(const OutputArguments& arguments,
                               const std::vector<std::string>& read) {
    NamedFiles named_files;
    named_files.add_read(read);
    return add_outputs(arguments, named_files);
}

Result<void> require_own_files(const OutputArguments& arguments,
                               const std::vector<std::string>& read,
                               const std::vector<std::string>& passed_on) {
    NamedFiles named_files;
    named_files.add_read(read);
    XDPBENCH_CHECK(add_outputs(arguments, named_files));
    for (const auto& files : {run::test_files(passed_on), run::benchmark_files(passed_on)})
        for (const run::LibraryFile& file : files)
            XDPBENCH_CHECK(named_files.add(file.name, file.path.string()));
    return {};
}

Result<Outputs> Outputs::open(const OutputArguments& arguments, const std::string& default_name) {
    XDPBENCH_CHECK(require_own_files(arguments));
    std::optional<OutputFile> json;
    if (arguments.json != "-") {
        XDPBENCH_TRY(json, arguments.json.empty()
                               ? OutputFile::create(default_name, Naming::invented)
                               : OutputFile::create(arguments.json));
    }
    XDPBENCH_TRY(Outputs outputs, open_documents(arguments));
    outputs.json_ = std::move(json);
    return outputs;
}

Result<Outputs> Outputs::open_documents(const OutputArguments& arguments) {
    XDPBENCH_CHECK(require_own_files(arguments));
    Outputs outputs;
    for (const report::OutputFormat& format : report::output_formats()) {
        const auto named = arguments.others.find(format.option);
        if (named == arguments.others.end() || named->second.empty()) continue;
        XDPBENCH_TRY(OutputFile file, OutputFile::create(named->second));
        outputs.documents_.push_back({std::move(file), &format});
    }
    return outputs;
}

Result<void> Outputs::write(const std::string& json, const report::Source& source,
                            report::Console& console) {
    if (!json_) write_raw(stdout, json);
    Result<void> written;
    if (json_) written = json_->commit(json);
    if (json_ && written) console.note("\nresult: " + json_->path().string());
    Result<void> also = write_documents(source);
    return written ? also : written;
}

Result<void> Outputs::write_documents(const report::Source& source) {
    Result<void> written;
    for (Document& document : documents_) {
        Result<void> also = document.file.commit(document.format->write(source));
        if (written) written = std::move(also);
    }
    return written;
}

}  // namespace xdpbench::commands
