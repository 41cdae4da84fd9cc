#include "base/result_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <ctime>

#include "base/file.h"

namespace xdpbench {
namespace {

Result<void> write_log(const std::string& name, const std::string& log) {
    XDPBENCH_TRY(OutputFile file, OutputFile::create(name));
    return file.commit(log);
}

}  // namespace

std::string result_file_name(std::string_view target, std::string_view extension) {
    const std::time_t now = std::time(nullptr);
    std::tm utc = {};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> stamp{};
    std::strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &utc);
    return fmt::format("results/{}-{}-{}.{}", target, stamp.data(), ::getpid(), extension);
}

Error save_log(Error error) {
    if (error.log.empty()) return error;
    const std::string name = result_file_name(error.log_name, "log");
    const Result<void> written = write_log(name, error.log);
    error.what += written ? fmt::format("\n  whole log    {}", name)
                          : fmt::format("\n  whole log    not written: {}", written.error().what);
    error.log.clear();
    return error;
}

}  // namespace xdpbench
