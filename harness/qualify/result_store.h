// The results of a qualification on disk: written before and after every case, so that a driver
// that takes the machine down loses nothing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "model/qualification.h"
#include "qualify/context.h"

namespace xdpbench::qualify {

class ResultStore {
  public:
    // `path` empty: a new file results/qualify-DEVICE-TIME.json.
    static Result<ResultStore> create(const std::string& path, const std::string& device);
    // Goes on with the one that was read from `path`.
    static Result<ResultStore> reopen(const std::filesystem::path& path, Naming naming);

    Result<void> save(const model::QualificationRecord& record);
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    ResultStore(OutputFile file, Naming next) : path_(file.path()), next_naming_(next) {
        next_.emplace(std::move(file));
    }

    std::filesystem::path path_;
    Naming next_naming_;  // of all files but the first
    std::optional<OutputFile> next_;
};

// The newest unfinished qualification of the device below results/, or the file that is named. An
// input error if there is none, or it is of other ports.
struct Unfinished {
    std::filesystem::path path;
    model::QualificationRecord record;
};
Result<Unfinished> find_unfinished(const std::string& path, const std::string& device,
                                   const std::string& peer);

// What the record has to say after the tool or the machine ended in the middle of a case: that case
// has failed, and is not tried again. `options` are those of the command that repeats it.
void close_running(model::QualificationRecord& record, const Options& options);

}  // namespace xdpbench::qualify
