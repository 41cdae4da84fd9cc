#include "target/scapy.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <map>
#include <utility>

#include "base/child.h"
#include "base/file.h"
#include "base/text.h"
#include "packet/frame.h"
#include "packet/hex.h"

namespace xdpbench::target {
namespace {

// Debian's, for which python3-scapy is installed; not one of the caller's PATH, which may lie where
// nobody may go.
constexpr const char* kPython = "/usr/bin/python3";
constexpr const char* kInstall =
    "install the Debian package python3-scapy: sudo apt install python3-scapy";

// Reads code from standard input and writes to standard output, a line each: "frame HEX", and at
// the end "end", or "missing HEX" or "error HEX" with a text. What the code itself prints goes to
// standard error. Arguments: what the code is called, "expression" or "file", the most frames.
constexpr const char* kDriver = R"(
import os, sys
answer = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
def stop(word, text=""):
    answer.write(word.encode() + b" " + text.encode("utf-8", "replace").hex().encode() + b"\n")
    answer.flush()
    os._exit(0)
try:
    import logging
    logging.getLogger("scapy").setLevel(logging.CRITICAL)
    import scapy.all
except ImportError as error:
    stop("missing", str(error))
import random, resource, traceback
resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
random.seed(0)
name, kind, most = sys.argv[1], sys.argv[2], int(sys.argv[3])
known = {key: value for key, value in vars(scapy.all).items() if not key.startswith("__")}
known.pop("frames", None)
known["__name__"] = "frames"
Packet, Ethernet = scapy.all.Packet, (scapy.all.Ether, scapy.all.Dot3)
def packets(value):
    if isinstance(value, (bytes, bytearray)):
        yield bytes(value)
    elif isinstance(value, Packet):
        for packet in value:
            if not isinstance(packet, Ethernet):
                raise TypeError(f"a packet begins with {packet.name}, not with Ethernet: put Ether()/ in front of it")
            yield bytes(packet)
    elif isinstance(value, str) or not hasattr(value, "__iter__"):
        raise TypeError(f"a value of type {type(value).__name__} is no packet: {value!r:.60}")
    else:
        for one in value:
            yield from packets(one)
try:
    source = sys.stdin.read()
    if kind == "expression":
        value = eval(compile(source.strip(), name, "eval"), known)
    else:
        exec(compile(source, name, "exec"), known)
        if "frames" not in known:
            raise NameError("it defines no `frames`: a list of packets, or a function that returns one")
        value = known["frames"]
        if callable(value) and not isinstance(value, Packet):
            value = value()
    for number, frame in enumerate(packets(value)):
        if number == most:
            raise ValueError(f"more than {most} frames: write them to a pcap and name that")
        answer.write(b"frame " + frame.hex().encode() + b"\n")
except BaseException as error:
    lines = [part.lineno for part in traceback.extract_tb(error.__traceback__) if part.filename == name]
    place = f"line {lines[-1]}: " if lines and kind == "file" else ""
    stop("error", place + "".join(traceback.format_exception_only(type(error), error)).strip())
stop("end")
)";

constexpr int kSignalled = 128;  // and the signal: a child's exit code

struct Code {
    std::string name;  // for errors
    bool is_file = false;
    std::string text;
};

Error wrong(const std::string& name, const std::string& reason) {
    return input_error(fmt::format("{}: {}", name, reason));
}

std::string text_of_hex(std::string_view hex) {
    const auto bytes = packet::parse_hex(hex);
    return bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
}

Result<void> add_frame(const std::string& name, std::string_view hex, packet::Frames& frames) {
    // A frame without bytes is no hex.
    Result<std::vector<std::uint8_t>> bytes;
    if (!hex.empty()) {
        XDPBENCH_TRY(bytes, packet::parse_hex(hex));
    }
    if (bytes->size() < packet::kEthernetHeaderBytes ||
        bytes->size() > packet::kLongestFrameBytes) {
        return wrong(name, fmt::format("frame {} has {}; a frame has {} to {}", frames.size(),
                                       counted(bytes->size(), "byte"), packet::kEthernetHeaderBytes,
                                       thousands(packet::kLongestFrameBytes)));
    }
    frames.push_back(packet::Frame{std::move(*bytes), 0});
    return {};
}

Result<packet::Frames> make_frames(const Code& code, std::chrono::milliseconds time) {
    if (::access(kPython, X_OK) != 0)
        return unavailable_error(fmt::format("{}: there is no {}", code.name, kPython), {},
                                 kInstall);
    ChildLimits limits;
    limits.time = time;
    limits.output_bytes = std::size_t{64} << 20;
    limits.confinement = Confinement{};
    Result<ChildOutput> output =
        run_child({kPython, "-B", "-s", "-c", kDriver, code.name,
                   code.is_file ? "file" : "expression", std::to_string(kMostScapyFrames)},
                  code.text, limits);
    if (!output) return output.error().in(code.name);
    return parse_scapy_answer(code.name, *output);
}

// To start Python takes longer than most that is done with the frames.
Result<packet::Frames> remembered(const Code& code, std::chrono::milliseconds time) {
    static std::map<std::pair<std::string, std::string>, packet::Frames> made;
    const auto found = made.find({code.name, code.text});
    if (found != made.end()) return found->second;
    XDPBENCH_TRY(packet::Frames frames, make_frames(code, time));
    return made.emplace(std::pair(code.name, code.text), std::move(frames)).first->second;
}

}  // namespace

Result<packet::Frames> parse_scapy_answer(const std::string& name, const ChildOutput& output) {
    packet::Frames frames;
    for (const std::string& line : split(output.out, '\n')) {
        const std::size_t blank = line.find(' ');
        const std::string_view word = std::string_view(line).substr(0, blank);
        const std::string_view rest = blank == std::string::npos
                                          ? std::string_view()
                                          : std::string_view(line).substr(blank + 1);
        if (word == "frame") {
            XDPBENCH_CHECK(add_frame(name, rest, frames));
        } else if (word == "error") {
            return wrong(name, text_of_hex(rest));
        } else if (word == "missing") {
            return unavailable_error(
                fmt::format("{}: Scapy is not installed: {}", name, text_of_hex(rest)), {},
                kInstall);
        } else if (word == "end") {
            if (frames.empty()) return wrong(name, "it makes no frames");
            return frames;
        }
    }
    if (output.exit_code == kSignalled + SIGXCPU)
        return wrong(name, fmt::format("it was stopped: it took more than {} s of CPU time",
                                       Confinement{}.cpu_seconds));
    return wrong(name, fmt::format("Python ended with {} before the frames did: {}",
                                   output.exit_code, trim(output.err)));
}

Result<packet::Frames> scapy_expression(const std::string& expression,
                                        std::chrono::milliseconds time) {
    return remembered({"scapy: " + expression, false, expression}, time);
}

Result<packet::Frames> scapy_file(const std::filesystem::path& file) {
    XDPBENCH_TRY(const std::string text, read_file(file));
    return remembered({file.string(), true, text}, kMostScapyTime);
}

}  // namespace xdpbench::target
