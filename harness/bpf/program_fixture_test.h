// What the tests of programs share.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "bpf/fixture_test.h"
#include "bpf/program.h"

namespace xdpbench::bpf {

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
        if (!file_.empty()) std::filesystem::remove(file_);
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

}  // namespace xdpbench::bpf
