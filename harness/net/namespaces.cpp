#include "net/namespaces.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <system_error>

namespace xdpbench::net {

std::optional<std::filesystem::path> find_named(const std::string& id,
                                                const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::directory_iterator entry(folder, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        struct statfs system {};
        struct stat file {};
        const char* const path = entry->path().c_str();
        // A name whose mount is gone is an ordinary file.
        if (::statfs(path, &system) == 0 && system.f_type == NSFS_MAGIC &&
            ::stat(path, &file) == 0 && fmt::format("net:[{}]", file.st_ino) == id)
            return entry->path();
    }
    return std::nullopt;
}

}  // namespace xdpbench::net
