// Frames that Scapy makes: from an expression or from a Python file. The code is somebody's: it
// runs in a child process without privileges, without a network, bounded in time, memory and output
// (Confinement). The same code makes the same frames: the random numbers begin with the same seed,
// and nothing of this machine's addresses and routes is seen.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "base/child.h"
#include "base/result.h"
#include "packet/frame.h"

namespace xdpbench::target {

// More frames than this are an error: traffic of that size belongs into a pcap.
inline constexpr std::size_t kMostScapyFrames = 100'000;

// What the Python process has answered: frames, or an error of the code that is called `name`.
Result<packet::Frames> parse_scapy_answer(const std::string& name, const ChildOutput& output);

// How long the code may run, with the start of Python and Scapy.
inline constexpr std::chrono::seconds kMostScapyTime{60};

// The frames of a Scapy expression: Ether()/IP(dst="192.168.1.2")/ICMP(), a list of packets or
// bytes; a packet with several values in a field is several frames. Runs it once a process. Errors:
// Scapy is missing, the expression raises an exception, its value is no packets of Ethernet.
Result<packet::Frames> scapy_expression(const std::string& expression,
                                        std::chrono::milliseconds time = kMostScapyTime);

// The same for a file of Python, in which all of Scapy's names are known: `frames` at its end is a
// list of packets or bytes, or a function that returns one.
Result<packet::Frames> scapy_file(const std::filesystem::path& file);

}  // namespace xdpbench::target
