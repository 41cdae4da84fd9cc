#include "bpf/entry_refusal.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "bpf/cpus.h"

namespace xdpbench::bpf {
namespace {

constexpr std::uint32_t kLongestQueue = 16384;  // frames, of kernel/bpf/cpumap.c

// 0 behind the end: a CPUMAP's value may be its queue's size alone.
std::uint32_t word(const RefusedEntry& entry, std::size_t number) {
    std::uint32_t value = 0;
    const std::size_t offset = number * sizeof(value);
    if (offset + sizeof(value) <= entry.value.size())
        std::memcpy(&value, entry.value.data() + offset, sizeof(value));
    return value;
}

bool is_program(std::uint32_t fd) {
    bpf_prog_info info{};
    std::uint32_t size = sizeof(info);
    return ::bpf_obj_get_info_by_fd(static_cast<int>(fd), &info, &size) == 0 && info.id != 0 &&
           info.type != BPF_PROG_TYPE_UNSPEC;
}

// `section`: of programs that such a map takes.
EntryReason about_program(std::uint32_t fd, const std::string& place, const std::string& section) {
    const std::string advice =
        fmt::format("name a program of the object that has {}: {}\"program:NAME\"", section, place);
    if (!is_program(fd)) return {fmt::format("{} is no descriptor of a program", fd), advice};
    return {fmt::format("the program is not {}, or one of it and the program under test takes "
                        "frames of several buffers (xdp.frags) and the other one does not",
                        section),
            advice};
}

EntryReason about_device(const RefusedEntry& entry, int number) {
    if (number != EINVAL) return {};
    const std::uint32_t index = word(entry, 0);
    std::array<char, IF_NAMESIZE> name{};
    if (::if_indextoname(index, name.data()) == nullptr)
        return {fmt::format("there is no interface with index {} in this network namespace", index),
                "name an interface of the test network: \"interface:out0\""};
    const std::uint32_t fd = word(entry, 1);
    return fd == 0 ? EntryReason{} : about_program(fd, "fd: ", "SEC(\"xdp/devmap\")");
}

EntryReason about_cpu(const RefusedEntry& entry, int number) {
    if (number == EOVERFLOW)
        return {fmt::format("qsize {} is more than {}, the kernel's limit", word(entry, 0),
                            kLongestQueue),
                {}};
    if (number == ENODEV) {
        const Result<std::size_t> cpus = possible_cpus();
        return {
            cpus ? fmt::format("the key is a CPU, and the machine has {}",
                               *cpus == 1 ? "only CPU 0" : fmt::format("CPUs 0 to {}", *cpus - 1))
                 : "the key is a CPU that the machine does not have",
            {}};
    }
    // The kernel tells a program that it does not take from a lack of memory since 6.15.
    const std::uint32_t fd = word(entry, 1);
    if (fd == 0 || (number != EINVAL && number != ENOMEM && number != EBADF)) return {};
    return about_program(fd, "fd: ", "SEC(\"xdp/cpumap\")");
}

EntryReason no_room(const RefusedEntry& entry) {
    const std::string has = "the map has " + counted(entry.max_entries, "entry");
    return {has + (is_indexed(entry.kind) ? ": the key is beyond them" : ", and all are taken"),
            {}};
}

}  // namespace

bool is_indexed(std::uint32_t kind) {
    constexpr std::array kKinds{BPF_MAP_TYPE_ARRAY,         BPF_MAP_TYPE_PERCPU_ARRAY,
                                BPF_MAP_TYPE_PROG_ARRAY,    BPF_MAP_TYPE_PERF_EVENT_ARRAY,
                                BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_DEVMAP,
                                BPF_MAP_TYPE_CPUMAP,        BPF_MAP_TYPE_XSKMAP};
    return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

EntryReason why_refused(const RefusedEntry& entry, int number) {
    if (number == E2BIG) return no_room(entry);
    if (number == EPERM)
        return {"the map is read-only from user space (frozen), or CAP_BPF is missing", {}};
    switch (entry.kind) {
        case BPF_MAP_TYPE_DEVMAP:
        case BPF_MAP_TYPE_DEVMAP_HASH:
            return about_device(entry, number);
        case BPF_MAP_TYPE_CPUMAP:
            return about_cpu(entry, number);
        case BPF_MAP_TYPE_PROG_ARRAY:
            if (number != EINVAL && number != EBADF) return {};
            return about_program(word(entry, 0), "", "SEC(\"xdp\")");
        default:
            return {};
    }
}

EntryReason why_not_stored(const RefusedEntry& entry) {
    if (entry.kind != BPF_MAP_TYPE_CPUMAP || word(entry, 0) != 0) return {};
    return {"of a CPUMAP the kernel takes that for the deletion of the entry",
            fmt::format("set qsize, the frames in the queue, to 1 to {}", kLongestQueue)};
}

}  // namespace xdpbench::bpf
