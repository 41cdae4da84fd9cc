// What the Python process answers that runs somebody's Scapy code. Input: standard output \0
// standard error.
#include <string>

#include "fuzz.h"
#include "packet/frame.h"
#include "target/scapy.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace xdpbench;
    std::string_view rest = fuzz::text_of(data, size);
    ChildOutput output;
    output.exit_code = static_cast<int>(size % 256);
    output.out = fuzz::take_part(rest);
    output.err = rest;
    const Result<packet::Frames> frames = target::parse_scapy_answer("scapy: code", output);
    if (!frames) return 0;
    fuzz::require(!frames->empty(), "there are frames, or an error");
    for (const packet::Frame& frame : *frames)
        fuzz::require(frame.bytes.size() >= packet::kEthernetHeaderBytes &&
                          frame.bytes.size() <= packet::kLongestFrameBytes,
                      "a frame's length");
    return 0;
}
