#include "commands/output_options.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/print.h"
#include "commands/options.h"

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
            options_.emplace(place_of(file), "the input");
    }
}

Result<void> NamedFiles::add(const std::string& option, const std::string& path) {
    if (path.empty()) return {};
    const auto [other, first] = options_.emplace(place_of(path), option);
    if (first) return {};
    return input_error(fmt::format("{} and {} name the same file {}", other->second, option, path),
                       "give each its own");
}

Result<void> require_own_files(const OutputArguments& arguments,
                               const std::vector<std::string>& read) {
    NamedFiles named_files;
    named_files.add_read(read);
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
