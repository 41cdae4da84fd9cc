#include "scenario/assignment.h"

#include <gtest/gtest.h>

namespace xdpbench::scenario {
namespace {

TEST(Assignment, OfAVariable) {
    const auto parsed = parse_assignment("ip=198.18.0.1");
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_EQ(parsed->place.name, "ip");
    EXPECT_FALSE(parsed->place.key);
    EXPECT_EQ(*parsed->value.scalar(), "198.18.0.1");
}

TEST(Assignment, OfAnEntry) {
    for (const char* const text : {"blocked[198.18.0.1]=1", " blocked [ 198.18.0.1 ] = 1 "}) {
        const auto parsed = parse_assignment(text);
        ASSERT_TRUE(parsed) << parsed.error().text();
        EXPECT_EQ(parsed->place.name, "blocked");
        EXPECT_EQ(*parsed->place.key->scalar(), "198.18.0.1");
        EXPECT_EQ(*parsed->value.scalar(), "1");
    }
}

TEST(Assignment, OfStructures) {
    const auto parsed =
        parse_assignment("backends[[1, 2]]={ip: 198.18.0.3, mac: 02:00:00:00:00:03}");
    ASSERT_TRUE(parsed) << parsed.error().text();
    ASSERT_NE(parsed->place.key->list(), nullptr);
    EXPECT_EQ(parsed->place.key->list()->size(), 2U);
    const model::Value::Fields* const fields = parsed->value.fields();
    ASSERT_NE(fields, nullptr);
    EXPECT_EQ(fields->at(1).name, "mac");
    EXPECT_EQ(*fields->at(1).value.scalar(), "02:00:00:00:00:03");
}

TEST(Assignment, ValuesMayHoldWhatKeysEndWith) {
    const auto parsed = parse_assignment("text[a]=b]=c");
    ASSERT_TRUE(parsed) << parsed.error().text();
    EXPECT_EQ(*parsed->place.key->scalar(), "a");
    EXPECT_EQ(*parsed->value.scalar(), "b]=c");
}

TEST(Assignment, TextCanBeReadAgain) {
    for (const char* const text : {"1", "{ip: 198.18.0.3, counts: [1, 2]}", "[{a: 1}, {a: 2}]"})
        EXPECT_EQ(assignment_text(parse_assignment(std::string("x=") + text)->value), text);
}

TEST(Assignment, PartsThatMeanSomethingElseAreInQuotes) {
    for (const char* const text :
         {R"(["a, b", "", "[", "null", "NULL"])", R"({mac: 02:00:00:00:00:03, name: "a: b"})",
          R"(["\x01", "\""])"}) {
        const auto once = parse_assignment(std::string("x=") + text);
        ASSERT_TRUE(once) << once.error().text();
        EXPECT_EQ(assignment_text(once->value), text);
    }
    EXPECT_EQ(assignment_text(parse_assignment("x=[!, 1]")->value), "[\"\", 1]");
}

TEST(Assignment, RefusesWhatIsNone) {
    for (const char* const text :
         {"", "ip", "=1", "ip=", "a b=1", "blocked[1", "blocked[1]", "[1]=2", "blocked[]=1",
          "m[1]x=2", "m={a: ", "m=[1, 2", "m={a: 1} x"}) {
        const auto parsed = parse_assignment(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, ErrorKind::input);
    }
}

TEST(Place, WithAndWithoutKey) {
    EXPECT_FALSE(parse_place("blocked")->key);
    EXPECT_EQ(*parse_place("blocked[3]")->key->scalar(), "3");
    EXPECT_FALSE(parse_place("blocked[3"));
    EXPECT_FALSE(parse_place(""));
    EXPECT_FALSE(parse_place("a-b"));
}

}  // namespace
}  // namespace xdpbench::scenario
