#include "qualify/result_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/result_file.h"
#include "qualify/repeat.h"
#include "report/qualification_json.h"

namespace xdpbench::qualify {
namespace {

constexpr const char* kFolder = "results";

bool is_finished(const model::QualificationRecord& record) {
    return record.running.empty() && record.cases.size() >= record.planned.size();
}

Result<Unfinished> read_unfinished(const std::filesystem::path& path) {
    XDPBENCH_TRY(const std::string text, read_file(path));
    XDPBENCH_TRY(model::QualificationRecord record,
                 report::parse_qualification(text, path.string()));
    return Unfinished{path, std::move(record)};
}

// Newest first: the name has the time.
std::vector<std::filesystem::path> results_of(const std::string& device) {
    std::vector<std::filesystem::path> paths;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(fmt::format("qualify-{}-", device)) && name.ends_with(".json"))
            paths.push_back(entry.path());
    }
    std::sort(paths.rbegin(), paths.rend());
    return paths;
}

Result<Unfinished> newest_unfinished(const std::string& device) {
    for (const std::filesystem::path& path : results_of(device)) {
        Result<Unfinished> found = read_unfinished(path);
        // It may be the one that is meant: an older one does not take its place.
        if (!found) return found;
        if (!is_finished(found->record)) return found;
    }
    return input_error(
        fmt::format("there is no unfinished qualification of {} in {}/", device, kFolder),
        "run it in the folder where it was started, name its file with --json, or "
        "leave --resume out");
}

}  // namespace

Result<ResultStore> ResultStore::create(const std::string& path, const std::string& device) {
    if (!path.empty()) return reopen(path, Naming::replace);
    XDPBENCH_TRY(OutputFile file, OutputFile::create(result_file_name("qualify-" + device, "json"),
                                                     Naming::invented));
    return ResultStore(std::move(file), Naming::again);
}

Result<ResultStore> ResultStore::reopen(const std::filesystem::path& path, Naming naming) {
    XDPBENCH_TRY(OutputFile file, OutputFile::create(path, naming));
    return ResultStore(std::move(file), naming);
}

Result<void> ResultStore::save(const model::QualificationRecord& record) {
    if (!next_) {
        XDPBENCH_TRY(OutputFile file, OutputFile::create(path_, next_naming_));
        next_.emplace(std::move(file));
    }
    XDPBENCH_CHECK(next_->commit(report::to_json(record)));
    path_ = next_->path();
    next_.reset();
    return {};
}

Result<Unfinished> find_unfinished(const std::string& path, const std::string& device,
                                   const std::string& peer) {
    XDPBENCH_TRY(Unfinished found,
                 path.empty() ? newest_unfinished(device) : read_unfinished(path));
    if (found.record.device != device || found.record.peer != peer)
        return input_error(fmt::format("{} is a qualification of {} from {}", found.path.string(),
                                       found.record.device, found.record.peer),
                           "give the same --dev and --peer");
    return found;
}

void close_running(model::QualificationRecord& record, const Options& options) {
    if (record.running.empty()) return;
    const std::string name = std::exchange(record.running, {});
    const std::size_t dot = name.find('.');
    model::QualifiedCase one;
    one.group = name.substr(0, dot);
    one.name = dot == std::string::npos ? "" : name.substr(dot + 1);
    one.finding = model::Finding::fail;
    one.message =
        "the machine or the tool ended while this case ran; its result is unknown, and "
        "it is not tried again";
    one.repeat = repeat_of(options, name);
    record.cases.push_back(std::move(one));
}

}  // namespace xdpbench::qualify
