// Two frames with a mask and an expected field. Input: FIELD \0 VALUE \0 MASK,MASK \0 then both
// frames, half each.
#include <string>

#include "base/text.h"
#include "fuzz.h"
#include "packet/diff.h"
#include "packet/expected.h"

namespace xdpbench::packet {
namespace {

using fuzz::require;

void check_difference(const Frame& expected, const Frame& actual, const Mask& mask) {
    const std::vector<FieldDifference> differences = diff_frames(expected, actual, mask);
    if (expected.bytes == actual.bytes) require(differences.empty(), "equal frames do not differ");
    if (mask.empty() && expected.bytes != actual.bytes)
        require(!differences.empty(), "without a mask every difference is found");
    (void)describe_difference(expected, actual, mask);
}

void check_expectation(const std::string& name, const std::string& value, const Frame& actual) {
    FrameExpectation expected;
    expected.checksums = actual.bytes.size() % 2 == 1;
    if (Result<ExpectedField> field = parse_expected_field(name, value))
        expected.fields.push_back(std::move(*field));
    (void)differences_from(expected, actual);
    if (const std::optional<Frame> right = corrected(expected, actual))
        require(differences_from(expected, *right).empty(), "a corrected frame is as expected");
}

}  // namespace
}  // namespace xdpbench::packet

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace xdpbench;
    using namespace xdpbench::packet;
    std::string_view rest = fuzz::text_of(data, size);
    const std::string name(fuzz::take_part(rest));
    const std::string value(fuzz::take_part(rest));
    Mask mask = split(fuzz::take_part(rest), ',');
    if (!check_mask(mask)) mask.clear();
    const std::size_t half = rest.size() / 2;
    const Frame expected{{rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(half)}, 0};
    const Frame actual{{rest.begin() + static_cast<std::ptrdiff_t>(half), rest.end()}, 0};
    check_difference(expected, actual, mask);
    check_expectation(name, value, actual);
    return 0;
}
