// What the tests of this folder share: values as a scenario would hold them, and BPF objects.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bpf/program.h"
#include "net/netns.h"
#include "scenario/scenario.h"

namespace xdpbench::bpf {

inline model::Value scalar(const std::string& text, int line = 7) {
    return model::Value{{"test.yaml", line, 3}, text};
}

inline model::Value list(model::Value::List elements) {
    return model::Value{{"test.yaml", 7, 3}, std::move(elements)};
}

inline model::Value fields(model::Value::Fields named) {
    return model::Value{{"test.yaml", 7, 3}, std::move(named)};
}

inline model::Value field(const std::string& name, const std::string& text) {
    return fields({{name, scalar(text)}});
}

// CTest names a test of several modes by what this prints.
inline void PrintTo(model::Mode mode, std::ostream* out) { *out << model::mode_name(mode); }

// The same as a test's name: PrintTo would not do for it where another file that prints a mode
// without this header is linked in first.
inline std::string mode_as_name(const testing::TestParamInfo<model::Mode>& info) {
    return std::string(model::mode_name(info.param));
}

// An object of ci/fixtures.
inline std::string fixture_object(const std::string& name) {
    return std::string(XDP_BENCH_BUILD_DIR) + "/fixtures/" + name + ".bpf.o";
}

// A reference program of ours.
inline std::string reference_object(const std::string& name) {
    return std::string(XDP_BENCH_BUILD_DIR) + "/share/xdp-bench/bpf/" + name + ".bpf.o";
}

// Waits, for a machine that is busy, until the condition holds; false if it does not for 20 s.
template <class Condition>
[[nodiscard]] bool comes_true(Condition condition) {
    for (int i = 0; i < 4000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

// Skips, with the reason, where no namespaces can be made.
class KernelTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { set_up_libbpf(false); }
    void SetUp() override {
        const Result<net::NetNs> netns = net::NetNs::create();
        if (!netns && netns.error().kind == ErrorKind::unavailable)
            GTEST_SKIP() << netns.error().text();
        ASSERT_TRUE(netns) << netns.error().text();
    }
};

}  // namespace xdpbench::bpf
