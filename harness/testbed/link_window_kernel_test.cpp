// What benches on several CPUs stand on: queues by CPU, and NAPI in a thread of its own.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "bpf/fixture_test.h"
#include "net/threaded_napi.h"
#include "testbed/link_window.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"
#include "traffic/placement.h"

namespace xdpbench::testbed {
namespace {

class ShapeTest : public bpf::KernelTest {
  protected:
    static packet::Frames one_frame() { return {packet::Frame{std::vector<std::uint8_t>(60), 0}}; }

    // A network with the reference program `name` on its only link.
    struct Site {
        net::Network network;
        bpf::Program program;
        std::optional<InstrumentedLink> link;
    };
    static Result<std::unique_ptr<Site>> site(const char* name, std::size_t queues) {
        XDPBENCH_TRY(net::Network network,
                     net::Network::create(1, 60, model::NetworkKind::pair, queues));
        XDPBENCH_TRY(bpf::Program program, bpf::Program::open(bpf::reference_object(name)));
        XDPBENCH_CHECK(program.load());
        auto made =
            std::unique_ptr<Site>(new Site{std::move(network), std::move(program), std::nullopt});
        XDPBENCH_TRY(InstrumentedLink link,
                     InstrumentedLink::create(made->network, 0, &made->program, made->program.fd(),
                                              model::Mode::native, {}));
        made->link.emplace(std::move(link));
        return made;
    }
};

TEST_F(ShapeTest, ACpuSendsThroughItsQueue) {
    const auto made = site("xdp_drop", 3);
    ASSERT_TRUE(made) << made.error().text();
    auto generator = traffic::Generator::create(one_frame());
    ASSERT_TRUE(generator) << generator.error().text();
    for (const int cpu : traffic::allowed_cpus()) {
        const auto pinned = traffic::PinnedThread::pin(cpu);
        ASSERT_TRUE(pinned) << pinned.error().text();
        const std::string counter = fmt::format("rx_queue_{}_xdp_drops", cpu % 3);
        const auto before = net::driver_counters((*made)->network.dut, "dut0");
        const auto window = run_window(*(*made)->link, *generator, (*made)->network, 500);
        ASSERT_TRUE(window) << window.error().text();
        const auto after = net::driver_counters((*made)->network.dut, "dut0");
        ASSERT_TRUE(before && after);
        EXPECT_EQ(after->at(counter) - before->at(counter), 500U) << counter;
    }
}

TEST_F(ShapeTest, AThreadOfItsOwnRunsTheProgramOnItsCpu) {
    const std::vector<int> cpus = traffic::allowed_cpus();
    if (cpus.size() < 2) GTEST_SKIP() << "takes two CPUs";
    const auto made = site("xdp_tx", 1);
    ASSERT_TRUE(made) << made.error().text();
    const auto threaded = net::poll_in_thread((*made)->network.dut, "dut0", 1, cpus.front());
    ASSERT_TRUE(threaded) << threaded.error().text();
    const auto pinned = traffic::PinnedThread::pin(cpus.back());
    ASSERT_TRUE(pinned) << pinned.error().text();
    auto generator = traffic::Generator::create(one_frame());
    ASSERT_TRUE(generator) << generator.error().text();
    const auto window = run_window(*(*made)->link, *generator, (*made)->network, 5000);
    ASSERT_TRUE(window) << window.error().text();
    for (const model::CpuTally& cpu : window->counts.cpus)
        EXPECT_EQ(cpu.actions[XDP_TX], cpu.cpu == cpus.front() ? window->counts.handled() : 0);
    EXPECT_GT(window->counts.handled(), 0U);
}

TEST_F(ShapeTest, AnInterfaceThatIsNotThereIsNotPolled) {
    const auto netns = net::NetNs::create();
    ASSERT_TRUE(netns) << netns.error().text();
    const auto threaded = net::poll_in_thread(*netns, "nowhere", 1, 0);
    ASSERT_FALSE(threaded);
    EXPECT_NE(threaded.error().text().find("class/net/nowhere/threaded"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::testbed
