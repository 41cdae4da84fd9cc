// Reads files one after the other into the same memory: new memory for each takes longer than the
// reading.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace xdpbench::history {

class FileReader {
  public:
    // The content, until the next call. The errors are those of read_file (base/file.h).
    Result<std::string_view> read(const std::filesystem::path& path);

  private:
    std::string memory_;
};

}  // namespace xdpbench::history
