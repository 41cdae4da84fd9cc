#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace xdpbench {

// Who chose a file's name, and what becomes of a file that has it.
enum class Naming {
    replace,   // a user: an existing file is replaced, the one that a symbolic link leads to
    fresh,     // a user: an existing file or link, even one made meanwhile, is an error
    invented,  // this tool: if the name is taken, the next free one of NAME-2.json, NAME-3.json ...
    again,     // this tool, which has made it before: replaced, whatever it has become meanwhile
};

// A file that appears whole or not at all. Opened before the work whose result it will hold, so
// that a folder that cannot be written to is found out before anything is measured. Until commit()
// there is nothing under `path`, however the process ends (O_TMPFILE; where the file system has
// none, a hidden temporary beside it that only SIGKILL can leave behind). Everything is done
// relative to the folder as it was opened, and no link is followed there. A file that replaces
// another has its mode and owner; a new one belongs to the caller of sudo, if there is one.
class OutputFile {
  public:
    // Creates missing folders above `path`. Of a user's name, a device or pipe (a process
    // substitution) is written to directly, and so is a descriptor of this process (/dev/stdout),
    // whatever it is redirected to. On the way to a name of this tool, only links that nobody else
    // can have planted are followed (Links::trusted).
    static Result<OutputFile> create(const std::filesystem::path& path,
                                     Naming naming = Naming::replace);

    OutputFile(OutputFile&&) noexcept = default;
    OutputFile& operator=(OutputFile&& other) noexcept;
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile();

    // Writes everything, flushes it to the disk and gives it its name.
    Result<void> commit(std::string_view content);

    // As the caller wrote it; of an invented name, after commit(), what it became.
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    OutputFile(std::filesystem::path path, Naming naming)
        : path_(std::move(path)), naming_(naming) {}

    Result<void> open_direct();
    Result<void> open_target();
    Result<void> open_unnamed();
    Result<void> inherit();
    Result<void> replace();
    Result<void> name_anew();
    [[nodiscard]] int link_as(const std::string& name) const;
    [[nodiscard]] Error refused(int number) const;

    std::filesystem::path path_;
    Naming naming_;
    bool direct_ = false;  // path_ is itself open: a device or a pipe
    UniqueFd folder_;
    std::string name_;  // in folder_: the file that gets the content
    UniqueFd fd_;
    std::string temporary_;  // in folder_; empty: the open file has no name yet
};

// The whole file as text; a folder, a missing or an unreadable file is an input error.
Result<std::string> read_file(const std::filesystem::path& path);

// The file's text without the end of its last line, or "" where it cannot be read: for /proc and
// /sys entries that a kernel may not have.
[[nodiscard]] std::string read_entry(const std::filesystem::path& path);

}  // namespace xdpbench
