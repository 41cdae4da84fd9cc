#include "net/threaded_napi.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <set>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/number.h"
#include "base/text.h"
#include "base/unique_fd.h"

namespace xdpbench::net {
namespace {

constexpr const char* kOtherPlacement = "let generator and program share a CPU: --placement shared";

// The sysfs of the calling thread's namespace, mounted nowhere: gone with the descriptor.
Result<UniqueFd> own_sysfs() {
    const UniqueFd context(::fsopen("sysfs", FSOPEN_CLOEXEC));
    if (!context.valid()) return system_error("cannot open a sysfs", errno);
    if (::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        return system_error("cannot create the sysfs of a namespace", errno);
    UniqueFd mount(::fsmount(context.get(), FSMOUNT_CLOEXEC, 0));
    if (!mount.valid()) return system_error("cannot mount the sysfs of a namespace", errno);
    return mount;
}

Result<void> switch_threads_on(const NetNs& netns, const std::string& interface) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    XDPBENCH_TRY(const UniqueFd sysfs, own_sysfs());
    const std::string path = fmt::format("class/net/{}/threaded", interface);
    const UniqueFd file(::openat(sysfs.get(), path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.valid()) {
        Error error = system_error(fmt::format("cannot open {}", path), errno);
        if (errno == ENOENT) {
            error.kind = ErrorKind::unavailable;
            error.cause = "threaded NAPI came with kernel 5.12";
            error.advice = kOtherPlacement;
        }
        return error;
    }
    if (::write(file.get(), "1", 1) != 1)
        return system_error(fmt::format("cannot put the NAPI of {} into a thread", interface),
                            errno);
    return {};
}

// Kernel threads that poll an interface of this name, in whatever namespace.
std::set<int> polling_threads(const std::string& interface) {
    const std::string wanted = fmt::format("napi/{}-", interface);
    std::set<int> threads;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        const auto id = parse_number<int>(entry.path().filename().string());
        if (id && read_entry(entry.path().string() + "/comm").starts_with(wanted))
            threads.insert(*id);
    }
    return threads;
}

}  // namespace

Result<void> poll_in_thread(const NetNs& netns, const std::string& interface, std::size_t queues,
                            int cpu) {
    const std::set<int> before = polling_threads(interface);
    XDPBENCH_CHECK(switch_threads_on(netns, interface));
    const std::set<int> now = polling_threads(interface);
    std::vector<int> made;
    std::set_difference(now.begin(), now.end(), before.begin(), before.end(),
                        std::back_inserter(made));
    if (made.size() != queues) {
        return unavailable_error(
            fmt::format("{} of {} polls in {}, but {} appeared in /proc", counted(queues, "queue"),
                        interface, counted(queues, "thread"), made.size()),
            made.size() > queues
                ? "another run did the same at this moment"
                : "NAPI is not on, or this process does not see the machine's kernel threads",
            made.size() > queues ? "run again" : kOtherPlacement);
    }
    cpu_set_t wanted;
    CPU_ZERO(&wanted);
    CPU_SET(cpu, &wanted);
    for (const int thread : made) {
        if (::sched_setaffinity(thread, sizeof(wanted), &wanted) != 0)
            return system_error(
                fmt::format("cannot pin the thread that polls {} to CPU {}", interface, cpu),
                errno);
    }
    return {};
}

}  // namespace xdpbench::net
