#include "packet/capture_input.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "packet/frame.h"

namespace xdpbench::packet {
namespace {

// draft-ietf-opsawg-pcapng: block types, and where their fields are.
constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;  // the same in both byte orders
constexpr std::uint32_t kInterface = 1;
constexpr std::uint32_t kOldPacket = 2;
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::size_t kBlockHeader = 8;      // type and total length
constexpr std::size_t kBlockTrailer = 4;     // the total length again
constexpr std::size_t kInterfaceFixed = 16;  // up to the options
constexpr std::size_t kLinkAt = 8;
constexpr std::size_t kSnaplenAt = 12;
constexpr std::size_t kInterfaceNumberAt = 8;
constexpr std::size_t kSimpleData = 12;
constexpr std::size_t kEnhancedData = 28;
constexpr std::uint32_t kEndOfOptions = 0;
constexpr std::uint32_t kFcsLengthOption = 13;
constexpr std::uint32_t kFlagsOption = 2;     // of a packet
constexpr std::uint32_t kFcsLengthShift = 5;  // in its flags: bytes
constexpr std::uint32_t kFcsLengthMask = 0xf;
// libpcap refuses longer blocks; what it refuses need not be held here.
constexpr std::uint32_t kLongestBlock = 16U << 20;
constexpr std::size_t kRawPart = 65536;

// draft-ietf-opsawg-pcap: the file header.
constexpr std::size_t kFileHeader = 24;
constexpr std::size_t kFileSnaplenAt = 16;

constexpr int kEthernetLink = 1;
constexpr auto kNoLimit = static_cast<std::uint32_t>(kLongestFrameBytes);

bool holds_origin(std::uint32_t type) {
    return type == kInterface || type == kOldPacket || type == kSimplePacket ||
           type == kEnhancedPacket;
}

}  // namespace

CaptureInput::CaptureInput(Stream file) : file_(std::move(file)) {}

Stream CaptureInput::stream() {
    return Stream(
        ::fopencookie(this, "rb", {.read = read_cookie, .write = {}, .seek = {}, .close = {}}));
}

FrameOrigin CaptureInput::take_origin() {
    if (origins_.empty()) return {};
    const FrameOrigin origin = origins_.front();
    origins_.pop_front();
    return origin;
}

ssize_t CaptureInput::read_cookie(void* input, char* buffer, std::size_t size) {
    auto& self = *static_cast<CaptureInput*>(input);
    if (self.taken_ == self.out_.size()) {
        self.out_.clear();
        self.taken_ = 0;
        self.read_more();
    }
    const std::size_t count = std::min(size, self.out_.size() - self.taken_);
    if (count == 0) return std::ferror(self.file_.get()) != 0 ? -1 : 0;
    std::memcpy(buffer, self.out_.data() + self.taken_, count);
    self.taken_ += count;
    return static_cast<ssize_t>(count);
}

void CaptureInput::read_more() {
    if (!std::exchange(started_, true)) return read_file_header();
    if (blocks_) return read_block();
    read_raw(kRawPart);
}

void CaptureInput::read_raw(std::size_t most) {
    const std::size_t before = out_.size();
    out_.resize(before + most);
    out_.resize(before + std::fread(out_.data() + before, 1, most, file_.get()));
}

void CaptureInput::read_file_header() {
    read_raw(4);
    if (out_.size() < 4) return;
    if (get32(out_, 0) == kSectionHeader) {
        blocks_ = true;
        std::rewind(file_.get());
        out_.clear();
        return read_block();
    }
    big_endian_ = out_[0] == 0xa1;
    read_raw(kFileHeader - 4);
    if (out_.size() == kFileHeader) put32(out_, kFileSnaplenAt, kNoLimit);
}

void CaptureInput::read_block() {
    read_raw(kBlockHeader);
    if (!out_.empty()) is_behind_block_ = false;
    if (out_.size() < kBlockHeader) return;
    std::size_t there = kBlockHeader;
    if (get32(out_, 0) == kSectionHeader) {
        read_raw(4);  // 1a2b3c4d in the section's byte order
        if (out_.size() < kBlockHeader + 4) return;
        there += 4;
        big_endian_ = out_[kBlockHeader] == 0x1a;
        interfaces_.clear();
        if (!first_is_big_endian_) first_is_big_endian_ = big_endian_;
    }
    const std::uint32_t length = get32(out_, 4);
    // libpcap explains what is wrong with such a length.
    blocks_ = length >= there + kBlockTrailer && length % 4 == 0 && length <= kLongestBlock;
    if (!blocks_) return;
    read_raw(length - there);
    if (out_.size() != length) return;
    is_behind_block_ = true;
    if (holds_origin(get32(out_, 0))) change_block(out_);
    if (first_is_big_endian_ != big_endian_) turn(out_);
}

void CaptureInput::turn(Bytes& block) const {
    constexpr std::size_t kSectionFixed = 24;
    constexpr std::uint32_t kTimeOffsetOption = 14;  // of an interface: its only other number
    const std::uint32_t type = get32(block, 0);
    std::vector<std::size_t> sizes;  // of the numbers behind type and length
    std::size_t options = block.size();
    if (type == kSectionHeader) {
        sizes = {4, 2, 2, 8};
        options = kSectionFixed;
    } else if (type == kInterface) {
        sizes = {2, 2, 4};
        options = kInterfaceFixed;
    } else if ((type == kEnhancedPacket || type == kOldPacket) &&
               block.size() >= kEnhancedData + kBlockTrailer) {
        sizes = {4, 4, 4, 4, 4};
        if (type == kOldPacket) sizes = {2, 2, 4, 4, 4, 4};
        options = kEnhancedData + (std::size_t{get32(block, kEnhancedData - 8)} + 3) / 4 * 4;
    }
    const auto reverse = [&block](std::size_t at, std::size_t size) {
        if (at + size <= block.size())
            std::reverse(block.begin() + static_cast<std::ptrdiff_t>(at),
                         block.begin() + static_cast<std::ptrdiff_t>(at + size));
    };
    while (options + 4 + kBlockTrailer <= block.size()) {
        const std::uint32_t code = get16(block, options);
        const std::size_t length = get16(block, options + 2);
        reverse(options, 2);
        reverse(options + 2, 2);
        if (code == kTimeOffsetOption) reverse(options + 4, length);
        if (code == kEndOfOptions) break;
        options += 4 + (length + 3) / 4 * 4;
    }
    std::size_t at = kBlockHeader;
    for (const std::size_t size : sizes) reverse(std::exchange(at, at + size), size);
    for (const std::size_t header : {std::size_t{0}, std::size_t{4}, block.size() - 4})
        reverse(header, 4);
}

void CaptureInput::change_block(Bytes& block) {
    const std::uint32_t type = get32(block, 0);
    if (type == kInterface && block.size() >= kInterfaceFixed + kBlockTrailer)
        return note_interface(block);
    if (type == kSimplePacket && block.size() >= kSimpleData + kBlockTrailer) {
        note_packet(0);
        block = enhanced(block);
    }
    if (block.size() < kEnhancedData + kBlockTrailer) return;
    if (type == kEnhancedPacket) note_packet(get32(block, kInterfaceNumberAt));
    if (type == kOldPacket) note_packet(get16(block, kInterfaceNumberAt));
    if (type == kEnhancedPacket || type == kOldPacket) note_flags(block);
}

void CaptureInput::note_interface(Bytes& block) {
    FrameOrigin origin;
    origin.link = static_cast<int>(get16(block, kLinkAt));
    origin.snaplen = get32(block, kSnaplenAt);
    if (const auto at = find_option(block, kInterfaceFixed, kFcsLengthOption, 1)) {
        // The draft says bits; its example, and what is written, are bytes.
        const std::uint32_t fcs = block[*at];
        origin.fcs = fcs >= 8 ? fcs / 8 : fcs;
    }
    interfaces_.push_back(origin);
    put16(block, kLinkAt, kEthernetLink);
    put32(block, kSnaplenAt, kNoLimit);
}

std::optional<std::size_t> CaptureInput::find_option(const Bytes& block, std::size_t first,
                                                     std::uint32_t code,
                                                     std::uint32_t length) const {
    for (std::size_t at = first; at + 4 + kBlockTrailer <= block.size();) {
        const std::uint32_t its_code = get16(block, at);
        const std::uint32_t its_length = get16(block, at + 2);
        if (its_code == kEndOfOptions) break;
        if (its_code == code && its_length == length) return at + 4;
        at += 4 + (std::size_t{its_length} + 3) / 4 * 4;
    }
    return std::nullopt;
}

void CaptureInput::note_packet(std::uint32_t interface_number) {
    // libpcap refuses a packet of an interface that was not described.
    origins_.push_back(interface_number < interfaces_.size() ? interfaces_[interface_number]
                                                             : FrameOrigin{});
}

void CaptureInput::note_flags(const Bytes& block) {
    const std::size_t captured = get32(block, kEnhancedData - 8);
    const auto at = find_option(block, kEnhancedData + (captured + 3) / 4 * 4, kFlagsOption, 4);
    if (!at) return;
    const std::uint32_t fcs = get32(block, *at) >> kFcsLengthShift & kFcsLengthMask;
    if (fcs != 0) origins_.back().fcs = fcs;  // 0: nothing is said
}

Bytes CaptureInput::enhanced(const Bytes& simple) const {
    const std::uint32_t original = get32(simple, kBlockHeader);
    const std::uint32_t snaplen = origins_.back().snaplen;
    const auto length = static_cast<std::uint32_t>(simple.size() + kEnhancedData - kSimpleData);
    Bytes block(length);
    put32(block, 0, kEnhancedPacket);
    put32(block, 4, length);  // interface 0 and no time stamp stay 0
    put32(block, kEnhancedData - 8, snaplen == 0 ? original : std::min(original, snaplen));
    put32(block, kEnhancedData - 4, original);
    std::copy(simple.begin() + kSimpleData, simple.end(), block.begin() + kEnhancedData);
    put32(block, length - kBlockTrailer, length);
    return block;
}

std::uint32_t CaptureInput::get16(const Bytes& bytes, std::size_t at) const {
    return big_endian_ ? std::uint32_t{bytes[at]} << 8 | bytes[at + 1]
                       : std::uint32_t{bytes[at + 1]} << 8 | bytes[at];
}

std::uint32_t CaptureInput::get32(const Bytes& bytes, std::size_t at) const {
    return big_endian_ ? get16(bytes, at) << 16 | get16(bytes, at + 2)
                       : get16(bytes, at + 2) << 16 | get16(bytes, at);
}

void CaptureInput::put16(Bytes& bytes, std::size_t at, std::uint32_t number) const {
    bytes[at + (big_endian_ ? 1 : 0)] = static_cast<std::uint8_t>(number);
    bytes[at + (big_endian_ ? 0 : 1)] = static_cast<std::uint8_t>(number >> 8);
}

void CaptureInput::put32(Bytes& bytes, std::size_t at, std::uint32_t number) const {
    put16(bytes, at + (big_endian_ ? 2 : 0), number & 0xffff);
    put16(bytes, at + (big_endian_ ? 0 : 2), number >> 16);
}

}  // namespace xdpbench::packet
