#include "bpf/load_errors.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <cerrno>

namespace xdpbench::bpf {
namespace {

TypedMap map_of(const char* name, std::uint32_t entries) {
    TypedMap map;
    map.name = name;
    map.kind = BPF_MAP_TYPE_HASH;
    map.max_entries = entries;
    map.key.size = 4;
    map.value.size = 1000;
    return map;
}

Error refused(int number, const char* log, std::vector<TypedMap> maps = {}) {
    return load_error({"filter", "a.o", std::move(maps), false, {}}, number, log);
}

TEST(LoadError, AFunctionThatTheKernelLacksIsMissing) {
    const Error error = refused(-EINVAL,
                                "libbpf: extern (func ksym) 'bpf_later': not found in kernel or "
                                "module BTFs\nlibbpf: failed to load object 'a.o'\n");
    EXPECT_EQ(error.kind, ErrorKind::unavailable);
    EXPECT_EQ(error.what,
              "cannot load filter of a.o: this kernel has no function bpf_later, which the program "
              "calls");
    EXPECT_EQ(error.cause, "it is part of other kernels, or of a module that is not loaded");
}

TEST(LoadError, AVariableThatTheKernelLacksIsMissing) {
    const Error error =
        refused(-EINVAL, "libbpf: extern (var ksym) 'later': not found in kernel BTF\n");
    EXPECT_EQ(error.kind, ErrorKind::unavailable);
    EXPECT_EQ(error.what,
              "cannot load filter of a.o: this kernel has no variable later, which the program "
              "reads");
}

TEST(LoadError, AnOptionThatTheKernelLacksIsMissing) {
    const Error error = refused(-ESRCH, "libbpf: extern 'CONFIG_LATER' (strong): not resolved\n");
    EXPECT_EQ(error.kind, ErrorKind::unavailable);
    EXPECT_EQ(
        error.what,
        "cannot load filter of a.o: this kernel has no CONFIG_LATER, which the program reads");
    EXPECT_EQ(error.cause, "it was built without this option");
}

TEST(LoadError, AMemberThatTheKernelLacksIsMissing) {
    const Error error = refused(
        -EINVAL,
        "libbpf: prog 'filter': -- BEGIN PROG LOAD LOG --\n0: <invalid CO-RE relocation>\nfailed "
        "to "
        "resolve CO-RE relocation <byte_off> [8] struct task_struct.later (0:0 @ offset 0)\n"
        "processed 1 insns\n-- END PROG LOAD LOG --\n");
    EXPECT_EQ(error.kind, ErrorKind::unavailable);
    EXPECT_EQ(error.what,
              "cannot load filter of a.o: this kernel has no struct task_struct.later, which the "
              "program reads");
}

TEST(LoadError, AllMapsWithoutASizeAreNamed) {
    const Error error = refused(-EINVAL, "libbpf: map 'b': failed to create: Invalid argument(-22)",
                                {map_of("a", 1), map_of("b", 0), map_of("c", 0)});
    EXPECT_EQ(error.kind, ErrorKind::input);
    EXPECT_EQ(
        error.what,
        "cannot load filter of a.o: the maps b, c have no size, which the object leaves to its "
        "loader");
    EXPECT_EQ(error.advice,
              "say how many entries each has room for: --set b.max_entries=1024 --set "
              "c.max_entries=1024");
}

TEST(LoadError, TheSizeOfACpumapIsTheNumberOfCpus) {
    TypedMap map = map_of("cpus", 0);
    map.kind = BPF_MAP_TYPE_CPUMAP;
    EXPECT_EQ(refused(-EINVAL, "", {map}).advice,
              fmt::format("say how many entries it has room for: --set cpus.max_entries={}",
                          ::libbpf_num_possible_cpus()));
    map.max_entries = 100'000;
    EXPECT_EQ(refused(-E2BIG, "libbpf: map 'cpus': failed to create: ...", {map}).advice,
              fmt::format("make it smaller: --set cpus.max_entries={}, or in the object",
                          ::libbpf_num_possible_cpus()));
}

TEST(LoadError, AMapThatDoesNotFitIsDescribed) {
    const Error error =
        refused(-ENOMEM, "libbpf: map 'big': failed to create: Cannot allocate memory(-12)",
                {map_of("big", 100'000'000)});
    EXPECT_EQ(error.kind, ErrorKind::system);
    EXPECT_EQ(error.what,
              "cannot load filter of a.o: the kernel does not create map big (hash, 100,000,000 "
              "entries, keys of 4 bytes, values of 1,000 bytes): Cannot allocate memory (ENOMEM)");
    EXPECT_EQ(error.cause, "it does not fit into the memory that is free");
}

TEST(LoadError, AMapTypeThatTheKernelLacksIsMissing) {
    TypedMap map = map_of("later", 1);
    map.kind = 7777;
    const Error error = refused(-EINVAL, "libbpf: map 'later': failed to create: ...", {map});
    EXPECT_EQ(error.kind, ErrorKind::unavailable);
    EXPECT_EQ(error.cause, "this kernel has no maps of this type");
}

TEST(LoadError, TheFlagThatAPrefixTrieLacksIsNamed) {
    TypedMap map = map_of("routes", 10'000);
    map.kind = BPF_MAP_TYPE_LPM_TRIE;
    const char* const log = "libbpf: map 'routes': failed to create: Invalid argument(-22)\n";
    const Error error = refused(-EINVAL, log, {map});
    EXPECT_NE(error.what.find("10,000 entries"), std::string::npos) << error.what;
    EXPECT_NE(error.cause.find("BPF_F_NO_PREALLOC"), std::string::npos) << error.cause;
    map.flags = BPF_F_NO_PREALLOC;
    EXPECT_EQ(refused(-EINVAL, log, {map}).cause.find("BPF_F_NO_PREALLOC"), std::string::npos);
}

TEST(LoadError, ListingsOfBtfAreLeftOut) {
    const Error error = refused(-EINVAL,
                                "libbpf: BTF loading error: -22\nlibbpf: -- BEGIN BTF LOAD LOG "
                                "---\nmagic: 0xeb9f\n[1] PTR (anon)\n-- END BTF LOAD LOG --\n"
                                "libbpf: something else\nlibbpf: failed to load object 'a.o'\n");
    EXPECT_EQ(error.cause, "something else");
}

}  // namespace
}  // namespace xdpbench::bpf
