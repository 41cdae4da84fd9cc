#include "bpf/tracepoint_counter.h"

#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace xdpbench::bpf {
namespace {

// The number by which perf knows the tracepoint. It stands in a file system that need not be
// mounted anywhere; the mount made here has no place and ends with its descriptor.
std::optional<std::uint64_t> tracepoint_id(const std::string& tracepoint) {
    const UniqueFd context(::fsopen("tracefs", FSOPEN_CLOEXEC));
    if (!context.valid() ||
        ::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        return std::nullopt;
    const UniqueFd mount(::fsmount(context.get(), FSMOUNT_CLOEXEC, 0));
    if (!mount.valid()) return std::nullopt;
    const std::string path = "events/" + tracepoint + "/id";
    const UniqueFd file(::openat(mount.get(), path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) return std::nullopt;
    std::array<char, 32> text{};
    const ssize_t length = ::read(file.get(), text.data(), text.size());
    std::uint64_t id = 0;
    if (length <= 0 || std::from_chars(text.data(), text.data() + length, id).ec != std::errc())
        return std::nullopt;
    return id;
}

UniqueFd open_event(std::uint64_t id, int cpu) {
    perf_event_attr attributes = {};
    attributes.size = sizeof(attributes);
    attributes.type = PERF_TYPE_TRACEPOINT;
    attributes.config = id;
    attributes.disabled = 1;
    constexpr int kEveryProcess = -1;
    constexpr int kNoGroup = -1;
    return UniqueFd(static_cast<int>(::syscall(SYS_perf_event_open, &attributes, kEveryProcess, cpu,
                                               kNoGroup, PERF_FLAG_FD_CLOEXEC)));
}

}  // namespace

std::optional<TracepointCounter> TracepointCounter::open(const std::string& tracepoint,
                                                         const std::string& filter) {
    const std::optional<std::uint64_t> id = tracepoint_id(tracepoint);
    if (!id) return std::nullopt;
    std::vector<UniqueFd> cpus;
    for (int cpu = 0; cpu < ::libbpf_num_possible_cpus(); ++cpu) {
        UniqueFd event = open_event(*id, cpu);
        if (!event.valid() && errno == ENODEV) continue;  // offline
        if (!event.valid() ||
            ::ioctl(event.get(), PERF_EVENT_IOC_SET_FILTER, filter.c_str()) != 0 ||
            ::ioctl(event.get(), PERF_EVENT_IOC_ENABLE, 0) != 0)
            return std::nullopt;
        cpus.push_back(std::move(event));
    }
    return TracepointCounter(std::move(cpus));
}

Result<std::uint64_t> TracepointCounter::read() const {
    std::uint64_t sum = 0;
    for (const UniqueFd& cpu : cpus_) {
        std::uint64_t count = 0;
        if (::read(cpu.get(), &count, sizeof(count)) != sizeof(count))
            return system_error("cannot read how often a tracepoint was hit", errno);
        sum += count;
    }
    return sum;
}

}  // namespace xdpbench::bpf
