#include "scenario/emit.h"

#include <gtest/gtest.h>

#include <string_view>

namespace xdpbench::scenario {
namespace {

// The tree without places.
std::string shape(const YamlNode& node) {
    if (const auto* text = node.scalar()) return "'" + *text + "'";
    std::string out;
    if (const auto* list = node.list()) {
        for (const YamlNode& item : *list) out += shape(item) + ",";
        return "[" + out + "]";
    }
    for (const YamlNode::Entry& entry : *node.mapping())
        out += "'" + entry.key + "'=" + shape(entry.value) + ",";
    return "{" + out + "}";
}

void expect_round_trip(const YamlNode& node) {
    const std::string text = emit_yaml(node);
    const auto read = parse_yaml(text, "emitted.yaml");
    ASSERT_TRUE(read) << text << read.error().text();
    EXPECT_EQ(shape(*read), shape(node)) << text;
}

TEST(EmitYaml, TextIsReadBackAsItWas) {
    for (const char* const text : {"plain",
                                   "192.168.1.2",
                                   "52:54:00:00:00:05",
                                   "hex:00 11",
                                   "a.pcap#0-9",
                                   "- no list",
                                   "a # no comment",
                                   "#start",
                                   "null",
                                   "~",
                                   "true",
                                   "say \"it\"",
                                   "back\\slash",
                                   "[x]",
                                   "{x}",
                                   "a, b",
                                   "key: value",
                                   "colon:",
                                   " blanks ",
                                   "-1",
                                   "*alias",
                                   "&anchor",
                                   "!tag",
                                   "%percent",
                                   "@at",
                                   "`tick",
                                   "'single'",
                                   "a\tb",
                                   "two\nlines",
                                   "...",
                                   "---",
                                   "umläut"}) {
        expect_round_trip(yaml_mapping({{"key", yaml_text(text)}}));
        expect_round_trip(yaml_list({yaml_text(text), yaml_text("next")}));
        // Keys have no line feed.
        if (std::string_view(text).find('\n') == std::string_view::npos)
            expect_round_trip(yaml_mapping({{text, yaml_list({yaml_text("v")})}}));
    }
}

TEST(EmitYaml, WhatIsLongIsWrittenInBlocks) {
    YamlNode::List entries;
    for (int i = 0; i < 12; ++i) {
        entries.push_back(yaml_mapping(
            {{"key", yaml_text(std::to_string(i))},
             {"value", yaml_mapping({{"packets", yaml_text("1234567890123456789")},
                                     {"list", yaml_list({yaml_text("1"), yaml_text("2")})}})}}));
    }
    const YamlNode maps = yaml_mapping({{"counters", yaml_list(entries)}});
    expect_round_trip(yaml_mapping(
        {{"name", yaml_text("x")},
         {"checks",
          yaml_list({yaml_mapping({{"name", yaml_text("recorded")}, {"expect", maps}}),
                     yaml_mapping({{"name", yaml_text("second")}, {"expect", maps}})})}}));
    EXPECT_EQ(emit_yaml(yaml_mapping({{"a", yaml_list({yaml_text("1")})}}), 2), "  a: [1]\n");
}

}  // namespace
}  // namespace xdpbench::scenario
