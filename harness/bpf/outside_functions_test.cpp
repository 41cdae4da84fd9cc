#include "bpf/outside_functions.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "bpf/fixture_test.h"
#include "bpf/rx_metadata.h"

namespace xdpbench::bpf {
namespace {

using Names = std::vector<std::string>;

std::optional<Names> called_by(const std::string& function) {
    return outside_functions(fixture_object("some_metadata"), "xdp", function);
}

TEST(OutsideFunctions, AreThoseOfTheProgramAndNotOfItsNeighbours) {
    EXPECT_EQ(called_by("reads_hash"), Names{"bpf_xdp_metadata_rx_hash"});
    EXPECT_EQ(called_by("reads_nothing"), Names{});
}

TEST(OutsideFunctions, OfAFunctionInTextThatTheProgramCalls) {
    EXPECT_EQ(called_by("reads_timestamp"), Names{"bpf_xdp_metadata_rx_timestamp"});
}

TEST(OutsideFunctions, ProgramsThatMapsHoldFromTheStart) {
    const auto content = [](const char* fixture) { return *read_file(fixture_object(fixture)); };
    EXPECT_EQ(functions_in_maps(content("tail_calls")), (Names{"short_frame", "long_frame"}));
    EXPECT_EQ(functions_in_maps(content("some_metadata")), Names{});
    EXPECT_EQ(functions_in_maps("no object"), Names{});
}

TEST(OutsideFunctions, SectionsWithCode) {
    EXPECT_EQ(code_sections(fixture_object("rich_types")), (Names{"xdp", "xdp/devmap", "tc"}));
    EXPECT_EQ(code_sections("/nowhere.o"), Names{});
}

TEST(OutsideFunctions, OfTheProgramThatIsChosen) {
    const auto none = Program::open(fixture_object("some_metadata"), "reads_nothing");
    ASSERT_TRUE(none) << none.error().text();
    EXPECT_EQ(none->kernel_functions(), Names{});
    EXPECT_FALSE(reads_rx_metadata(*none));
    EXPECT_TRUE(require_rx_metadata(*none));
    const auto one = Program::open(fixture_object("some_metadata"), "reads_timestamp");
    ASSERT_TRUE(one) << one.error().text();
    EXPECT_EQ(one->kernel_functions(), Names{"bpf_xdp_metadata_rx_timestamp"});
    EXPECT_EQ(reads_rx_metadata(*one), require_rx_metadata(*one).has_value());
}

TEST(OutsideFunctions, OfADamagedObjectAreNotKnown) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("xdp-bench-outside." + std::to_string(::getpid()) + ".o");
    std::ofstream(path) << "\177ELF and nothing else, but long enough for a header: .............";
    EXPECT_EQ(outside_functions(path, "xdp", "any"), std::nullopt);
    std::filesystem::remove(path);
    EXPECT_EQ(outside_functions(path, "xdp", "any"), std::nullopt);
}

TEST(OutsideFunctions, OfACutObjectAreReadAsFarAsItGoes) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("xdp-bench-outside." + std::to_string(::getpid()) + ".o");
    const std::string object = fixture_object("some_metadata");
    const auto size = std::filesystem::file_size(object);
    std::filesystem::copy_file(object, path, std::filesystem::copy_options::overwrite_existing);
    for (std::uintmax_t length = size; length > 0; length -= std::min<std::uintmax_t>(length, 97)) {
        std::filesystem::resize_file(path, length);
        const std::optional<Names> names = outside_functions(path, "xdp", "reads_hash");
        EXPECT_TRUE(!names || names->size() <= 2) << length;
    }
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace xdpbench::bpf
