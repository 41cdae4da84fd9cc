#include <bpf/bpf.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <cstdint>
#include <vector>

#include "bpf/bpf_options.h"
#include "bpf/device_maps.h"
#include "bpf/fixture_test.h"
#include "bpf/opened_map.h"

namespace xdpbench::bpf {
namespace {

constexpr std::uint32_t kWord = sizeof(std::uint32_t);

std::uint32_t id_of(const UniqueFd& map) {
    bpf_map_info info = {};
    std::uint32_t size = sizeof(info);
    return ::bpf_obj_get_info_by_fd(map.get(), &info, &size) == 0 ? info.id : 0;
}

class DeviceMaps : public KernelTest {
  protected:
    void SetUp() override {
        KernelTest::SetUp();
        ports_ = UniqueFd(::bpf_map_create(BPF_MAP_TYPE_DEVMAP, "ports", kWord, kWord, 4, nullptr));
        const std::uint32_t place = 2;
        const std::uint32_t loopback = 1;
        ASSERT_EQ(::bpf_map_update_elem(ports_.get(), &place, &loopback, BPF_ANY), 0);
    }

    UniqueFd ports_;
};

TEST_F(DeviceMaps, EntriesAreInterfaces) {
    const auto entries = read_device_entries({{id_of(ports_), "ports"}});
    ASSERT_TRUE(entries) << entries.error().text();
    ASSERT_EQ(entries->size(), 1U);
    EXPECT_EQ(entries->front().name, "ports");
    EXPECT_EQ(entries->front().key, 2U);
    EXPECT_EQ(entries->front().interface, 1U);
}

TEST_F(DeviceMaps, ThoseInMapsOfMapsToo) {
    auto options = bpf_options<bpf_map_create_opts>();
    options.inner_map_fd = static_cast<std::uint32_t>(ports_.get());
    const UniqueFd outer(
        ::bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "outer", kWord, kWord, 2, &options));
    const std::uint32_t first = 0;
    const int inner = ports_.get();
    ASSERT_EQ(::bpf_map_update_elem(outer.get(), &first, &inner, BPF_ANY), 0);
    const auto entries = read_device_entries({{id_of(outer), "outer"}});
    ASSERT_TRUE(entries) << entries.error().text();
    ASSERT_EQ(entries->size(), 1U);
    EXPECT_EQ(entries->front().map, id_of(ports_));
    EXPECT_EQ(entries->front().interface, 1U);
}

TEST_F(DeviceMaps, OtherMapsHaveNone) {
    const UniqueFd numbers(
        ::bpf_map_create(BPF_MAP_TYPE_ARRAY, "numbers", kWord, kWord, 4, nullptr));
    const std::uint32_t first = 0;
    const std::uint32_t value = 7;
    ASSERT_EQ(::bpf_map_update_elem(numbers.get(), &first, &value, BPF_ANY), 0);
    const auto entries = read_device_entries({{id_of(numbers), "numbers"}});
    ASSERT_TRUE(entries) << entries.error().text();
    EXPECT_TRUE(entries->empty());
}

}  // namespace
}  // namespace xdpbench::bpf
