// What the tests of wrong scenarios share.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"

namespace xdpbench::scenario {

inline const std::string kHead = "name: a\nabout: b\nprogram: c\n";

// A scenario with one check, whose steps (or what stands in their place) are given.
inline std::string with_check(const std::string& rest) {
    return kHead + "checks:\n- name: n\n  " + rest;
}

// A scenario with one mistake.
struct Wrong {
    std::string what;
    std::string text;
    std::string position;  // "line:column"
    std::vector<std::string> said;
};

inline std::ostream& operator<<(std::ostream& stream, const Wrong& wrong) {
    return stream << wrong.what;
}

inline std::string test_name(const testing::TestParamInfo<Wrong>& info) { return info.param.what; }

inline void expect_refusal(const Error& error, const Wrong& wrong) {
    EXPECT_EQ(error.kind, ErrorKind::input);
    EXPECT_TRUE(error.what.starts_with("s.yaml:" + wrong.position + ": ")) << error.what;
    for (const std::string& part : wrong.said)
        EXPECT_PRED_FORMAT2(testing::IsSubstring, part, error.text());
}

}  // namespace xdpbench::scenario
