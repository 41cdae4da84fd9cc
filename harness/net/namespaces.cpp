#include "net/namespaces.h"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

#include "base/text.h"

namespace xdpbench::net {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNetwork = "net:[";
// The kernel's fixed number of the first PID namespace: /proc of another one lacks processes.
constexpr std::string_view kAllProcesses = "pid:[4026531836]";

// A process that has ended meanwhile.
bool has_ended(const std::error_code& error) {
    return error == std::errc::no_such_file_or_directory || error == std::errc::no_such_process;
}

bool is_number(const std::string& name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char letter) {
        return std::isdigit(letter) != 0;
    });
}

// Calls `use` with every entry; false if the folder is there and cannot be read.
template <class Use>
bool for_each_entry(const fs::path& folder, const Use& use) {
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) use(entry->path());
    return !error || has_ended(error);
}

std::optional<FoundNamespace> with_id(const std::vector<FoundNamespace>& all,
                                      const std::string& id) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const FoundNamespace& one) { return one.id == id; });
    if (found == all.end()) return std::nullopt;
    return *found;
}

}  // namespace

Namespaces Namespaces::look(const NamespacePlaces& places) {
    Namespaces all;
    all.look_at_names(places.named);
    all.look_at_processes(places.processes);
    return all;
}

std::optional<FoundNamespace> Namespaces::find(const std::string& id) const {
    for (const auto* const found : {&by_name_, &by_process_, &by_other_}) {
        if (auto one = with_id(*found, id)) return one;
    }
    return std::nullopt;
}

// A name whose mount is gone is an ordinary file.
void Namespaces::look_at_names(const fs::path& folder) {
    const bool read = for_each_entry(folder, [&](const fs::path& path) {
        struct statfs system {};
        struct stat file {};
        if (::statfs(path.c_str(), &system) != 0 || ::stat(path.c_str(), &file) != 0) {
            complete_ = complete_ && errno == ENOENT;
        } else if (system.f_type == NSFS_MAGIC) {
            by_name_.push_back({fmt::format("net:[{}]", file.st_ino), path.filename(), path});
        }
    });
    complete_ = complete_ && read;
}

void Namespaces::look_at_processes(const fs::path& folder) {
    std::error_code error;
    complete_ = complete_ && fs::read_symlink(folder / "self/ns/pid", error) == kAllProcesses;
    const bool read = for_each_entry(folder, [&](const fs::path& path) {
        if (is_number(path.filename())) look_at_process(path);
    });
    complete_ = complete_ && read;
}

// Threads may be elsewhere than their process.
void Namespaces::look_at_process(const fs::path& process) {
    look_at_link(process / "ns/net", by_process_);
    const auto look_at = [&](const fs::path& link) { look_at_link(link, by_other_); };
    const bool threads = for_each_entry(
        process / "task", [&](const fs::path& thread) { look_at(thread / "ns/net"); });
    const bool files = for_each_entry(process / "fd", look_at);
    complete_ = complete_ && threads && files;
    look_at_mounts(process);
}

// Lines of "36 25 0:4 net:[4026532345] /run/docker/netns/f00 rw ...": the same for all processes of
// a mount namespace.
void Namespaces::look_at_mounts(const fs::path& process) {
    std::error_code error;
    const std::string mounts = fs::read_symlink(process / "ns/mnt", error).string();
    if (error) {
        complete_ = complete_ && has_ended(error);
        return;
    }
    if (std::find(mount_namespaces_.begin(), mount_namespaces_.end(), mounts) !=
        mount_namespaces_.end())
        return;
    std::ifstream file(process / "mountinfo");
    constexpr std::size_t kRoot = 3;
    constexpr std::size_t kPoint = 4;
    std::size_t lines = 0;
    for (std::string line; std::getline(file, line); ++lines) {
        const std::vector<std::string> words = split(line, ' ');
        if (words.size() > kPoint && words[kRoot].starts_with(kNetwork))
            by_other_.push_back({words[kRoot], {}, process / ("root" + words[kPoint])});
    }
    // Without a line the process has ended: then another one of its namespace is read.
    if (lines > 0) mount_namespaces_.push_back(mounts);
}

void Namespaces::look_at_link(const fs::path& link, std::vector<FoundNamespace>& found) {
    std::error_code error;
    const std::string id = fs::read_symlink(link, error).string();
    if (error) {
        complete_ = complete_ && has_ended(error);
    } else if (id.starts_with(kNetwork) && !with_id(found, id)) {
        found.push_back({id, {}, link});
    }
}

}  // namespace xdpbench::net
