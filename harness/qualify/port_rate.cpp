#include "qualify/port_rate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "bench/rate.h"

namespace xdpbench::qualify {
namespace {

constexpr double kPreambleAndGap = 20;  // bytes
constexpr double kNoLoss = 0.001;       // share of the frames: now and then one gets lost
constexpr double kFullLine = 0.97;      // of the line rate: generators send in bursts
constexpr double kAboveLine = 1.03;     // what no real line carries

double part(double of, double whole) { return whole > 0 ? of / whole : 0; }

model::RateLimit limit_of(const RateCounts& counts, const model::PortRate& rate) {
    const auto sent = static_cast<double>(counts.sent);
    const double share = rate.share_of_line();
    if (share >= kFullLine && share <= kAboveLine) return model::RateLimit::line;
    const std::uint64_t by_peer = std::min(rate.lost, counts.not_sent_by_peer);
    if (static_cast<double>(rate.lost - by_peer) > kNoLoss * sent) return model::RateLimit::port;
    const auto expected = static_cast<double>(counts.copies * counts.handled);
    if (static_cast<double>(counts.arrived) < (1 - kNoLoss) * expected)
        return model::RateLimit::way_out;
    return model::RateLimit::generator;
}

// What a rate is too low for; empty: it is fast enough.
bool too_slow(const model::PortRate& rate, const LeastRate& least) {
    if (least.pps > 0) return rate.frames.starts_with("64") && rate.delivered() < least.pps;
    return rate.share_of_line() < least.share;
}

std::string mpps(double rate) { return fmt::format("{:.3f}", rate / 1e6); }

}  // namespace

const std::vector<FrameSizes>& rate_sizes() {
    static const std::vector<FrameSizes> sizes = [] {
        std::vector<FrameSizes> all;
        for (const std::size_t size : {64U, 128U, 256U, 512U, 1024U, 1280U, 1518U})
            all.push_back({std::to_string(size), {size}});
        all.push_back({"imix", {64, 594, 64, 594, 64, 1518, 64, 594, 64, 594, 64, 64}});
        return all;
    }();
    return sizes;
}

double line_rate(double megabits, const std::vector<std::size_t>& sizes) {
    const double bytes = std::accumulate(sizes.begin(), sizes.end(), 0.0);
    const double mean = bytes / static_cast<double>(sizes.size()) + kPreambleAndGap;
    constexpr double kBits = 8;
    return megabits * 1e6 / (mean * kBits);
}

model::PortRate rate_of(const RateCounts& counts, std::string frames, double line_rate) {
    model::PortRate rate;
    rate.frames = std::move(frames);
    rate.offered = part(static_cast<double>(counts.sent), counts.send_seconds);
    rate.processed = part(static_cast<double>(counts.handled), counts.seconds);
    if (counts.copies > 0)
        rate.forwarded = part(static_cast<double>(counts.arrived), counts.seconds);
    rate.line_rate = line_rate;
    rate.lost = counts.sent - std::min(counts.sent, counts.handled);
    rate.limit = limit_of(counts, rate);
    return rate;
}

std::string rates_text(const std::vector<model::PortRate>& rates) {
    std::string text = fmt::format("{:<16}{:>9}{:>11}{:>11}{:>11}{:>12}  {}", "frames", "offered",
                                   "processed", "forwarded", "line rate", "lost", "limited by");
    for (const model::PortRate& rate : rates)
        text += fmt::format(
            "\n{:<16}{:>9}{:>11}{:>11}{:>11}{:>12}  {}", rate.frames, mpps(rate.offered),
            mpps(rate.processed), rate.forwarded > 0 ? mpps(rate.forwarded) : "-",
            rate.line_rate > 0 ? fmt::format("{:.1f} %", 100 * rate.share_of_line()) : "-",
            thousands(rate.lost), name_of(rate.limit));
    const bool nominal = std::any_of(rates.begin(), rates.end(), [](const model::PortRate& rate) {
        return rate.share_of_line() > kAboveLine;
    });
    return text + (nominal ? "\n(Mpps; more than the line rate: the link's speed is nominal)"
                           : "\n(Mpps)");
}

Ruling judge_rates(std::vector<model::PortRate> rates, const std::optional<LeastRate>& least,
                   const std::string& text) {
    Ruling ruling = pass(text.empty() ? rates_text(rates) : text + "\n" + rates_text(rates));
    ruling.rates = std::move(rates);
    if (!least) return ruling;
    std::vector<std::string> slow;
    bool by_generator = false;
    bool by_port = false;
    for (const model::PortRate& rate : ruling.rates) {
        if (!too_slow(rate, *least)) continue;
        slow.push_back(rate.frames);
        (rate.limit == model::RateLimit::generator ? by_generator : by_port) = true;
    }
    if (slow.empty()) return ruling;
    ruling.finding = by_port ? model::Finding::fail : model::Finding::invalid;
    ruling.text = fmt::format("below {}: {}{}\n{}", least->text, fmt::join(slow, ", "),
                              by_generator ? "; where the generator is the limit, the port was "
                                             "not measured: use a faster traffic source"
                                           : "",
                              ruling.text);
    return ruling;
}

Result<LeastRate> parse_least_rate(const std::string& text) {
    const Result<bench::Rate> rate = bench::parse_rate(text);
    if (rate) return LeastRate{rate->pps, rate->share, text};
    return input_error(fmt::format("--at-least {} is neither a share nor a rate", text),
                       "write it as 50% (of the line rate) or 1Mpps (of 64-byte frames)");
}

}  // namespace xdpbench::qualify
