#include "base/result_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <ctime>

#include "base/file.h"

namespace xdpbench {
namespace {

// The name that the file has got.
Result<std::string> write_log(const std::string& name, const std::string& log) {
    XDPBENCH_TRY(OutputFile file, OutputFile::create(name, Naming::invented));
    XDPBENCH_CHECK(file.commit(log));
    return file.path().string();
}

// What a name from outside may contribute to a file's name: no folder, nothing that a shell or a
// terminal would take for more.
std::string plain(std::string_view name) {
    constexpr std::size_t kLongest = 100;
    constexpr std::string_view kKept =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+,";
    std::string kept(name.substr(0, kLongest));
    for (char& byte : kept) {
        if (kKept.find(byte) == std::string_view::npos) byte = '_';
    }
    return kept;
}

}  // namespace

std::string result_file_name(std::string_view target, std::string_view extension) {
    const std::time_t now = std::time(nullptr);
    std::tm utc = {};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> stamp{};
    std::strftime(stamp.data(), stamp.size(), "%Y%m%dT%H%M%SZ", &utc);
    return fmt::format("results/{}-{}-{}.{}", plain(target), stamp.data(), ::getpid(), extension);
}

Error save_log(Error error) {
    if (error.log.empty()) return error;
    const std::string name = result_file_name(error.log_name, "log");
    const Result<std::string> written = write_log(name, error.log);
    error.what += written ? fmt::format("\n  whole log    {}", *written)
                          : fmt::format("\n  whole log    not written: {}", written.error().what);
    error.log.clear();
    return error;
}

}  // namespace xdpbench
