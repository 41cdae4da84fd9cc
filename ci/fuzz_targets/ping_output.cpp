// What ping prints.
#include <string>

#include "fuzz.h"
#include "replay/ping.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace xdpbench;
    for (const replay::PingReply& reply : replay::parse_ping(fuzz::text_of(data, size)))
        fuzz::require(reply.from.find_first_of(" \n") == std::string::npos,
                      "an address is one word");
    return 0;
}
