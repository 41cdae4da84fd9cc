// A trial: frames offered to a program at one rate for a time, end to end, and their accounting.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "bench/bench_case.h"
#include "model/load.h"
#include "net/network.h"
#include "testbed/instrumented_link.h"
#include "testbed/port_link.h"
#include "traffic/sender_group.h"

namespace xdpbench::bench {

// What a trial found, and all that was counted meanwhile.
struct CountedTrial {
    model::Trial trial;
    testbed::LinkCounts counts;
};

// Paced generators and a link with the program under test, with a queue for each of them. The empty
// program is beside it on an equal link, where frames are stamped; on real interfaces it takes the
// program's place. The caller has pinned the thread to the first generator's CPU.
class TrialRig {
  public:
    // Verifies that every frame takes the path that is to be loaded, with a time stamp in it too if
    // it gets one, then builds.
    static Result<std::unique_ptr<TrialRig>> create(const BenchCase& bench, traffic::Pace pace);

    // At `rate`, of all generators together. Invalid if frames are unaccounted for, or if frames
    // took another path. A rate that the generators do not reach is no error: Trial::reached() says
    // so.
    Result<CountedTrial> run(bool baseline, double rate, double seconds);

    [[nodiscard]] bool has_baseline() const {
        return baseline_ || (devices_ && devices_->has_baseline());
    }
    // Where the frames go, of the program under test or of the baseline, which there has to be.
    [[nodiscard]] const testbed::InstrumentedLink& link(bool baseline) const {
        return devices_ ? devices_->link() : baseline ? *baseline_ : *link_;
    }

    // What is known of the measurement beforehand.
    [[nodiscard]] const model::BenchSetup& setup() const { return setup_; }
    [[nodiscard]] std::uint64_t lengthened() const { return lengthened_; }  // for their stamps

  private:
    struct Offered {
        traffic::JointOffer offer;
        testbed::LinkCounts counts;
    };
    TrialRig() = default;
    Result<void> build_veths(const BenchCase& bench, std::size_t longest_frame, bool stamps);
    Result<void> use_devices(const BenchCase& bench, std::size_t longest_frame, bool stamps);
    Result<void> make_generators(const BenchCase& bench, const packet::Frames& frames,
                                 traffic::Pace pace);
    Result<Offered> offer_to_veth(const testbed::InstrumentedLink& link, double rate,
                                  double seconds);
    // As fast as the generators can, into an empty program that drops.
    Result<void> find_generator_maximum();
    Result<traffic::JointOffer> offer_from_peer(double rate, double seconds);
    Result<Offered> offer_to_device(bool baseline, double rate, double seconds);
    [[nodiscard]] Result<void> verify_paths(const traffic::JointOffer& offer,
                                            const testbed::LinkCounts& counts) const;

    std::optional<traffic::SenderGroup> generators_;
    std::unique_ptr<testbed::PortLink> devices_;  // over real interfaces; else:
    std::optional<net::Network> network_;
    std::optional<bpf::Program> program_;
    std::optional<testbed::InstrumentedLink> link_;
    std::optional<testbed::InstrumentedLink> baseline_;
    model::BenchSetup setup_;
    Paths paths_;
    std::uint64_t lengthened_ = 0;
    double made_up_ = 0;  // s; how long a generator that was held up makes up for it
};

}  // namespace xdpbench::bench
