#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace xdpbench {

// A file that appears whole or not at all. Opened before the work whose result it will hold, so
// that a folder that cannot be written to is found out before anything is measured. Until commit()
// there is nothing under `path`, however the process ends (O_TMPFILE; where the file system has
// none, a hidden temporary beside it that only SIGKILL can leave behind).
class OutputFile {
  public:
    // Creates missing folders above `path`. An existing regular file is replaced by commit(), the
    // one that a symbolic link leads to where `path` is a link. A device or pipe (a process
    // substitution) is written to directly, and so is a descriptor of this process (/dev/stdout),
    // whatever it is redirected to.
    static Result<OutputFile> create(const std::filesystem::path& path);

    OutputFile(OutputFile&&) noexcept = default;
    OutputFile& operator=(OutputFile&& other) noexcept;
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile();

    // Writes everything, flushes it to the disk and gives it its name.
    Result<void> commit(std::string_view content);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    OutputFile(std::filesystem::path path, std::filesystem::path target, bool direct);

    Result<void> open_direct();
    Result<void> open_unnamed();
    Result<void> name_passingly();
    [[nodiscard]] Error refused(int number) const;

    std::filesystem::path path_;    // as the caller wrote it
    std::filesystem::path target_;  // the file that gets the content: path_ without symbolic links
    UniqueFd fd_;
    std::filesystem::path temporary_;  // empty: the open file has no name yet
    bool direct_ = false;              // path_ is itself open: a device or a pipe
};

// The whole file as text; a folder, a missing or an unreadable file is an input error.
Result<std::string> read_file(const std::filesystem::path& path);

// The file's text without the end of its last line, or "" where it cannot be read: for /proc and
// /sys entries that a kernel may not have.
[[nodiscard]] std::string read_entry(const std::filesystem::path& path);

}  // namespace xdpbench
