#include "history/result_files.h"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <system_error>

#include "base/interrupt.h"
#include "history/file_reader.h"

namespace xdpbench::history {
namespace {

namespace fs = std::filesystem;

// Files in the order of their names; one that is reached on two ways counts once.
class Finder {
  public:
    Result<void> add(const fs::path& path) {
        std::error_code error;
        const fs::file_status status = fs::status(path, error);
        if (!fs::exists(status))
            return access_error(fmt::format("cannot read {}", path.string()),
                                error ? error.value() : ENOENT);
        if (fs::is_directory(status))
            add_folder(path);
        else
            add_file(path);
        return {};
    }

    FoundFiles found;

  private:
    void add_file(const fs::path& path) {
        std::error_code error;
        const fs::path real = fs::canonical(path, error);
        if (seen_.insert(error ? path : real).second) found.files.push_back(path);
    }
    // Does not follow links to folders, so that it ends.
    void add_folder(const fs::path& folder) {
        std::error_code error;
        std::set<fs::path> entries;
        for (fs::directory_iterator item(folder, error), end; !error && item != end;
             item.increment(error))
            entries.insert(item->path());
        if (error) found.left_out.push_back({folder.string(), error.message()});
        for (const fs::path& entry : entries) {
            if (fs::is_directory(fs::symlink_status(entry, error)))
                add_folder(entry);
            else if (entry.extension() == ".json")
                add_file(entry);
        }
    }

    std::set<fs::path> seen_;
};

}  // namespace

Result<FoundFiles> find_result_files(const std::vector<std::string>& paths) {
    Finder finder;
    for (const std::string& path : paths) XDPBENCH_CHECK(finder.add(path));
    return std::move(finder.found);
}

Result<History> read_history(const FoundFiles& found, HistoryPlan plan,
                             const std::function<void(std::size_t)>& progress) {
    HistoryBuilder builder(std::move(plan));
    for (const LeftOut& one : found.left_out) builder.leave_out(one.file, one.reason);
    FileReader reader;
    std::size_t read = 0;
    for (const fs::path& file : found.files) {
        if (interrupted()) return interrupted_error();
        progress(read++);
        const Result<std::string_view> json = reader.read(file);
        Result<SavedRun> run = json ? read_run(*json) : json.error();
        if (run)
            builder.add(file.string(), std::move(*run));
        else
            builder.leave_out(file.string(), run.error().what);
    }
    History history = std::move(builder).build(interrupted);
    if (interrupted()) return interrupted_error();
    return history;
}

}  // namespace xdpbench::history
