// What the reference programs write for user space: every record, in order, and the losses.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bpf/test_run.h"
#include "target/target.h"
#include "traffic/pinned.h"

namespace xdpbench::check {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Records = std::vector<Bytes>;

// Where things stand in a frame whose IPv4 header follows the Ethernet header.
constexpr std::size_t kIp = 14;
constexpr std::size_t kProtocol = kIp + 9;
constexpr std::size_t kAddresses = kIp + 12;  // source and destination
constexpr std::size_t kAddressesSize = 8;
constexpr std::size_t kPortsSize = 4;
constexpr std::size_t kTagSize = 4;

Bytes addresses(const packet::Frame& frame) {
    const auto start = frame.bytes.begin() + kAddresses;
    return {start, start + kAddressesSize};
}

// struct flow of bpf/include/flow.h, with the ports that stand at `ports`, or none.
Bytes flow(const packet::Frame& frame, std::optional<std::size_t> ports) {
    Bytes record = addresses(frame);
    for (std::size_t i = 0; i < kPortsSize; ++i)
        record.push_back(ports ? frame.bytes.at(*ports + i) : 0);
    record.insert(record.end(), {frame.bytes.at(kProtocol), 0, 0, 0});
    return record;
}

std::size_t behind_options(const packet::Frame& frame) {
    return kIp + std::size_t{frame.bytes.at(kIp)} % 16 * 4;
}

void append(Bytes& record, std::uint32_t number) {
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(&number);
    record.insert(record.end(), bytes, bytes + sizeof(number));
}

// A reference program on one CPU, as its scenario sets it up, and the reader of its events.
class ReferenceEvents : public ::testing::Test {
  protected:
    void SetUp() override { ASSERT_TRUE(pinned_) << pinned_.error().text(); }

    void load(const std::string& name) {
        Result<target::Target> target = target::find_target(name);
        ASSERT_TRUE(target) << target.error().text();
        target_.emplace(std::move(*target));
        Result<bpf::Program> program = target::open_program(*target_);
        ASSERT_TRUE(program) << program.error().text();
        program_.emplace(std::move(*program));
        const Result<void> loaded = program_->load();
        ASSERT_TRUE(loaded) << loaded.error().text();
        ring_.reset(::ring_buffer__new(program_->find_map("events")->fd, keep, this, nullptr));
        ASSERT_NE(ring_, nullptr);
    }

    // The frames that `text` names, each run once.
    packet::Frames run(const std::string& pcap, std::uint64_t first = 0,
                       std::optional<std::uint64_t> last = std::nullopt) {
        scenario::FrameRef ref;
        ref.text = pcap;
        ref.pcap = pcap;
        ref.first = first;
        ref.last = last;
        const Result<packet::Frames> frames = target::load_frames(ref, target_->scenario);
        EXPECT_TRUE(frames) << frames.error().text();
        if (!frames) return {};
        bpf::TestRunner runner(program_->fd());
        for (const packet::Frame& frame : *frames) EXPECT_TRUE(runner.run(frame.bytes));
        return *frames;
    }

    // What was written since the last time.
    Records events() {
        records_.clear();
        EXPECT_GE(::ring_buffer__consume(ring_.get()), 0);
        return records_;
    }

    // The only global variable that is not 0 is events_lost.
    std::uint64_t lost() {
        const std::optional<bpf::TypedMap> section = program_->find_map(".bss");
        if (!section) return 0;
        std::vector<std::uint64_t> values(section->value.size / sizeof(std::uint64_t));
        const std::uint32_t zero = 0;
        EXPECT_EQ(::bpf_map_lookup_elem(section->fd, &zero, values.data()), 0);
        std::uint64_t sum = 0;
        for (const std::uint64_t value : values) sum += value;
        return sum;
    }

  private:
    struct Free {
        void operator()(ring_buffer* ring) const { ::ring_buffer__free(ring); }
    };

    static int keep(void* self, void* data, std::size_t size) {
        const auto* const bytes = static_cast<const std::uint8_t*>(data);
        static_cast<ReferenceEvents*>(self)->records_.emplace_back(bytes, bytes + size);
        return 0;
    }

    Result<traffic::PinnedThread> pinned_ = traffic::PinnedThread::pin(traffic::measuring_cpu());
    std::optional<target::Target> target_;
    std::optional<bpf::Program> program_;
    std::unique_ptr<ring_buffer, Free> ring_;
    Records records_;
};

TEST_F(ReferenceEvents, DetectPingTellsOfEachIcmpPacketInOrder) {
    ASSERT_NO_FATAL_FAILURE(load("detect_ping"));
    Records expected;
    for (const packet::Frame& frame : run("detect_ping_mix.pcap"))
        expected.push_back(addresses(frame));
    EXPECT_EQ(expected.size(), 100U);
    EXPECT_EQ(events(), expected);
    run("detect_ping_checks.pcap", 0, 67);  // ICMP, blocked or not
    EXPECT_EQ(events().size(), 68U);
    run("detect_ping_checks.pcap", 68, 200);  // the rest
    EXPECT_EQ(events().size(), 0U);
    EXPECT_EQ(lost(), 0U);
}

TEST_F(ReferenceEvents, DetectPingCountsWhatIsLost) {
    ASSERT_NO_FATAL_FAILURE(load("detect_ping"));
    std::size_t sent = 0;
    for (int round = 0; round < 5; ++round) sent += run("icmp_echo_64.pcap").size();
    const std::size_t written = events().size();
    EXPECT_EQ(written, 4095U);  // of 16 bytes with its header; one byte of the 64 KiB stays free
    EXPECT_EQ(lost(), sent - written);
    run("icmp_echo_64.pcap", 0, 9);
    EXPECT_EQ(events().size(), 10U);  // room again
    EXPECT_EQ(lost(), sent - written);
}

TEST_F(ReferenceEvents, ExtractMetadataReadsPorts) {
    ASSERT_NO_FATAL_FAILURE(load("extract_metadata"));
    Records expected;
    for (const packet::Frame& frame : run("udp_64.pcap"))
        expected.push_back(flow(frame, behind_options(frame)));
    for (const packet::Frame& frame :
         run("drop_port_8080_checks.pcap", 30, 39))  // TCP, IHL 6 to 15
        expected.push_back(flow(frame, behind_options(frame)));
    for (packet::Frame frame : run("drop_port_8080_checks.pcap", 42, 43)) {  // behind a VLAN tag
        frame.bytes.erase(frame.bytes.begin() + 12, frame.bytes.begin() + 12 + kTagSize);
        expected.push_back(flow(frame, behind_options(frame)));
    }
    EXPECT_EQ(events(), expected);
}

TEST_F(ReferenceEvents, ExtractMetadataWritesNoPortsWhereThereAreNone) {
    ASSERT_NO_FATAL_FAILURE(load("extract_metadata"));
    Records expected;
    for (const packet::Frame& frame : run("icmp_echo_64.pcap"))
        expected.push_back(flow(frame, std::nullopt));
    for (const packet::Frame& frame :
         run("drop_port_8080_checks.pcap", 123, 127))  // later fragments
        expected.push_back(flow(frame, std::nullopt));
    for (const packet::Frame& frame : run("drop_port_8080_checks.pcap", 128 + 20, 128 + 23))  // cut
        expected.push_back(flow(frame, std::nullopt));
    EXPECT_EQ(events(), expected);
    run("udp6_66.pcap");
    run("ip_filter_checks.pcap", 73, 197);  // no IPv4
    EXPECT_EQ(events().size(), 0U);
    EXPECT_EQ(lost(), 0U);
}

TEST_F(ReferenceEvents, FlowSamplerTellsOfOneInAHundred) {
    ASSERT_NO_FATAL_FAILURE(load("flow_sampler"));
    const packet::Frames frames = run("udp_64.pcap");
    Records expected;
    for (std::size_t i = 0; i < frames.size(); i += 100) {
        Bytes record = flow(frames[i], behind_options(frames[i]));
        append(record, static_cast<std::uint32_t>(frames[i].bytes.size()));
        append(record, 100);  // the scenario's rate
        append(record, 0);    // the queue
        expected.push_back(record);
    }
    EXPECT_EQ(expected.size(), 10U);
    EXPECT_EQ(events(), expected);
    EXPECT_EQ(lost(), 0U);
}

}  // namespace
}  // namespace xdpbench::check
