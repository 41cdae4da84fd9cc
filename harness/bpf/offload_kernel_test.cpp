// What the kernel and a simulated device (netdevsim) refuse, and that whoever reads it knows why.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <linux/if_link.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "bpf/attach.h"
#include "bpf/bpf_options.h"
#include "bpf/fixture_test.h"
#include "bpf/offload_map.h"
#include "bpf/program.h"
#include "bpf/typed_map.h"
#include "net/netlink.h"

namespace xdpbench::bpf {
namespace {

constexpr const char* kBus = "/sys/bus/netdevsim/";
constexpr int kNumber = 4712;

void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::string offload_object(const std::string& name) {
    return std::string(XDP_BENCH_BUILD_DIR) + "/share/xdp-bench/bpf/offload/" + name + ".bpf.o";
}

// A simulated device with one port in the machine's namespace, for as long as this lives.
class Netdevsim {
  public:
    explicit Netdevsim(int number) : number_(number) {
        write(std::string(kBus) + "new_device", std::to_string(number) + " 1");
    }
    Netdevsim(const Netdevsim&) = delete;
    Netdevsim& operator=(const Netdevsim&) = delete;
    ~Netdevsim() { remove(); }
    void remove() { write(std::string(kBus) + "del_device", std::to_string(number_)); }

    [[nodiscard]] std::string interface() const {
        std::error_code error;
        const std::string folder =
            std::string(kBus) + "devices/netdevsim" + std::to_string(number_) + "/net";
        for (const auto& entry : std::filesystem::directory_iterator(folder, error))
            return entry.path().filename();
        return {};
    }

  private:
    int number_;
};

class OffloadTest : public KernelTest {
  protected:
    void SetUp() override {
        if (!std::filesystem::exists(std::string(kBus) + "new_device"))
            GTEST_SKIP() << "this kernel has no netdevsim (modprobe netdevsim)";
        KernelTest::SetUp();
        if (IsSkipped()) return;
        auto netns = net::NetNs::current();
        ASSERT_TRUE(netns);
        netns_.emplace(std::move(*netns));
        simulated_.emplace(kNumber);
        auto found = net::query_interface(*netns_, simulated_->interface());
        ASSERT_TRUE(found) << found.error().text();
        device_ = *found;
    }

    // Loaded, for the device unless `ifindex` is nothing.
    static Program loaded(const std::string& name, std::optional<unsigned> ifindex) {
        auto program = Program::open(offload_object(name));
        EXPECT_TRUE(program) << program.error().text();
        const auto done = program->load(ifindex);
        EXPECT_TRUE(done) << done.error().text();
        return std::move(*program);
    }
    Program bound(const std::string& name) const { return loaded(name, device_.index); }
    [[nodiscard]] Error refusal(const Program& program, model::Mode mode) const {
        const auto xdp_link = XdpLink::attach(*netns_, device_, program.fd(), mode);
        EXPECT_FALSE(xdp_link);
        return xdp_link ? Error{} : xdp_link.error();
    }

    std::optional<net::NetNs> netns_;
    std::optional<Netdevsim> simulated_;
    net::InterfaceInfo device_;
};

TEST_F(OffloadTest, ABoundProgramSaysSoAndCannotBeTestRun) {
    const Program program = bound("xdp_drop");
    EXPECT_EQ(program.info()->device, device_.index);
    EXPECT_EQ(program.info()->jited_bytes, 0U);
    for (const TypedMap& map : program.maps())
        EXPECT_EQ(device_of_map(map).value_or(0), device_.index);
    const std::array<std::uint8_t, 64> frame{};
    auto options = bpf_options<bpf_test_run_opts>();
    options.data_in = frame.data();
    options.data_size_in = frame.size();
    options.repeat = 1;
    EXPECT_NE(::bpf_prog_test_run_opts(program.fd(), &options), 0);
    EXPECT_NE(errno_text(errno).find("ENOTSUPP"), std::string::npos) << errno_text(errno);
}

TEST_F(OffloadTest, AProgramForTheCpuIsNotForTheDevice) {
    const Program program = loaded("xdp_drop", std::nullopt);
    const Error error = refusal(program, model::Mode::offload);
    EXPECT_NE(error.what.find("the kernel reports: "), std::string::npos) << error.text();
    EXPECT_NE(error.cause.find("not loaded for this device"), std::string::npos) << error.text();
}

TEST_F(OffloadTest, AProgramForTheDeviceIsNotForTheCpu) {
    const Program program = bound("xdp_drop");
    for (const model::Mode mode : {model::Mode::generic, model::Mode::native}) {
        const Error error = refusal(program, mode);
        EXPECT_NE(error.advice.find("--mode offload"), std::string::npos) << error.text();
    }
}

TEST_F(OffloadTest, AProgramForAnotherDevice) {
    const Netdevsim other(kNumber + 1);
    const auto interface = net::query_interface(*netns_, other.interface());
    ASSERT_TRUE(interface);
    const Program program = loaded("xdp_drop", interface->index);
    const Error error = refusal(program, model::Mode::offload);
    EXPECT_NE(error.cause.find("another device"), std::string::npos) << error.text();
}

TEST_F(OffloadTest, ADeviceTakesOneProgramAndItIsReplacedAtOnce) {
    const Program first = bound("xdp_drop");
    const Program second = bound("xdp_pass");
    auto xdp_link = XdpLink::attach(*netns_, device_, first.fd(), model::Mode::offload);
    ASSERT_TRUE(xdp_link) << xdp_link.error().text();
    EXPECT_NE(refusal(second, model::Mode::offload).cause.find("another program"),
              std::string::npos);
    EXPECT_EQ(net::query_link(*netns_, device_.index)->offloaded_program, first.info()->id);
    ASSERT_TRUE(xdp_link->replace(second.fd()));
    EXPECT_EQ(net::query_link(*netns_, device_.index)->offloaded_program, second.info()->id);
    EXPECT_EQ(netdevsim_program(device_.name, second.info()->id).value_or(second.info()->id),
              second.info()->id);
}

TEST_F(OffloadTest, WithProgramsInTwoModesAModeMustBeNamed) {
    const Program offloaded = bound("xdp_drop");
    const Program generic = loaded("xdp_pass", std::nullopt);
    const auto one = XdpLink::attach(*netns_, device_, offloaded.fd(), model::Mode::offload);
    const auto two = XdpLink::attach(*netns_, device_, generic.fd(), model::Mode::generic);
    ASSERT_TRUE(one && two);
    const auto answer = net::set_xdp(*netns_, {device_.index, generic.fd(), 0, {}});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error, EINVAL);
    EXPECT_NE(answer->text.find("mode is ambiguous"), std::string::npos) << answer->text;
}

TEST_F(OffloadTest, AnMtuTooLargeForNativeMode) {
    // The refusal names the MTU of now, not the one that was looked up before.
    ASSERT_TRUE(net::set_mtu(*netns_, device_.name, 9000));
    const Error error = refusal(loaded("xdp_pass", std::nullopt), model::Mode::native);
    EXPECT_NE(error.what.find("MTU too large"), std::string::npos) << error.text();
    EXPECT_NE(error.cause.find("MTU of 9000 bytes"), std::string::npos) << error.text();
}

TEST_F(OffloadTest, KnownObstaclesAreWhatTheKernelRefuses) {
    // Per-CPU maps and global variables: named beforehand, and the kernel agrees.
    for (const std::string& object : {reference_object("xdp_drop"), reference_object("icmp_lb")}) {
        auto program = Program::open(object);
        ASSERT_TRUE(program);
        EXPECT_FALSE(program->offload_obstacles("netdevsim").empty());
        const auto done = program->load(device_.index);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().kind, ErrorKind::unavailable) << done.error().text();
        EXPECT_NE(done.error().cause.find("map"), std::string::npos) << done.error().text();
    }
    EXPECT_TRUE(Program::open(offload_object("xdp_drop"))->offload_obstacles("netdevsim").empty());
}

TEST_F(OffloadTest, AProgramInFragments) {
    auto program = Program::open(fixture_object("frags"));
    ASSERT_TRUE(program) << program.error().text();
    const auto done = program->load(device_.index);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::unavailable);
    EXPECT_NE(done.error().what.find("EINVAL"), std::string::npos) << done.error().text();
    EXPECT_NE(done.error().cause.find("put it into SEC(\"xdp\")"), std::string::npos)
        << done.error().text();
}

TEST_F(OffloadTest, AProgramThatCallsFunctionsOfTheKernel) {
    auto program = Program::open(fixture_object("kernel_function"));
    ASSERT_TRUE(program) << program.error().text();
    const auto obstacles = program->offload_obstacles("netdevsim");
    ASSERT_EQ(obstacles.size(), 2U);
    EXPECT_NE(obstacles[0].find("bpf_rcu_read_lock"), std::string::npos) << obstacles[0];
    const auto done = program->load(device_.index);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::unavailable) << done.error().text();
    EXPECT_NE(done.error().cause.find("which no device has"), std::string::npos)
        << done.error().text();
    // The device rejects it, where the kernel has these functions (6.2).
    auto unbound = Program::open(fixture_object("kernel_function"));
    ASSERT_TRUE(unbound);
    if (const auto loaded = unbound->load(); !loaded)
        GTEST_SKIP() << "this kernel has no bpf_rcu_read_lock: the refusal is not the device's";
}

// Keys of 32 bits.
MapBytes key_of(std::uint32_t number) {
    MapBytes key(sizeof(number));
    std::memcpy(key.data(), &number, sizeof(number));
    return key;
}

TEST_F(OffloadTest, WhatTheDevicesMapsRefuse) {
    auto program = Program::open(fixture_object("device_maps"));
    ASSERT_TRUE(program) << program.error().text();
    EXPECT_TRUE(program->offload_obstacles("netdevsim").empty());
    const auto done = program->load(device_.index);
    ASSERT_TRUE(done) << done.error().text();
    const TypedMap hash = *program->find_map("seen");
    const MapBytes value(sizeof(std::uint64_t));
    ASSERT_TRUE(update_entry(hash, key_of(1), value));
    ASSERT_TRUE(update_entry(hash, key_of(2), value));
    const auto third = update_entry(hash, key_of(3), value);
    ASSERT_FALSE(third);
    EXPECT_NE(third.error().what.find("(E2BIG)"), std::string::npos) << third.error().text();
    EXPECT_NE(third.error().cause.find("the map has 2 entries"), std::string::npos)
        << third.error().text();
    // A full map can still be tried: an entry that is there takes no room.
    const auto tried = exercise_map(*program->find_map("seen"));
    EXPECT_TRUE(tried) << tried.error().text();

    const auto deleted = delete_entry(*program->find_map("counts"), key_of(0));
    ASSERT_FALSE(deleted);
    EXPECT_NE(deleted.error().what.find("(EINVAL)"), std::string::npos) << deleted.error().text();
    EXPECT_NE(deleted.error().advice.find("set it to 0 instead"), std::string::npos)
        << deleted.error().text();

    // The kernel reads such maps entry by entry only, which read_keys() does.
    std::array<std::uint32_t, 2> keys{};
    std::array<std::uint64_t, 2> values{};
    std::uint32_t next = 0;
    std::uint32_t count = 2;
    ASSERT_NE(::bpf_map_lookup_batch(hash.fd, nullptr, &next, keys.data(), values.data(), &count,
                                     nullptr),
              0);
    EXPECT_NE(errno_text(errno).find("ENOTSUPP"), std::string::npos) << errno_text(errno);
    const auto listed = read_keys(hash, 10);
    ASSERT_TRUE(listed) << listed.error().text();
    EXPECT_EQ(listed->size(), 2U);
}

TEST_F(OffloadTest, MapsInADeviceHaveNoTypes) {
    // Which the kernel would refuse (ENOTSUPP): libbpf tries again without.
    const Program program = bound("xdp_drop");
    bpf_map_info info = {};
    std::uint32_t size = sizeof(info);
    ASSERT_EQ(::bpf_obj_get_info_by_fd(program.maps().front().fd, &info, &size), 0);
    EXPECT_EQ(info.btf_value_type_id, 0U);
}

TEST_F(OffloadTest, ADeviceThatIsRemovedUnderItsProgram) {
    const Program program = bound("xdp_drop");
    const Program next = bound("xdp_pass");
    auto xdp_link = XdpLink::attach(*netns_, device_, program.fd(), model::Mode::offload);
    ASSERT_TRUE(xdp_link) << xdp_link.error().text();
    simulated_->remove();
    const auto replaced = xdp_link->replace(next.fd());
    ASSERT_FALSE(replaced);
    EXPECT_NE(replaced.error().cause.find("removed"), std::string::npos) << replaced.error().text();
    const auto info = program.info();
    ASSERT_FALSE(info);
    EXPECT_NE(info.error().what.find("No such device (ENODEV)"), std::string::npos)
        << info.error().text();
    const auto used = exercise_map(program.maps().front());
    ASSERT_FALSE(used);
    EXPECT_NE(used.error().text().find("the device was removed"), std::string::npos)
        << used.error().text();
}

}  // namespace
}  // namespace xdpbench::bpf
