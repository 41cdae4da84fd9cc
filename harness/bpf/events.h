// The records that an XDP program writes for user space, read from its ring buffers
// (BPF_MAP_TYPE_RINGBUF) and perf buffers (BPF_MAP_TYPE_PERF_EVENT_ARRAY).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/btf_value.h"
#include "bpf/program.h"
#include "scenario/scenario.h"

namespace xdpbench::bpf {

enum class EventBuffer { ring, perf };

// A map that a program writes records into.
struct EventSource {
    std::string map;
    EventBuffer buffer = EventBuffer::ring;
    // How its records are read; type 0: unknown, they are shown in hex.
    const btf* types = nullptr;  // the program's: valid as long as that
    std::uint32_t type = 0;
    std::string type_name;  // "struct event"
    std::size_t size = 0;   // of the type in bytes; a record may be longer
};

// A structure's name by the name of the map whose records it describes.
using EventTypes = std::map<std::string, std::string>;

// All event maps of a program, loaded or not. A map does not say what is written into it. So the
// type of its records is, in this order:
// 1. the structure that `named` names for the map ("event" or "struct event");
// 2. that of __type(value, struct event) in the map's definition;
// 3. a structure named as the map, or as the map without its last "s" (map `events`, struct event);
// 4. the one structure that global variables of the program point to, which is how a program makes
//    the compiler keep a type in BTF: const struct event *unused __attribute__((unused));
// The size of a record proves nothing, so types are not guessed by it.
Result<std::vector<EventSource>> event_sources(const Program& program,
                                               const EventTypes& named = {});

// One record. Of a perf buffer the kernel rounds the length up: up to 7 bytes at the end mean
// nothing.
struct Event {
    const EventSource* source = nullptr;
    std::uint64_t number = 0;             // of its map, from 0
    int cpu = -1;                         // of a perf buffer; a ring buffer does not say
    std::span<const std::uint8_t> bytes;  // valid during the call that hands the record over
};

// The record as a value of its type; without one, or if it is too short for it, "hex:...".
[[nodiscard]] model::Value decode_event(const Event& event);

// "src=198.18.0.1 dst=198.18.0.2 dport=53", or "hex:..."; behind a type, "+ 64 bytes" if the record
// goes on (a perf buffer's may hold the frame's first bytes).
[[nodiscard]] std::string event_text(const Event& event);

// Whether compare_event() will be able to judge: the fields exist, their values fit.
Result<void> validate_event(const EventSource& source, const model::Value& expected);

// What differs from `expected`: fields by name of those that it names, or "hex:..." for all bytes.
Result<std::vector<ValueDifference>> compare_event(const Event& event,
                                                   const model::Value& expected);

// Reads all event maps of a loaded program, which it must not outlive. Within one map, records are
// handed over in the order in which they were written; in a perf buffer that is so for each CPU.
class Events {
  public:
    using Handler = std::function<void(const Event&)>;

    static Result<Events> open(const Program& program, const EventTypes& named = {});

    // Those of event_sources().
    [[nodiscard]] const std::vector<EventSource>& sources() const;

    // Readable when there are records: for those who wait for other things as well, with poll(2)
    // or epoll. -1 if the program has no event maps.
    [[nodiscard]] int fd() const;

    static constexpr std::size_t kAll = SIZE_MAX;

    // Hands over what there is, without waiting; returns how many records that were. Of each buffer
    // (a perf buffer has one a CPU) at most `most`: a program may write faster than anybody reads,
    // and then there is no end to what there is.
    Result<std::size_t> consume(const Handler& handler, std::size_t most = kAll);

    // The same, after waiting up to `timeout` for something to be there. A signal ends the wait;
    // so does nothing but the timeout where the program writes with BPF_RB_NO_WAKEUP.
    Result<std::size_t> poll(std::chrono::milliseconds timeout, const Handler& handler);

    // Records of sources()[index] that found the buffer full. For a perf buffer the kernel counts
    // them (all from 6.0 on; before that, those in front of a record that arrived). For a ring
    // buffer nobody but the program knows: it is what its global variable <map>_lost says, nothing
    // without one.
    [[nodiscard]] Result<std::optional<std::uint64_t>> lost(std::size_t index) const;

  private:
    class Readers;
    struct Delete {
        void operator()(Readers* readers) const;
    };
    explicit Events(std::unique_ptr<Readers, Delete> readers);

    std::unique_ptr<Readers, Delete> readers_;  // libbpf keeps pointers into it
};

}  // namespace xdpbench::bpf
