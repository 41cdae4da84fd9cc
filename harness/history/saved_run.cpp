#include "history/saved_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/number.h"
#include "base/text.h"
#include "history/json_cursor.h"
#include "model/common.h"
#include "report/saved_result.h"

namespace xdpbench::history {
namespace {

// A figure that is known no better tells nothing of changes of a few percent, and hides them.
constexpr double kWorstPrecision = 0.1;
constexpr double kPercent = 100;

// The scalars of a record that a figure may need, and how many rounds it has.
struct Record {
    Keys texts;
    std::map<std::string, double> medians;  // of those that have one
    std::vector<Record> goals;              // of a search
    double precision = 0;                   // that was reached; 0: unknown
    std::size_t rounds = 0;

    [[nodiscard]] std::string text(const std::string& key) const { return value_of(texts, key); }
    [[nodiscard]] double number(const std::string& key) const {
        return parse_quantity(text(key)).value_or(std::pair{0.0, std::string_view()}).first;
    }
    [[nodiscard]] std::optional<double> median(const std::string& key) const {
        const auto found = medians.find(key);
        return found == medians.end() ? std::nullopt : std::optional(found->second);
    }
};

bool is_scalar_kept(std::string_view key) {
    constexpr std::array<std::string_view, 9> kOthers{"program",    "mode",      "action",
                                                      "variant",    "outcome",   "size",
                                                      "loss_ratio", "lower_pps", "excluded_rounds"};
    const auto setup = report::setup_keys();
    return std::find(kOthers.begin(), kOthers.end(), key) != kOthers.end() ||
           std::find(setup.begin(), setup.end(), key) != setup.end() || key == "rate_pps" ||
           key == "share";
}

bool has_median(std::string_view key) {
    return key == "cycles_per_packet" || key == "ns_per_packet" || key == "processed_pps" ||
           key == "baseline_cycles" || key == "baseline_ns" || key == "baseline_pps";
}

Record read_record(JsonCursor& json) {
    Record record;
    json.object([&](std::string_view key) {
        if (key == "rounds") {
            json.array([&] { ++record.rounds; });
        } else if (key == "goals") {
            json.array([&] { record.goals.push_back(read_record(json)); });
        } else if (key == "precision") {
            json.object([&](std::string_view part) {
                if (part == "reached") record.precision = json.number().value_or(0);
            });
        } else if (has_median(key)) {
            const std::string name(key);
            json.object([&](std::string_view part) {
                if (part != "median") return;
                if (const auto median = json.number()) record.medians[name] = *median;
            });
        } else if (is_scalar_kept(key)) {
            std::string value = json.text();
            if (!value.empty()) record.texts.emplace(key, std::move(value));
        }
    });
    return record;
}

std::string record_name(const Record& record, const std::string& what) {
    return fmt::format("{}/{}{}/{}{}{}", record.text("program"), record.text("mode"),
                       record.text("variant"), record.text("action"), what.empty() ? "" : " ",
                       what);
}

Keys setup_of(const Record& record) {
    Keys setup;
    for (const char* const key : report::setup_keys()) {
        const std::string value = record.text(key);
        if (!value.empty()) setup.emplace(key, value);
    }
    return setup;
}

// Why no figure of the record is believed; empty: they are.
std::string unusable(const Record& record) {
    if (record.text("outcome") != "passed") return "is " + record.text("outcome");
    // Where the baseline was measured beside it, it tells what that cost.
    const bool corrected = record.median("baseline_cycles") || record.median("baseline_ns");
    if (!corrected && record.rounds > 0 &&
        record.number("excluded_rounds") >= static_cast<double>(record.rounds))
        return "was measured while another thread shared the core";
    if (record.precision > kWorstPrecision)
        return fmt::format("is known to ± {:.0f} % only", record.precision * kPercent);
    return "";
}

class Reader {
  public:
    explicit Reader(JsonCursor& json) : json_(json) {}

    SavedRun run;
    std::string version;
    bool has_benches = false;
    bool has_environment = false;
    bool comparison = false;

    void read() {
        json_.object([this](std::string_view key) {
            if (key == "schema_version") version = json_.text();
            if (key == "kind") comparison = json_.text() == "comparison";
            if (key == "started") run.started = json_.text();
            if (key == "labels") read_texts(run.labels);
            if (key == "environment") read_environment();
            if (key == "benches") read_benches();
            if (key == "rates") read_rates();
            if (key == "searches") read_searches();
        });
    }

  private:
    void read_texts(Keys& texts) {
        json_.object([&](std::string_view key) { texts.emplace(key, json_.text()); });
    }
    void read_environment() {
        has_environment = true;
        const auto kept = report::environment_keys();
        json_.object([&](std::string_view key) {
            if (std::find(kept.begin(), kept.end(), key) != kept.end())
                run.environment.emplace(key, json_.text());
        });
    }
    void read_benches() {
        has_benches = true;
        json_.array([this] {
            const Record bench = read_record(json_);
            if (!usable(bench, "")) return;
            const auto cycles = bench.median("cycles_per_packet");
            const auto ns = bench.median("ns_per_packet");
            const auto baseline = [&bench](const char* key) {
                return bench.median(key).value_or(0);
            };
            if (cycles)
                add(bench, "", Measure::cycles, *cycles, baseline("baseline_cycles"));
            else if (ns)
                add(bench, "", Measure::nanoseconds, *ns, baseline("baseline_ns"));
            if (const auto rate = bench.median("processed_pps"))
                add(bench, "", Measure::mpps, *rate / model::kMega,
                    baseline("baseline_pps") / model::kMega);
        });
    }
    void read_rates() {
        json_.array([this] {
            const Record rate = read_record(json_);
            // A share is of what the run's own search found: another rate in every run.
            if (rate.number("share") > 0) return;
            const std::string what = "processed at " + rate_text(rate.number("rate_pps"));
            const auto processed = rate.median("processed_pps");
            if (usable(rate, what) && processed)
                add(rate, what, Measure::mpps, *processed / model::kMega);
        });
    }
    void read_searches() {
        json_.array([this] {
            const Record search = read_record(json_);
            if (!usable(search, "search")) return;
            for (const Record& goal : search.goals) {
                const std::string what =
                    fmt::format("search, loss {:.4g} %", goal.number("loss_ratio") * 100);
                if (goal.number("lower_pps") > 0)
                    add(search, what, Measure::mpps, goal.number("lower_pps") / model::kMega);
            }
        });
    }

    bool usable(const Record& record, const std::string& what) {
        const std::string reason = unusable(record);
        if (!reason.empty()) run.left_out.push_back(record_name(record, what) + " " + reason);
        return reason.empty();
    }
    void add(const Record& record, const std::string& what, Measure measure, double value,
             double baseline = 0) {
        run.figures.push_back(
            {record_name(record, what), measure, setup_of(record), value, baseline});
    }

    JsonCursor& json_;
};

}  // namespace

std::string_view name_of(Measure measure) {
    switch (measure) {
        case Measure::cycles:
            return "cycles/packet";
        case Measure::nanoseconds:
            return "ns/packet";
        case Measure::mpps:
            return "Mpps";
    }
    return "";
}

Result<SavedRun> read_run(std::string_view json) {
    JsonCursor cursor(json);
    Reader reader(cursor);
    reader.read();
    if (!cursor.complete())
        return input_error(
            trim(json).starts_with('{')
                ? fmt::format("it is incomplete or damaged, at {}", place_in(json, cursor.offset()))
                : std::string("it is no JSON document"));
    if (reader.comparison)
        return input_error("it is a comparison, which has no figures that are comparable");
    if (!reader.has_benches || !reader.has_environment)
        return input_error("it is not a result of xdp-bench run");
    if (reader.version != "1" && reader.version != "2")
        return input_error(fmt::format("it has schema_version {}, this tool reads 1 and 2",
                                       reader.version.empty() ? "none" : reader.version));
    if (reader.run.started.empty()) return input_error("it does not say when it was started");
    return std::move(reader.run);
}

}  // namespace xdpbench::history
