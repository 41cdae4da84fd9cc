// A capture file, and all that is done with its frames.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "base/unique_fd.h"
#include "fuzz.h"
#include "packet/dissect.h"
#include "packet/frame.h"
#include "packet/pcap.h"
#include "packet/reshape.h"

namespace xdpbench::packet {
namespace {

using fuzz::require;

// The fields cover every bit exactly once, in order.
void check_fields(const Frame& frame) {
    std::size_t next = 0;
    for (const Field& field : dissect(frame)) {
        require(field.bit_offset == next, "fields follow one another");
        next += field.bit_length;
    }
    require(next == frame.bytes.size() * 8, "fields cover the frame");
}

void check_shapes(const Frame& frame) {
    constexpr std::size_t kShape = 124;
    if (const Result<Frame> shaped = resized(frame, kShape))
        require(shaped->bytes.size() == kShape, "a resized frame has the size");
    constexpr std::uint32_t kFlow = 70'000;
    if (const Result<Frame> flow = in_flow(frame, kFlow))
        require(flow->bytes.size() == frame.bytes.size(), "a flow keeps the frame's length");
}

void read_all(const std::string& path, CutFrames cut) {
    Result<PcapReader> reader = PcapReader::open(path, cut);
    if (!reader) {
        require(!reader.error().what.empty(), "an error says what it is");
        return;
    }
    for (std::uint64_t number = 0;; ++number) {
        require(reader->position() == number, "frames are counted");
        Result<std::optional<Frame>> frame = reader->next();
        if (!frame || !*frame) return;
        const std::size_t length = (*frame)->bytes.size();
        require(length >= kEthernetHeaderBytes && length <= kLongestFrameBytes, "a frame's length");
        check_fields(**frame);
        check_shapes(**frame);
    }
}

}  // namespace
}  // namespace xdpbench::packet

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace xdpbench;
    using namespace xdpbench::packet;
    const UniqueFd file(::memfd_create("capture", MFD_CLOEXEC));
    if (::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
    const std::string path = "/proc/self/fd/" + std::to_string(file.get());
    read_all(path, CutFrames::refuse);
    read_all(path, CutFrames::pad);
    return 0;
}
