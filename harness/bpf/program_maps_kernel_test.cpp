// Global variables and maps of a program: what is set, and what is expected of them.
#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bpf/cpus.h"
#include "bpf/program_fixture_test.h"
#include "bpf/test_run.h"

namespace xdpbench::bpf {
namespace {

namespace fs = std::filesystem;

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
              "elements of 4 bytes: expected a list, an IPv6 address or \"hex:...\"");
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

TEST_F(ProgramTest, AKeyBeyondAnArrayIsFoundBeforeItIsLoaded) {
    EXPECT_EQ(configure_error(entry("table", scalar("4", 31), fields({}))),
              "test.yaml:31:3: map table has 4 entries: a key of 4 is beyond them, 0 to 3");
    auto program = open_first();
    ASSERT_TRUE(program);
    EXPECT_TRUE(program->configure(entry("table", scalar("3"), fields({}))));
    const auto step =
        program->validate_changes({content("table", {{scalar("4", 9), fields({}), {}, false}})});
    ASSERT_FALSE(step);
    EXPECT_CONTAINS(step.error().what, "test.yaml:9:3: map table has 4 entries");
}

// It is no fault of the program: so no input error, which fails a case.
TEST_F(ProgramTest, EntriesWithoutRoomAreNamedWithTheirPlace) {
    auto program = open_first();
    ASSERT_TRUE(program);
    const auto flow = [](const char* port) { return field("port", port); };
    ASSERT_TRUE(program->configure({{},
                                    {content("flows", {{flow("1"), scalar("1"), {}, false},
                                                       {flow("2"), scalar("1"), {}, false},
                                                       {flow("3"), scalar("1"), {}, false}})}}));
    const auto loaded = program->load();
    ASSERT_FALSE(loaded);
    EXPECT_TRUE(loaded.error().what.starts_with("test.yaml:")) << loaded.error().what;
    EXPECT_CONTAINS(loaded.error().text(), "cannot set an entry of map flows (key hex:03000000)");
    EXPECT_CONTAINS(loaded.error().text(), "the map has 2 entries, and all are taken");
    EXPECT_EQ(loaded.error().kind, ErrorKind::system);
}

TEST_F(ProgramTest, ARangeWithoutRoomIsNamedWithItsPlace) {
    auto program = open_first();
    ASSERT_TRUE(program);
    scenario::MapContent range = content("table", {});
    range.bulk.push_back({{"test.yaml", 8, 5}, 0, 9, false, scalar("i"), fields({}), {}});
    ASSERT_TRUE(program->configure({{}, {range}}));
    const auto loaded = program->load();
    ASSERT_FALSE(loaded);
    EXPECT_CONTAINS(loaded.error().text(), "test.yaml:8:5: cannot set an entry of map table");
    EXPECT_CONTAINS(loaded.error().text(), "the map has 4 entries: the key is beyond them");
    EXPECT_EQ(loaded.error().kind, ErrorKind::system);
}

TEST_F(ProgramTest, TargetsThatTheKernelRefusesHaveACause) {
    const auto refused = [](const std::string& map, const model::Value& value) -> std::string {
        auto program = Program::open(fixture_object("behind_redirect"));
        if (!program) return program.error().text();
        const auto configured = program->configure(entry(map, scalar("0"), value));
        if (!configured) return configured.error().text();
        const auto loaded = program->load();
        return loaded ? "loaded" : loaded.error().text();
    };
    const auto with_program = [](const char* number, const char* value, const char* program) {
        return fields({{number, scalar(value)}, {"bpf_prog", field("fd", program)}});
    };
    EXPECT_CONTAINS(refused("ports", field("ifindex", "99999")),
                    "there is no interface with index 99999");
    EXPECT_CONTAINS(refused("ports", with_program("ifindex", "1", "program:behind_redirect")),
                    "the program is not SEC(\"xdp/devmap\")");
    EXPECT_CONTAINS(refused("ports", with_program("ifindex", "1", "program:on_the_cpu")),
                    "the program is not SEC(\"xdp/devmap\")");
    EXPECT_CONTAINS(refused("ports", with_program("ifindex", "1", "9999")),
                    "9999 is no descriptor of a program");
    EXPECT_CONTAINS(refused("cpus", with_program("qsize", "8", "program:on_the_device")),
                    "the program is not SEC(\"xdp/cpumap\")");
    EXPECT_CONTAINS(refused("cpus", field("qsize", "16385")),
                    "qsize 16385 is more than 16384, the kernel's limit");
    EXPECT_CONTAINS(refused("cpus", field("qsize", "0")), "set qsize, the frames in the queue");
}

TEST_F(ProgramTest, AnArraysEntryIsSetToZeroInsteadOfDeleted) {
    auto program = open_first();
    ASSERT_TRUE(program && program->load());
    const auto deleted = delete_entry(*program->find_map("table"), MapBytes(4));
    ASSERT_FALSE(deleted);
    EXPECT_EQ(deleted.error().advice, "set it to zero instead: set table[KEY]={}");
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

}  // namespace
}  // namespace xdpbench::bpf
