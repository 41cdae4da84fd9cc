// A capture on its way to libpcap, which takes three of its fields more strictly than files mean
// them: the snapshot length of a header cuts records that are there in full, and a pcapng is
// refused whose interfaces differ in snapshot length or in link type, even where no frame uses the
// interface. Those fields are replaced; what they said is kept for each frame.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "packet/capture_file.h"

namespace xdpbench::packet {

// What the interface that a frame was captured on says about its frames.
struct FrameOrigin {
    int link = 1;               // LINKTYPE_ of the file; 1 is Ethernet
    std::uint32_t snaplen = 0;  // 0: no limit
    std::uint32_t fcs = 0;      // bytes of frame check sequence at the end of each frame
};

// Must outlive the stream that it is read through.
class CaptureInput {
  public:
    // `file` is at its start, as open_capture() returns it.
    explicit CaptureInput(Stream file);
    CaptureInput(const CaptureInput&) = delete;
    CaptureInput& operator=(const CaptureInput&) = delete;
    CaptureInput(CaptureInput&&) = delete;
    CaptureInput& operator=(CaptureInput&&) = delete;
    ~CaptureInput() = default;

    // The changed file, for libpcap. Empty if memory ran out.
    [[nodiscard]] Stream stream();

    // Whether what was read last of a pcapng is a whole block.
    [[nodiscard]] bool is_behind_block() const { return is_behind_block_; }

    // Of the next frame that libpcap returns; call it once for each frame.
    [[nodiscard]] FrameOrigin take_origin();

  private:
    static ssize_t read_cookie(void* input, char* buffer, std::size_t size);

    // Each appends to out_ what comes next; none at the end of the file.
    void read_more();
    void read_raw(std::size_t most);
    void read_file_header();
    void read_block();

    // `block` is whole.
    void change_block(Bytes& block);
    void note_interface(Bytes& block);
    void note_packet(std::uint32_t interface_number);
    // Of the packet that was noted last: the length of the FCS, which a packet may say itself.
    void note_flags(const Bytes& block);
    // Into the byte order of the first section: libpcap takes only that.
    void turn(Bytes& block) const;
    // Where the value of this option is, of those that begin at `first`.
    [[nodiscard]] std::optional<std::size_t> find_option(const Bytes& block, std::size_t first,
                                                         std::uint32_t code,
                                                         std::uint32_t length) const;
    // A simple packet has no captured length: it is the shorter of its own and the interface's.
    [[nodiscard]] Bytes enhanced(const Bytes& simple) const;

    [[nodiscard]] std::uint32_t get16(const Bytes& bytes, std::size_t at) const;
    [[nodiscard]] std::uint32_t get32(const Bytes& bytes, std::size_t at) const;
    void put16(Bytes& bytes, std::size_t at, std::uint32_t number) const;
    void put32(Bytes& bytes, std::size_t at, std::uint32_t number) const;

    Stream file_;
    Bytes out_;  // not yet read by libpcap, from taken_ on
    std::size_t taken_ = 0;
    bool started_ = false;
    bool blocks_ = false;      // a pcapng whose blocks were sound so far
    bool big_endian_ = false;  // the current section
    bool is_behind_block_ = false;
    std::optional<bool> first_is_big_endian_;
    std::vector<FrameOrigin> interfaces_;  // of the current section
    std::deque<FrameOrigin> origins_;      // of the frames that libpcap has not returned yet
};

}  // namespace xdpbench::packet
