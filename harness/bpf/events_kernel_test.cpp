#include <bpf/libbpf.h>
#include <poll.h>

#include <algorithm>
#include <numeric>

#include "bpf/events.h"
#include "bpf/fixture_test.h"
#include "bpf/test_run.h"

namespace xdpbench::bpf {
namespace {

using std::chrono::milliseconds;

class EventsTest : public KernelTest {
  protected:
    static constexpr std::size_t kFrameBytes = 60;

    static Program loaded(const std::string& function,
                          const std::vector<scenario::GlobalSetting>& globals) {
        auto program = Program::open(fixture_object("events"), function);
        EXPECT_TRUE(program) << program.error().text();
        const auto configured = program->configure({globals, {}});
        EXPECT_TRUE(configured) << configured.error().text();
        const auto done = program->load();
        EXPECT_TRUE(done) << done.error().text();
        return *std::move(program);
    }

    static scenario::GlobalSetting global(const std::string& name, int value) {
        return {name, scalar(std::to_string(value))};
    }

    static void run(const Program& program, int frames = 1) {
        std::vector<std::uint8_t> frame(kFrameBytes);
        std::iota(frame.begin(), frame.end(), std::uint8_t{0});
        frame[12] = 0x08;
        frame[13] = 0x00;
        TestRunner runner(program.fd());
        for (int i = 0; i < frames; ++i) {
            const auto output = runner.run(frame);
            ASSERT_TRUE(output) << output.error().text();
        }
    }

    static Events opened(const Program& program, const EventTypes& named = {}) {
        auto events = Events::open(program, named);
        EXPECT_TRUE(events) << events.error().text();
        return *std::move(events);
    }

    // "map: text" of every record.
    static Events::Handler into(std::vector<std::string>& lines) {
        return [&lines](const Event& event) {
            lines.push_back(event.source->map + ": " + event_text(event));
        };
    }

    static std::size_t index_of(const Events& events, const std::string& map) {
        for (std::size_t i = 0; i < events.sources().size(); ++i) {
            if (events.sources()[i].map == map) return i;
        }
        ADD_FAILURE() << "no map " << map;
        return 0;
    }

    static std::optional<std::uint64_t> lost(const Events& events, const std::string& map) {
        const auto number = events.lost(index_of(events, map));
        EXPECT_TRUE(number) << number.error().text();
        return *number;
    }
};

TEST_F(EventsTest, FindsTheMapsAndTheTypesOfTheirRecords) {
    auto program = Program::open(fixture_object("events"), "rings");
    ASSERT_TRUE(program) << program.error().text();
    const auto sources = event_sources(*program);
    ASSERT_TRUE(sources) << sources.error().text();
    std::map<std::string, std::string> types;
    for (const EventSource& source : *sources) types[source.map] = source.type_name;
    EXPECT_EQ(types, (std::map<std::string, std::string>{{"events", "struct event"},
                                                         {"alike", "struct event"},
                                                         {"oddities", "struct oddity"},
                                                         {"unheard", "struct oddity"}}));
}

TEST_F(EventsTest, ATypeCanBeNamed) {
    auto program = Program::open(fixture_object("events"), "rings");
    ASSERT_TRUE(program) << program.error().text();
    EXPECT_TRUE(event_sources(*program, {{"oddities", "struct event"}}));
    EXPECT_TRUE(event_sources(*program, {{"oddities", "event"}}));
    const auto wrong = event_sources(*program, {{"oddities", "evnt"}});
    ASSERT_FALSE(wrong);
    EXPECT_NE(wrong.error().what.find("did you mean event?"), std::string::npos);
    EXPECT_NE(wrong.error().advice.find("__attribute__((unused))"), std::string::npos);
    const auto nowhere = event_sources(*program, {{"evens", "event"}});
    ASSERT_FALSE(nowhere);
    EXPECT_NE(nowhere.error().what.find("did you mean events?"), std::string::npos);
}

TEST_F(EventsTest, ReadsARingBufferInOrder) {
    const Program program = loaded("rings", {global("burst", 2)});
    Events events = opened(program);
    run(program, 2);
    std::vector<std::string> lines;
    const auto count = events.consume(into(lines));
    ASSERT_TRUE(count) << count.error().text();
    EXPECT_EQ(*count, 6U);
    std::erase_if(lines, [](const auto& line) { return line.starts_with("unheard"); });
    EXPECT_EQ(lines,
              (std::vector<std::string>{"events: source=06:07:08:09:0a:0b type=2048 number=0",
                                        "events: source=06:07:08:09:0a:0b type=2048 number=1",
                                        "events: source=06:07:08:09:0a:0b type=2048 number=2",
                                        "events: source=06:07:08:09:0a:0b type=2048 number=3"}));
    EXPECT_EQ(*events.consume(into(lines)), 0U);
    EXPECT_EQ(lost(events, "events"), 0U);
    EXPECT_EQ(lost(events, "unheard"), std::nullopt);
}

TEST_F(EventsTest, ARecordThatIsTooShortForItsTypeIsShownInHex) {
    const Program program = loaded("rings", {});
    Events events = opened(program);
    run(program);
    std::vector<std::string> lines;
    ASSERT_TRUE(events.consume(into(lines)));
    EXPECT_EQ(lines.back(), "unheard: hex:01");
}

TEST_F(EventsTest, WhatARingBufferLostIsWhatItsProgramSays) {
    const Program program = loaded("rings", {global("burst", 1000)});
    Events events = opened(program);
    run(program);
    std::size_t arrived = 0;
    ASSERT_TRUE(events.consume([&](const Event& event) {
        if (event.source->map == "events") ++arrived;
    }));
    EXPECT_GT(arrived, 0U);
    EXPECT_EQ(lost(events, "events"), 1000 - arrived);
}

TEST_F(EventsTest, ReadsAPerfBuffer) {
    const Program program = loaded("perfs", {global("burst", 2)});
    Events events = opened(program);
    run(program);
    std::vector<std::string> lines;
    ASSERT_TRUE(events.consume(into(lines)));
    std::sort(lines.begin(), lines.end());
    EXPECT_EQ(lines,
              (std::vector<std::string>{"alike: source=06:07:08:09:0a:0b type=2048 number=0",
                                        "oddities: number=0 tail=7", "oddities: number=1 tail=7"}));
    EXPECT_EQ(lost(events, "oddities"), 0U);
}

TEST_F(EventsTest, APerfBuffersLossesAreCounted) {
    constexpr int kBurst = 50'000;  // more than the buffer holds
    const Program program = loaded("perfs", {global("burst", kBurst / 5)});
    Events events = opened(program);
    run(program, 5);
    std::uint64_t arrived = 0;
    ASSERT_TRUE(events.consume([&](const Event& event) {
        if (event.source->map == "oddities") ++arrived;
    }));
    EXPECT_GT(arrived, 0U);
    EXPECT_LT(arrived, std::uint64_t{kBurst});
    const std::optional<std::uint64_t> gone = lost(events, "oddities");
    ASSERT_TRUE(gone);
    // Before kernel 6.0 the last ones are not known: no record came after them.
    EXPECT_LE(*gone, kBurst - arrived);
    run(program);
    ASSERT_TRUE(events.consume([](const Event&) {}));
    EXPECT_GE(*lost(events, "oddities"), kBurst - arrived);
}

TEST_F(EventsTest, TheFramesBytesBehindARecordAreMentioned) {
    const Program program = loaded("perfs", {global("copied", 34)});
    Events events = opened(program);
    run(program);
    std::vector<std::string> lines;
    ASSERT_TRUE(events.consume(into(lines)));
    std::erase_if(lines, [](const auto& line) { return line.starts_with("oddities"); });
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_TRUE(lines[0].starts_with("alike: source=06:07:08:09:0a:0b type=2048 number=0 + "))
        << lines[0];
}

TEST_F(EventsTest, RecordsAreCompared) {
    const Program program = loaded("rings", {});
    Events events = opened(program);
    run(program);
    bool looked = false;
    ASSERT_TRUE(events.consume([&](const Event& event) {
        if (event.source->map != "events") return;
        looked = true;
        const auto same = compare_event(
            event, fields({{"type", scalar("0x0800")}, {"source", scalar("06:07:08:09:0a:0b")}}));
        ASSERT_TRUE(same) << same.error().text();
        EXPECT_TRUE(same->empty());
        const auto other = compare_event(event, field("number", "4"));
        ASSERT_TRUE(other) << other.error().text();
        ASSERT_EQ(other->size(), 1U);
        EXPECT_EQ((*other)[0].path, "number");
        EXPECT_EQ((*other)[0].expected, "4");
        EXPECT_EQ((*other)[0].actual, "0");
        EXPECT_TRUE(compare_event(event, scalar("hex:060708090a0b080000000000"))->empty());
        EXPECT_EQ(compare_event(event, scalar("hex:0607"))->size(), 1U);
        EXPECT_FALSE(compare_event(event, field("nuber", "4")));
    }));
    EXPECT_TRUE(looked);
}

// The program writes five records for each that is handed over: without the bound there is no end.
TEST_F(EventsTest, ATurnIsBoundedHoweverFastTheProgramWrites) {
    for (const auto& [function, map] :
         {std::pair{"rings", "events"}, std::pair{"perfs", "oddities"}}) {
        const Program program = loaded(function, {global("burst", 5)});
        Events events = opened(program);
        run(program);
        constexpr std::size_t kMost = 2;
        const bool ring = events.sources().at(index_of(events, map)).buffer == EventBuffer::ring;
        const auto buffers = ring ? 1U : static_cast<unsigned>(::libbpf_num_possible_cpus());
        std::uint64_t next = 0;
        for (int turn = 0; turn < 3; ++turn) {
            std::size_t handed_over = 0;
            const auto count = events.consume(
                [&, wanted = map](const Event& event) {
                    if (event.source->map != wanted) return;
                    EXPECT_EQ(event.number, next++);
                    ++handed_over;
                    run(program);
                },
                kMost);
            ASSERT_TRUE(count) << count.error().text();
            EXPECT_GE(handed_over, kMost) << function;
            EXPECT_LE(handed_over, kMost * buffers) << function;
        }
    }
}

TEST_F(EventsTest, AWaitEndsWhenARecordComesOrTheTimeIsOver) {
    const Program program = loaded("rings", {});
    Events events = opened(program);
    std::vector<std::string> lines;
    EXPECT_EQ(*events.poll(milliseconds(1), into(lines)), 0U);
    run(program);
    pollfd waiting{events.fd(), POLLIN, 0};
    EXPECT_EQ(::poll(&waiting, 1, 10'000), 1);
    EXPECT_EQ(*events.poll(milliseconds(10'000), into(lines)), 2U);
}

TEST_F(EventsTest, AProgramWithoutEventMapsHasNone) {
    auto program = Program::open(fixture_object("plain"));
    ASSERT_TRUE(program) << program.error().text();
    ASSERT_TRUE(program->load());
    Events events = opened(*program);
    EXPECT_TRUE(events.sources().empty());
    EXPECT_EQ(events.fd(), -1);
    EXPECT_EQ(*events.consume([](const Event&) {}), 0U);
}

}  // namespace
}  // namespace xdpbench::bpf
