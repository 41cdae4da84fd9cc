#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>

#include "base/file.h"
#include "bpf/counters.h"
#include "bpf/program.h"
#include "bpf/program_fixture_test.h"
#include "bpf/rx_metadata.h"
#include "bpf/test_run.h"
#include "net/network.h"

namespace xdpbench::bpf {
namespace {

TEST_F(ProgramTest, TheOnlyProgramNeedsNoName) {
    const auto program = Program::open(fixture_object("plain"));
    ASSERT_TRUE(program) << program.error().text();
    EXPECT_EQ(program->function(), "plain");
}

TEST_F(ProgramTest, ADeviceWithoutXdpHasNoRxMetadata) {
    auto program = Program::open(reference_object("rx_metadata"));
    ASSERT_TRUE(program) << program.error().text();
    if (!reads_rx_metadata(*program)) GTEST_SKIP() << "this kernel has no rx metadata (6.3)";
    const auto network = net::Network::create(0, 0);
    ASSERT_TRUE(network) << network.error().text();
    const auto inside = net::InNetNs::enter(network->dut);
    ASSERT_TRUE(inside);
    bind_to_receiver(*program, 1);  // lo
    const auto loaded = program->load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, ErrorKind::unavailable) << loaded.error().text();
    EXPECT_NE(loaded.error().what.find("reads rx metadata"), std::string::npos);
}

TEST_F(ProgramTest, OneOfSeveralIsPickedByName) {
    for (const char* const name : {"first", "second"}) {
        const auto program = Program::open(fixture_object("rich_types"), name);
        ASSERT_TRUE(program) << program.error().text();
        EXPECT_EQ(program->function(), name);
    }
}

TEST_F(ProgramTest, OneAloneInItsSectionIsPickedByThat) {
    const auto program = Program::open(fixture_object("plain"), "xdp");
    ASSERT_TRUE(program) << program.error().text();
    EXPECT_EQ(program->function(), "plain");
    const std::string path = fixture_object("rich_types");
    EXPECT_EQ(open_error(path, "xdp"), fmt::format("SEC(\"xdp\") of {0} has several programs: "
                                                   "first, second\n  to do:  name one: "
                                                   "{0}:first",
                                                   path));
}

TEST_F(ProgramTest, SeveralWithoutANameAreListed) {
    const std::string path = fixture_object("rich_types");
    EXPECT_EQ(open_error(path), path +
                                    " has several XDP programs: first, second\n  to do:  "
                                    "choose one by its name: " +
                                    path + ":first");
}

TEST_F(ProgramTest, AWrongNameGetsASuggestion) {
    const std::string path = fixture_object("rich_types");
    EXPECT_EQ(open_error(path, "frist"),
              path + " has no XDP program frist (did you mean first?); it has: first, second");
    EXPECT_EQ(open_error(path, "quite_different"),
              path + " has no XDP program quite_different; it has: first, second");
}

TEST_F(ProgramTest, AProgramOfAnotherTypeIsNotTaken) {
    const std::string path = fixture_object("rich_types");
    EXPECT_EQ(open_error(path, "on_the_stack"),
              fmt::format("on_the_stack (SEC(\"tc\"), sched_cls) of {} is no XDP program for an "
                          "interface; those are: first, second",
                          path));
    EXPECT_CONTAINS(open_error(fixture_object("no_xdp")),
                    "has no XDP program; of other types: only_tc (SEC(\"tc\"), sched_cls)");
    // Code for a struct __sk_buff is no XDP program in whatever section.
    EXPECT_CONTAINS(Program::open(fixture_object("no_xdp")).error().advice, "another context");
}

TEST_F(ProgramTest, WhatIsNoObjectIsRefused) {
    EXPECT_CONTAINS(open_error("/no/such.o"), "cannot read /no/such.o: No such file");
    EXPECT_CONTAINS(open_error("/tmp"), "it is a folder");
    EXPECT_CONTAINS(open_error(file_with("")), "is not an ELF object file");
    EXPECT_CONTAINS(open_error(file_with("int main;")), "is not an ELF object file");
    EXPECT_CONTAINS(open_error(file_with("\x7f"
                                         "ELF")),
                    "is damaged or incomplete");
    EXPECT_CONTAINS(open_error("/proc/self/exe"), "libbpf cannot open");
    EXPECT_CONTAINS(open_error("/proc/self/exe"), "BPF object format invalid");
    EXPECT_CONTAINS(open_error("/proc/self/exe"), "it was not compiled for BPF");
}

// Whatever is missing of an object, the answer is an error or a program, and no crash.
TEST_F(ProgramTest, ATruncatedObjectIsRefused) {
    const auto whole = read_file(fixture_object("rich_types"));
    ASSERT_TRUE(whole);
    std::size_t refused = 0;
    std::size_t tried = 0;
    for (std::size_t length = 0; length < whole->size(); length += 1 + length / 64) {
        const auto program = Program::open(file_with(whole->substr(0, length)), "first");
        ++tried;
        if (program) continue;
        ++refused;
        EXPECT_EQ(program.error().kind, ErrorKind::input) << length;
        if (length < 4) continue;  // not even the mark of an object
        EXPECT_CONTAINS(program.error().text(), "is damaged or incomplete: it has");
    }
    EXPECT_EQ(refused, tried) << "the section headers are at the end";
}

TEST_F(ProgramTest, AnObjectWithoutBtfSaysSo) {
    EXPECT_CONTAINS(open_error(fixture_object("rich_types.stripped"), "first"),
                    "compile it with clang -g");
    auto plain = Program::open(fixture_object("plain.stripped"));
    ASSERT_TRUE(plain) << plain.error().text();
    const auto configured = plain->configure(global("setting", scalar("1")));
    ASSERT_FALSE(configured);
    EXPECT_CONTAINS(configured.error().what, "plain.stripped.bpf.o has no BTF");
    const auto loaded = plain->load();
    EXPECT_TRUE(loaded) << loaded.error().text();
}

// What the only program of a fixture, or `function`, returns for frames of these lengths.
std::string returned(const std::string& object, const std::string& function,
                     const std::vector<std::size_t>& lengths) {
    auto program = Program::open(object, function);
    if (!program) return program.error().text();
    if (const auto loaded = program->load(); !loaded) return loaded.error().text();
    TestRunner runner(program->fd());
    std::string text;
    for (const std::size_t length : lengths) {
        const auto output = runner.run(Memory(length));
        text += (output ? returned_text(output->returned) : output.error().text()) + " ";
    }
    return text;
}

TEST_F(ProgramTest, TailCallsReachTheProgramsThatTheObjectNames) {
    EXPECT_EQ(returned(fixture_object("tail_calls"), "entry", {60, 200}), "XDP_DROP XDP_TX ");
}

TEST_F(ProgramTest, FragsTakesFramesBeyondAPage) {
    EXPECT_EQ(returned(fixture_object("frags"), "", {60, 9000}), "XDP_DROP XDP_TX ");
}

TEST_F(ProgramTest, AFrameBeyondTheKernelsLimitIsNamedWithTheLimit) {
    auto program = Program::open(fixture_object("frags"));
    ASSERT_TRUE(program && program->load());
    TestRunner runner(program->fd());
    const auto output = runner.run(Memory(262'144));
    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().kind, ErrorKind::input);
    EXPECT_CONTAINS(output.error().what, "262,144 bytes");
    EXPECT_CONTAINS(output.error().cause, "usually 73,152 bytes");
}

TEST_F(ProgramTest, WhatRunsBehindARedirectIsLoadedBesideButNotTaken) {
    const std::string path = fixture_object("behind_redirect");
    for (const auto& [function, section] :
         {std::pair{"on_the_device", "xdp/devmap"}, std::pair{"on_the_cpu", "xdp/cpumap"}}) {
        const std::string error = open_error(path, function);
        EXPECT_CONTAINS(error, fmt::format("{} of {} is SEC(\"{}\"): it runs on frames that a map "
                                           "redirects, and can neither be attached",
                                           function, path, section));
        EXPECT_CONTAINS(error, "and it is loaded with that: behind_redirect");
    }
    auto program = Program::open(path);
    ASSERT_TRUE(program) << program.error().text();
    const auto loaded = program->load();
    ASSERT_TRUE(loaded) << loaded.error().text();  // the tc program would be refused
}

TEST_F(ProgramTest, ObjectsWithoutBtf) {
    EXPECT_EQ(returned(fixture_object("plain.stripped"), "", {60}), "XDP_DROP ");
    EXPECT_CONTAINS(open_error(fixture_object("pinned.stripped")), "do not strip BTF");
}

TEST_F(ProgramTest, LegacyMapsAreRefusedWithWhatToWrite) {
    const std::string error = open_error(fixture_object("legacy_maps"));
    EXPECT_CONTAINS(error, "libbpf 1.0 dropped struct bpf_map_def in SEC(\"maps\")");
    EXPECT_CONTAINS(error, "__uint(type, BPF_MAP_TYPE_HASH);");
    EXPECT_CONTAINS(error, "name SEC(\".maps\");");
}

// The log is hundreds of lines; its end says what is wrong.
TEST_F(ProgramTest, ARejectionShowsTheEndOfTheLog) {
    auto program = Program::open(fixture_object("rejected"), "rejected");
    ASSERT_TRUE(program) << program.error().text();
    const auto loaded = program->load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, ErrorKind::input);
    const std::string text = loaded.error().text();
    EXPECT_CONTAINS(text, "the verifier rejects it: Permission denied (EACCES)");
    EXPECT_CONTAINS(text, "invalid access to packet");
    EXPECT_CONTAINS(text, "processed ");
    EXPECT_EQ(text.find("END PROG LOAD LOG"), std::string::npos) << text;
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 17) << text;
    // All of it goes to a file.
    EXPECT_EQ(loaded.error().log_name, "rejected-verifier");
    EXPECT_GT(std::count(loaded.error().log.begin(), loaded.error().log.end(), '\n'), 100);
    EXPECT_TRUE(loaded.error().log.ends_with("\n"));
}

TEST_F(ProgramTest, ARejectionShowsTheSourceLine) {
    auto program = Program::open(fixture_object("rejected"), "rejected");
    ASSERT_TRUE(program) << program.error().text();
    const auto loaded = program->load();
    ASSERT_FALSE(loaded);
    EXPECT_CONTAINS(loaded.error().text(), "  source line  return data[1000];");
    EXPECT_CONTAINS(loaded.error().text(), "  instruction  ");
}

TEST_F(ProgramTest, CostOfVerification) {
    auto program = Program::open(fixture_object("rich_types"), "first");
    ASSERT_TRUE(program) << program.error().text();
    const auto cost = program->load_for_cost();
    ASSERT_TRUE(cost) << cost.error().text();
    EXPECT_GT(cost->processed_insns.value_or(0), 0U);
    EXPECT_TRUE(cost->total_states);
    EXPECT_FALSE(cost->stack_bytes.empty());
    const auto info = program->info();
    ASSERT_TRUE(info);
    if (info->verified_insns != 0) {
        EXPECT_EQ(cost->processed_insns, info->verified_insns);
    }
}

TEST_F(ProgramTest, ASiblingThatIsRefusedIsNoHindrance) {
    auto program = Program::open(fixture_object("rejected"), "accepted");
    ASSERT_TRUE(program);
    const auto loaded = program->load();
    EXPECT_TRUE(loaded) << loaded.error().text();
}

TEST_F(ProgramTest, InformationIsTheKernels) {
    auto program = Program::open(reference_object("xdp_pass"));
    ASSERT_TRUE(program);
    EXPECT_FALSE(program->info()) << "nothing is loaded yet";
    ASSERT_TRUE(program->load());
    const auto info = program->info();
    ASSERT_TRUE(info) << info.error().text();
    EXPECT_GT(info->id, 0U);
    EXPECT_EQ(info->name, "xdp_pass");
    EXPECT_EQ(info->tag.size(), 16U);
    EXPECT_GT(info->xlated_bytes, 0U);
    EXPECT_GT(info->load_seconds, 0);
}

TEST_F(ProgramTest, NothingStaysLoaded) {
    std::uint32_t id = 0;
    {
        auto program = Program::open(reference_object("xdp_pass"));
        ASSERT_TRUE(program && program->load());
        id = program->info()->id;
    }
    // The kernel frees programs a moment later.
    EXPECT_TRUE(comes_true([&] { return !UniqueFd(::bpf_prog_get_fd_by_id(id)).valid(); }))
        << "program " << id << " is still there";
}

TEST_F(ProgramTest, AVethTakesNoOffload) {
    const auto network = net::Network::create(1, 64);
    ASSERT_TRUE(network) << network.error().text();
    for (const std::string name : {"plain", "rich_types"}) {
        auto program = Program::open(fixture_object(name), name == "plain" ? "" : "first");
        ASSERT_TRUE(program);
        const auto inside = net::InNetNs::enter(network->dut);
        ASSERT_TRUE(inside);
        const auto loaded = program->load(network->links[0].dut.index);
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().kind, ErrorKind::unavailable) << loaded.error().text();
        EXPECT_CONTAINS(loaded.error().text(), "no BPF offload");
    }
}

TEST_F(ProgramTest, CountersAreOnlyOurOwn) {
    auto ours = Program::open(reference_object("xdp_drop"));
    ASSERT_TRUE(ours && ours->load());
    const std::vector<std::uint8_t> frame(64);
    TestRunner runner(ours->fd());
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(runner.run(frame));
    const auto counters = read_counters(*ours);
    ASSERT_TRUE(counters && *counters);
    EXPECT_EQ(sum_cpus(**counters)[XDP_DROP].packets, 3U);
    EXPECT_EQ(sum_cpus(**counters)[XDP_DROP].bytes, 3U * 64);
    EXPECT_EQ(sum_cpus(**counters)[XDP_PASS].packets, 0U);

    auto other = Program::open(fixture_object("plain"));
    ASSERT_TRUE(other && other->load());
    const auto none = read_counters(*other);
    ASSERT_TRUE(none);
    EXPECT_FALSE(*none);
}

TEST_F(ProgramTest, ATestRunGivesActionAndFrame) {
    auto program = Program::open(reference_object("xdp_tx"));
    ASSERT_TRUE(program && program->load());
    TestRunner runner(program->fd());
    std::vector<std::uint8_t> frame(14);
    frame[5] = 1;
    frame[11] = 2;
    const auto run = runner.run(frame);
    ASSERT_TRUE(run) << run.error().text();
    EXPECT_EQ(returned_text(run->returned), "XDP_TX");
    ASSERT_EQ(run->frame.size(), 14U);
    EXPECT_EQ(run->frame[5], 2);
    EXPECT_EQ(run->frame[11], 1);
    const auto too_short = runner.run(std::span(frame).first(13));
    ASSERT_FALSE(too_short);
    EXPECT_EQ(too_short.error().kind, ErrorKind::input);
    EXPECT_EQ(returned_text(17), "17, which is no XDP action");
}

}  // namespace
}  // namespace xdpbench::bpf
