#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "bpf/counters.h"
#include "bpf/cpus.h"
#include "bpf/fixture_test.h"
#include "bpf/program.h"
#include "bpf/rx_metadata.h"
#include "bpf/test_run.h"
#include "net/network.h"

namespace xdpbench::bpf {
namespace {

namespace fs = std::filesystem;

using Lines = std::vector<std::string>;
using Memory = std::vector<std::uint8_t>;

class ProgramTest : public KernelTest {
  protected:
    // A file with this content, gone with the test.
    std::string file_with(const std::string& content) {
        file_ = testing::TempDir() + "xdp-bench-program." + std::to_string(::getpid()) + ".o";
        std::ofstream(file_, std::ios::binary | std::ios::trunc) << content;
        return file_;
    }
    void TearDown() override {
        if (!file_.empty()) fs::remove(file_);
    }

    static std::string open_error(const std::string& path, const std::string& function = {}) {
        const auto program = Program::open(path, function);
        if (program) return "opened";
        EXPECT_EQ(program.error().kind, ErrorKind::input);
        return program.error().text();
    }

    static Result<Program> open_first() {
        return Program::open(fixture_object("rich_types"), "first");
    }

    static std::string configure_error(const scenario::Configuration& configuration) {
        auto program = open_first();
        EXPECT_TRUE(program) << program.error().text();
        const auto configured = program->configure(configuration);
        if (configured) return "configured";
        EXPECT_EQ(configured.error().kind, ErrorKind::input);
        return configured.error().what;
    }

    static scenario::Configuration global(const std::string& name, const model::Value& value) {
        return {{{name, value}}, {}};
    }

    static scenario::MapContent content(const std::string& map,
                                        std::vector<scenario::MapEntry> entries) {
        return {{"test.yaml", 5, 1}, map, std::move(entries)};
    }

    static scenario::Configuration entry(const std::string& map, const model::Value& key,
                                         const model::Value& value) {
        return {{}, {content(map, {{key, value, {}, false}})}};
    }

    static Lines differences(const Program& program, const scenario::MapContent& expected) {
        const auto lines = program.compare_maps({expected});
        return lines ? *lines : Lines{"error: " + lines.error().what};
    }

    std::string file_;
};

#define EXPECT_CONTAINS(text, part) \
    EXPECT_NE(std::string(text).find(part), std::string::npos) << (text)

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
                                                   "first, second\n  to do:  name one: --prog "
                                                   "{0}:first",
                                                   path));
}

TEST_F(ProgramTest, SeveralWithoutANameAreListed) {
    const std::string path = fixture_object("rich_types");
    EXPECT_EQ(open_error(path), path +
                                    " has several XDP programs: first, second\n  to do:  "
                                    "choose one: --prog " +
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

TEST_F(ProgramTest, ErrorsInGlobalsNameTheirPlace) {
    EXPECT_EQ(configure_error(global("settign", scalar("1", 12))),
              "test.yaml:12:3: rich_types.bpf.o has no global settign (did you mean setting?); it "
              "has: zeroed, state, counter, address, hidden_number, own_section, setting, fixed");
    EXPECT_EQ(configure_error(global("setting", scalar("-1", 13))),
              "global setting: test.yaml:13:3: -1 does not fit type __u32 (unsigned, 4 bytes)");
    EXPECT_EQ(configure_error(global("fixed", field("u8", "300"))),
              "global fixed: test.yaml:7:3: u8: 300 does not fit type __u8 (unsigned, 1 byte)");
    EXPECT_CONTAINS(configure_error(global("table", scalar("1"))), "has no global table");
    EXPECT_CONTAINS(configure_error(global("_license", scalar("MIT"))), "has no global _license");
}

TEST_F(ProgramTest, ErrorsInMapsNameTheirPlace) {
    EXPECT_EQ(configure_error(entry("tabel", scalar("0"), scalar("1"))),
              "test.yaml:5:1: rich_types.bpf.o has no map tabel (did you mean table?); it has: "
              "tallies, untyped, untyped_tallies, odd_tallies, flows, table");
    EXPECT_EQ(configure_error(entry("table", scalar("x", 9), fields({}))),
              "map table, key: test.yaml:9:3: \"x\" is no value of type __u32: expected an integer "
              "of 4 bytes or an IPv4 address");
    EXPECT_EQ(configure_error(entry("table", scalar("0"), field("numbers", "1"))),
              "map table, value: test.yaml:7:3: numbers: \"1\" is no value of an array of 4 "
              "elements of 4 bytes: expected a list");
    EXPECT_EQ(configure_error({{}, {content("table", {{scalar("0"), {}, {}, false}})}}),
              "test.yaml:7:3: map table: an entry to set needs a value");
    EXPECT_CONTAINS(configure_error(entry("untyped", scalar("1"), scalar("5"))),
                    "map untyped, value: test.yaml:7:3: \"5\" is no value of 6 bytes");
}

// The program's data sections as loaded; libbpf names their maps.
TEST_F(ProgramTest, GlobalsOfEverySectionAreSet) {
    auto program = open_first();
    ASSERT_TRUE(program);
    for (const auto& [name, text] :
         {std::pair{"setting", "77"}, std::pair{"counter", "10"}, std::pair{"address", "10.0.0.1"},
          std::pair{"zeroed", "5"}, std::pair{"hidden_number", "8"},
          std::pair{"own_section", "6"}}) {
        const auto configured = program->configure(global(name, scalar(text)));
        ASSERT_TRUE(configured) << configured.error().text();
    }
    ASSERT_TRUE(program->configure(global("fixed", field("u32", "1000"))));
    ASSERT_TRUE(program->configure(global("setting", scalar("78")))) << "the later one wins";
    const auto loaded = program->load();
    ASSERT_TRUE(loaded) << loaded.error().text();
    const std::vector<std::uint8_t> frame(60);
    TestRunner runner(program->fd());
    const auto run = runner.run(frame);
    ASSERT_TRUE(run) << run.error().text();
    EXPECT_EQ(run->returned, std::uint32_t{XDP_PASS});
    // first(): counter++; zeroed += setting + fixed.u32; state.u64 = address + hidden + own_section
    const std::uint64_t address = 0x0100000a;
    std::uint64_t sum = 0;
    const std::uint32_t zero = 0;
    const std::optional<TypedMap> map = program->find_map(".bss");
    ASSERT_TRUE(map);
    std::vector<std::uint8_t> bss(map->value.size);
    ASSERT_EQ(::bpf_map_lookup_elem(map->fd, &zero, bss.data()), 0);
    std::uint64_t zeroed = 0;
    for (std::size_t at = 0; at + 8 <= bss.size(); at += 8) {
        std::uint64_t value = 0;
        std::memcpy(&value, bss.data() + at, sizeof(value));
        if (value == 5 + 78 + 1000) zeroed = value;
        if (value == address + 8 + 6) sum = value;
    }
    EXPECT_EQ(zeroed, 5U + 78U + 1000U);
    EXPECT_EQ(sum, address + 8 + 6);
}

TEST_F(ProgramTest, ItIsTooLateToConfigureWhatIsLoaded) {
    auto program = open_first();
    ASSERT_TRUE(program && program->load());
    const auto configured = program->configure(global("setting", scalar("1")));
    ASSERT_FALSE(configured);
    EXPECT_CONTAINS(configured.error().what, "too late");
}

TEST_F(ProgramTest, EntriesAreWrittenAndCompared) {
    auto program = open_first();
    ASSERT_TRUE(program);
    const model::Value flow = fields({{"port", scalar("80")}, {"wire_port", scalar("443")}});
    ASSERT_TRUE(program->configure(entry("flows", flow, scalar("12"))));
    ASSERT_TRUE(program->configure(entry("table", scalar("3"), field("mac", "02:00:00:00:00:01"))));
    ASSERT_TRUE(program->configure(entry("untyped", scalar("1"), scalar("02:00:00:00:00:09"))));
    const auto loaded = program->load();
    ASSERT_TRUE(loaded) << loaded.error().text();
    EXPECT_EQ(differences(*program, content("flows", {{flow, scalar("12"), {}, false}})), Lines{});
    EXPECT_EQ(differences(*program, content("flows", {{flow, scalar("13"), {}, false}})),
              Lines{"map flows[hex:500001bb]: expected 13, got 12"});
    EXPECT_EQ(differences(
                  *program,
                  content("table", {{scalar("3"), field("mac", "02:00:00:00:00:02"), {}, false}})),
              Lines{"map table[3].mac: expected 02:00:00:00:00:02, got 02:00:00:00:00:01"});
    EXPECT_EQ(
        differences(*program,
                    content("untyped", {{scalar("1"), scalar("hex:020000000008"), {}, false}})),
        Lines{"map untyped[1]: expected hex:020000000008, got hex:020000000009"});
}

TEST_F(ProgramTest, AbsentEntriesAreSeen) {
    auto program = open_first();
    ASSERT_TRUE(program);
    const model::Value here = field("port", "1");
    const model::Value missing = field("port", "2");
    ASSERT_TRUE(program->configure(entry("flows", here, scalar("12"))) && program->load());
    EXPECT_EQ(differences(*program, content("flows", {{missing, {}, {}, true}})), Lines{});
    EXPECT_EQ(differences(*program, content("flows", {{here, {}, {}, true}})),
              Lines{"map flows[hex:01000000]: expected no such entry, but there is one"});
    EXPECT_EQ(differences(*program, content("flows", {{missing, scalar("1"), {}, false}})),
              Lines{"map flows[hex:02000000]: expected an entry, but there is none"});
}

TEST_F(ProgramTest, TheValuesOfAllCpusAreAddedUp) {
    auto program = open_first();
    ASSERT_TRUE(program);
    const model::Value tally = fields({{"packets", scalar("100")},
                                       {"wire", scalar("256")},
                                       {"small", list({scalar("1"), scalar("2")})}});
    ASSERT_TRUE(program->configure(entry("tallies", scalar("1"), tally)));
    ASSERT_TRUE(program->configure(entry("untyped_tallies", scalar("7"), scalar("100"))));
    const model::Value odd =
        fields({{"first", scalar("1")}, {"second", scalar("20")}, {"third", scalar("300")}});
    ASSERT_TRUE(program->configure(entry("odd_tallies", scalar("3"), odd)));
    const auto loaded = program->load();
    ASSERT_TRUE(loaded) << loaded.error().text();
    const auto cpus = possible_cpus();
    ASSERT_TRUE(cpus);
    const auto times = [&](std::size_t number) { return scalar(std::to_string(number * *cpus)); };
    const model::Value sum = fields(
        {{"packets", times(100)}, {"wire", times(256)}, {"small", list({times(1), times(2)})}});
    const model::Value odd_sum =
        fields({{"first", times(1)}, {"second", times(20)}, {"third", times(300)}});
    // As the kernel lays them out: every CPU's 12 bytes in a place of 16.
    std::vector<std::array<std::uint32_t, 4>> raw(*cpus);
    const std::uint32_t odd_key = 3;
    ASSERT_EQ(::bpf_map_lookup_elem(program->find_map("odd_tallies")->fd, &odd_key, raw.data()), 0);
    for (const auto& cpu : raw) {
        EXPECT_EQ(cpu[0], 1U);
        EXPECT_EQ(cpu[1], 20U);
        EXPECT_EQ(cpu[2], 300U);
    }
    EXPECT_EQ(differences(*program, content("odd_tallies", {{scalar("3"), {}, odd_sum, false}})),
              Lines{});
    EXPECT_EQ(differences(*program, content("tallies", {{scalar("1"), {}, sum, false}})), Lines{});
    EXPECT_EQ(
        differences(*program, content("untyped_tallies", {{scalar("7"), {}, times(100), false}})),
        Lines{});
    EXPECT_EQ(differences(*program,
                          content("tallies", {{scalar("1"), {}, field("packets", "1"), false}})),
              Lines{"map tallies[1].packets: expected 1, got " + std::to_string(100 * *cpus)});
    EXPECT_EQ(
        differences(*program, content("tallies", {{scalar("1"), tally, {}, false}})),
        Lines{"error: test.yaml:7:3: map tallies is per-CPU: write sum_cpus instead of value"});
    EXPECT_EQ(differences(*program, content("table", {{scalar("1"), {}, scalar("1"), false}})),
              Lines{"error: test.yaml:7:3: map table is not per-CPU: write value instead of "
                    "sum_cpus"});
    EXPECT_EQ(differences(*program, content("table", {{scalar("1"), {}, {}, false}})),
              Lines{"error: test.yaml:7:3: map table is not per-CPU: write value instead of "
                    "sum_cpus"});
}

TEST_F(ProgramTest, AnExpectationOfAnotherTypeIsAnError) {
    auto program = open_first();
    ASSERT_TRUE(program && program->load());
    EXPECT_CONTAINS(
        differences(*program, content("table", {{scalar("0"), scalar("5"), {}, false}})).at(0),
        "error: map table, value: test.yaml:7:3: \"5\" is no value of struct everything");
    EXPECT_CONTAINS(
        differences(*program, content("table", {{scalar("x"), fields({}), {}, false}})).at(0),
        "error: map table, key: test.yaml:7:3: \"x\" is no value");
    EXPECT_CONTAINS(differences(*program, content("tables", {})).at(0),
                    "has no map tables (did you mean table?)");
}

TEST_F(ProgramTest, AnEntryThatHasNoRoomIsSaidWithItsPlace) {
    auto program = open_first();
    ASSERT_TRUE(program);
    ASSERT_TRUE(program->configure(entry("table", scalar("4", 31), fields({}))));
    const auto loaded = program->load();
    ASSERT_FALSE(loaded);
    EXPECT_CONTAINS(loaded.error().text(),
                    "test.yaml:31:3: cannot set an entry of map table (key hex:04000000): Argument "
                    "list too long (E2BIG)");
    EXPECT_CONTAINS(loaded.error().text(), "the map has 4 entries");
    EXPECT_EQ(loaded.error().kind, ErrorKind::input);
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

TEST_F(ProgramTest, MapsInAMapAndGlobals) {
    auto program = Program::open(fixture_object("map_in_map"));
    ASSERT_TRUE(program) << program.error().text();
    scenario::Configuration setup;
    setup.maps = {content("even", {{scalar("0"), scalar("1"), {}, false}}),
                  content("odd", {{scalar("0"), scalar("3"), {}, false}})};
    setup.globals = {{"frames", scalar("1")}};  // .bss: begins with the odd one
    ASSERT_TRUE(program->configure(setup));
    const auto loaded = program->load();
    ASSERT_TRUE(loaded) << loaded.error().text();
    TestRunner runner(program->fd());
    std::vector<std::uint32_t> verdicts;
    for (int i = 0; i < 3; ++i) {
        const auto output = runner.run(Memory(60));
        ASSERT_TRUE(output) << output.error().text();
        verdicts.push_back(output->returned);
    }
    EXPECT_EQ(verdicts, (std::vector<std::uint32_t>{XDP_TX, XDP_DROP, XDP_TX}));
}

TEST_F(ProgramTest, MapsThatAskToBePinnedAreEachProgramsOwn) {
    for (int round = 0; round < 2; ++round) {
        auto program = Program::open(fixture_object("pinned"));
        ASSERT_TRUE(program) << program.error().text();
        const auto loaded = program->load();
        ASSERT_TRUE(loaded) << loaded.error().text();
        TestRunner runner(program->fd());
        ASSERT_TRUE(runner.run(Memory(60)));
        EXPECT_EQ(differences(*program,
                              content("xdp_bench_pin", {{scalar("0"), scalar("1"), {}, false}})),
                  Lines{});
        EXPECT_FALSE(fs::exists("/sys/fs/bpf/xdp_bench_pin"));
    }
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

TEST_F(ProgramTest, AMapIsToldProgramsByTheirNames) {
    const auto configured = [](const std::string& object, const std::string& function,
                               const std::string& map, const std::string& name) -> Result<Program> {
        XDPBENCH_TRY(Program program, Program::open(fixture_object(object), function));
        XDPBENCH_CHECK(program.configure(
            {{}, {{{}, map, {{scalar("0"), scalar("program:" + name), std::nullopt, false}}}}}));
        XDPBENCH_CHECK(program.load());
        return program;
    };
    // The object says that entry 0 is short_frame, which drops.
    const auto other = configured("tail_calls", "entry", "by_length", "long_frame");
    ASSERT_TRUE(other) << other.error().text();
    TestRunner runner(other->fd());
    EXPECT_EQ(runner.run(Memory(60))->returned, static_cast<std::uint32_t>(XDP_TX));

    const auto unknown = configured("tail_calls", "entry", "by_length", "lang_frame");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().kind, ErrorKind::input);
    EXPECT_CONTAINS(unknown.error().text(),
                    "tail_calls.bpf.o has no program lang_frame that is loaded with entry "
                    "(did you mean long_frame?)");
    const auto not_loaded = configured("behind_redirect", "", "cpus", "unsafe");
    ASSERT_FALSE(not_loaded);
    EXPECT_CONTAINS(not_loaded.error().text(), "no program unsafe that is loaded with");
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
