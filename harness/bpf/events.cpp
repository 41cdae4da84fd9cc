#include "bpf/events.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/unique_fd.h"

namespace xdpbench::bpf {
namespace {

// A perf buffer's pages for each CPU; a power of two. 256 KiB hold some thousand records between
// two looks.
constexpr std::size_t kPerfPages = 64;
// What a ring buffer's reader returns to be called no more; the record in hand is taken all the
// same.
constexpr int kEnough = -ECANCELED;

// What the kernel writes behind the header of a PERF_RECORD_LOST.
struct LostRecord {
    perf_event_header header;
    std::uint64_t id;
    std::uint64_t lost;
};

perf_event_attr perf_attributes(std::uint64_t read_format) {
    perf_event_attr attributes = {};
    attributes.size = sizeof(attributes);
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_BPF_OUTPUT;
    attributes.sample_type = PERF_SAMPLE_RAW;
    attributes.sample_period = 1;
    attributes.wakeup_events = 1;
    attributes.read_format = read_format;
    return attributes;
}

struct FreeRing {
    void operator()(ring_buffer* buffer) const { ::ring_buffer__free(buffer); }
};
struct FreePerf {
    void operator()(perf_buffer* buffer) const { ::perf_buffer__free(buffer); }
};

}  // namespace

// One reader a map. libbpf is given the address of each, so they stay where they are.
class Events::Readers {
  public:
    static Result<std::unique_ptr<Readers, Delete>> open(const Program& program,
                                                         const EventTypes& named) {
        std::unique_ptr<Readers, Delete> readers(new Readers(program));
        XDPBENCH_TRY(readers->sources_, event_sources(program, named));
        if (readers->sources_.empty()) return readers;
        readers->epoll_ = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
        if (!readers->epoll_.valid()) return system_error("cannot create an epoll", errno);
        for (const EventSource& source : readers->sources_) {
            readers->each_.push_back(std::make_unique<Reader>());
            Reader& reader = *readers->each_.back();
            reader.source = &source;
            reader.readers = readers.get();
            Result<void> opened = readers->open_buffer(reader);
            if (!opened) return opened.error().in("map " + source.map);
        }
        return readers;
    }

    [[nodiscard]] const std::vector<EventSource>& sources() const { return sources_; }
    [[nodiscard]] int fd() const { return epoll_.get(); }

    Result<std::size_t> consume(const Handler& handler, std::size_t most) {
        handler_ = &handler;
        handed_over_ = 0;
        for (const std::unique_ptr<Reader>& reader : each_) {
            const int number = reader->consume(most);
            if (number < 0)
                return system_error("cannot read the records of map " + reader->source->map,
                                    number);
        }
        return handed_over_;
    }

    Result<std::size_t> poll(std::chrono::milliseconds timeout, const Handler& handler) {
        std::array<epoll_event, 1> ready{};
        const int number = ::epoll_wait(fd(), ready.data(), 1, static_cast<int>(timeout.count()));
        if (number < 0 && errno != EINTR) return system_error("cannot wait for records", errno);
        return consume(handler, kAll);
    }

    [[nodiscard]] Result<std::optional<std::uint64_t>> lost(std::size_t index) const {
        const Reader& reader = *each_.at(index);
        if (reader.ring != nullptr) return program_->read_counter(reader.source->map + "_lost");
        if (!reader.counted_by_kernel) return std::optional<std::uint64_t>(reader.lost_records);
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < ::perf_buffer__buffer_cnt(reader.perf.get()); ++i) {
            std::array<std::uint64_t, 2> counters{};  // events, lost
            const int fd = ::perf_buffer__buffer_fd(reader.perf.get(), i);
            if (::read(fd, counters.data(), sizeof(counters)) != sizeof(counters))
                return system_error("cannot read the losses of map " + reader.source->map, errno);
            sum += counters[1];
        }
        return std::optional<std::uint64_t>(sum);
    }

  private:
    struct Reader {
        const EventSource* source = nullptr;
        Readers* readers = nullptr;
        std::unique_ptr<ring_buffer, FreeRing> ring;
        std::unique_ptr<perf_buffer, FreePerf> perf;
        std::uint64_t records = 0;
        std::uint64_t lost_records = 0;
        bool counted_by_kernel = false;
        std::size_t left = 0;  // how many more may be handed over now

        // 0 or more, or a negative errno.
        int consume(std::size_t most) {
            left = most;
            if (ring != nullptr) {
                const int number = ::ring_buffer__consume(ring.get());
                return number == kEnough ? 0 : number;
            }
            int number = 0;
            for (std::size_t i = 0; i < ::perf_buffer__buffer_cnt(perf.get()) && number >= 0; ++i) {
                left = most;
                number = ::perf_buffer__consume_buffer(perf.get(), i);
            }
            return number;
        }

        void hand_over(int cpu, std::span<const std::uint8_t> bytes) {
            const Event event{source, records++, cpu, bytes};
            ++readers->handed_over_;
            --left;
            (*readers->handler_)(event);
        }
    };

    explicit Readers(const Program& program) : program_(&program) {}

    Result<void> open_buffer(Reader& reader) {
        const int map = program_->find_map(reader.source->map)->fd;
        if (map < 0) return system_error("its program is not loaded", EBADF);
        XDPBENCH_CHECK(reader.source->buffer == EventBuffer::ring ? open_ring(reader, map)
                                                                  : open_perf(reader, map));
        epoll_event interest = {};
        interest.events = EPOLLIN;
        const int buffer = reader.ring != nullptr ? ::ring_buffer__epoll_fd(reader.ring.get())
                                                  : ::perf_buffer__epoll_fd(reader.perf.get());
        if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, buffer, &interest) != 0)
            return system_error("cannot wait for records", errno);
        return {};
    }

    static Result<void> open_ring(Reader& reader, int map) {
        reader.ring.reset(::ring_buffer__new(map, at_ring_record, &reader, nullptr));
        if (reader.ring == nullptr) return system_error("cannot open the ring buffer", errno);
        return {};
    }

    static Result<void> open_perf(Reader& reader, int map) {
        perf_event_attr attributes = perf_attributes(PERF_FORMAT_LOST);
        reader.perf.reset(
            ::perf_buffer__new_raw(map, kPerfPages, &attributes, at_perf_record, &reader, nullptr));
        reader.counted_by_kernel = reader.perf != nullptr;
        if (reader.perf == nullptr && errno == EINVAL) {  // before kernel 6.0
            attributes = perf_attributes(0);
            reader.perf.reset(::perf_buffer__new_raw(map, kPerfPages, &attributes, at_perf_record,
                                                     &reader, nullptr));
        }
        if (reader.perf != nullptr) return {};
        Error error = system_error("cannot open the perf buffer", errno);
        if (errno == EPERM || errno == EACCES) {
            error.kind = ErrorKind::unavailable;
            error.advice = "run as root (sudo), or give the process CAP_PERFMON";
        }
        return error;
    }

    static int at_ring_record(void* reader, void* data, std::size_t size) {
        auto& self = *static_cast<Reader*>(reader);
        self.hand_over(-1, {static_cast<std::uint8_t*>(data), size});
        return self.left == 0 ? kEnough : 0;
    }

    static bpf_perf_event_ret at_perf_record(void* context, int cpu, perf_event_header* header) {
        auto& reader = *static_cast<Reader*>(context);
        const auto* const record = reinterpret_cast<const std::uint8_t*>(header);
        if (header->type == PERF_RECORD_SAMPLE) {
            std::uint32_t size = 0;
            std::memcpy(&size, record + sizeof(*header), sizeof(size));
            reader.hand_over(cpu, {record + sizeof(*header) + sizeof(size), size});
        } else if (header->type == PERF_RECORD_LOST) {
            LostRecord lost = {};
            std::memcpy(&lost, record, sizeof(lost));
            reader.lost_records += lost.lost;
        }
        return reader.left == 0 ? LIBBPF_PERF_EVENT_DONE : LIBBPF_PERF_EVENT_CONT;
    }

    const Program* program_;
    std::vector<EventSource> sources_;
    std::vector<std::unique_ptr<Reader>> each_;
    UniqueFd epoll_;
    const Handler* handler_ = nullptr;
    std::size_t handed_over_ = 0;
};

void Events::Delete::operator()(Readers* readers) const { delete readers; }

Events::Events(std::unique_ptr<Readers, Delete> readers) : readers_(std::move(readers)) {}

Result<Events> Events::open(const Program& program, const EventTypes& named) {
    XDPBENCH_TRY(auto readers, Readers::open(program, named));
    return Events(std::move(readers));
}

const std::vector<EventSource>& Events::sources() const { return readers_->sources(); }

int Events::fd() const { return readers_->fd(); }

Result<std::size_t> Events::consume(const Handler& handler, std::size_t most) {
    return readers_->consume(handler, most);
}

Result<std::size_t> Events::poll(std::chrono::milliseconds timeout, const Handler& handler) {
    return readers_->poll(timeout, handler);
}

Result<std::optional<std::uint64_t>> Events::lost(std::size_t index) const {
    return readers_->lost(index);
}

}  // namespace xdpbench::bpf
