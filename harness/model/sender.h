// What sends frames.
#pragma once

#include <string_view>

namespace xdpbench::model {

enum class Sender {
    live_frames,    // the generator in the kernel: XDP frames, a page each
    packet_socket,  // AF_PACKET, from user space: slow, and as long as the port's MTU allows
};
[[nodiscard]] constexpr std::string_view name_of(Sender sender) {
    return sender == Sender::live_frames ? "live_frames" : "packet_socket";
}

}  // namespace xdpbench::model
