// A tap device: an interface of the kernel whose other end is a descriptor of this process.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "faults.h"

namespace xdpbench::faulty_card {

struct Unmap {
    void operator()(void* page) const;
};

class Tap {
  public:
    // Makes the interface in the current network namespace and brings it up, without IPv6 and
    // without GRO, so that no frame is on it but those that are sent. Needs CAP_NET_ADMIN.
    static Result<Tap> open(const std::string& name);

    // A frame that the kernel sent out of the interface; none if there is none now.
    [[nodiscard]] std::optional<Frame> read();
    // The kernel receives the frame on the interface; false if it does not take it.
    [[nodiscard]] bool write(const Frame& frame);
    // The kernel counts a received frame as dropped on the interface (rx_dropped). There is no
    // frame.
    void count_a_drop();

    [[nodiscard]] int descriptor() const { return fd_.get(); }

  private:
    Tap(UniqueFd fd, std::unique_ptr<void, Unmap> unreadable);

    UniqueFd fd_;
    Frame buffer_;                             // of read()
    std::unique_ptr<void, Unmap> unreadable_;  // a page that faults
};

}  // namespace xdpbench::faulty_card
