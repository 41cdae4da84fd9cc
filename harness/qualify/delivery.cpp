#include "qualify/delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "qualify/frames.h"

namespace xdpbench::qualify {
namespace {

constexpr int kTries = 3;

// Takes the arrived frames away that one of the missing ones was waiting for.
void match(const packet::Frames& expected, packet::Frames arrived, Delivery& delivery) {
    for (packet::Frame& frame : arrived) {
        const auto found =
            std::find_if(delivery.missing.begin(), delivery.missing.end(),
                         [&](std::size_t index) { return arrived_as(expected[index], frame); });
        if (found != delivery.missing.end()) {
            delivery.missing.erase(found);
        } else if (std::none_of(expected.begin(), expected.end(),
                                [&](const packet::Frame& one) { return arrived_as(one, frame); })) {
            delivery.unexpected.push_back(std::move(frame));
        }
    }
}

const char* place_text(Place place) {
    return place == Place::in_stack ? "in the device's stack" : "back at the peer";
}

}  // namespace

Result<Delivery> deliver(Rig& rig, const packet::Frames& frames, const packet::Frames& expected,
                         Place place) {
    Delivery delivery;
    delivery.missing.resize(frames.size());
    std::iota(delivery.missing.begin(), delivery.missing.end(), std::size_t{0});
    for (int i = 0; i < kTries && !delivery.missing.empty(); ++i) {
        packet::Frames some;
        for (const std::size_t index : delivery.missing) some.push_back(frames[index]);
        XDPBENCH_CHECK(rig.send(some));
        delivery.sent += some.size();
        if (i > 0) delivery.resent += some.size();
        XDPBENCH_TRY(Arrived arrived, rig.take(some.size()));
        match(expected, std::move(place == Place::in_stack ? arrived.in_stack : arrived.back),
              delivery);
    }
    return delivery;
}

std::optional<std::string> loss_text(const Delivery& delivery, const packet::Frames& expected,
                                     Place place) {
    if (delivery.missing.empty()) return std::nullopt;
    const packet::Frame& first = expected[delivery.missing.front()];
    std::string text =
        fmt::format("{} of {} did not arrive {} as expected, each sent {} times; the first has {}",
                    counted(delivery.missing.size(), "frame"), expected.size(), place_text(place),
                    kTries, counted(first.bytes.size(), "byte"));
    if (delivery.unexpected.empty()) return text + "; nothing arrived instead";
    return text + "\n" +
           fmt::format("arrived instead: {}", difference(first, delivery.unexpected.front()));
}

}  // namespace xdpbench::qualify
