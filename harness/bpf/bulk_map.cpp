#include "bpf/bulk_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/guard.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/entry_batch.h"
#include "bpf/value_pattern.h"
#include "scenario/diagnostic.h"

namespace xdpbench::bpf {
namespace {

struct Patterns {
    ValuePattern key;
    ValuePattern value;
};

Result<Patterns> patterns_of(const TypedMap& map, const scenario::BulkContent& bulk) {
    Result<ValuePattern> key =
        ValuePattern::make(map.key, bulk.key, bulk.addresses, bulk.first, bulk.last);
    if (!key) return key.error().in("map " + map.name + ", key");
    Result<ValuePattern> value =
        ValuePattern::make(map.value, bulk.value, false, bulk.first, bulk.last);
    if (!value) return value.error().in("map " + map.name + ", value");
    return Patterns{*std::move(key), *std::move(value)};
}

// The share of one of several threads. All entries of a key are in one part, in their order: of
// several the last one wins, as with one thread.
struct Part {
    std::size_t number = 0;
    std::size_t all = 1;

    [[nodiscard]] bool has(ByteView key) const {
        if (all == 1) return true;
        std::uint32_t hash = 2166136261U;  // FNV-1a
        for (const std::uint8_t byte : key) hash = (hash ^ byte) * 16777619U;
        return (hash >> 16) % all == number;
    }
};

Result<void> write_range(const TypedMap& map, const scenario::BulkContent& bulk, Part part) {
    XDPBENCH_TRY(const Patterns patterns, patterns_of(map, bulk));
    XDPBENCH_TRY(EntryBatch batch, EntryBatch::create(map));
    for (std::uint64_t number = bulk.first;; ++number) {
        patterns.key.write(number, batch.key());
        if (part.has(batch.key())) {
            patterns.value.write(number, batch.value());
            XDPBENCH_CHECK(batch.add());
        }
        if (number == bulk.last) return batch.flush();
    }
}

bool is_csv(const scenario::BulkContent& bulk) { return bulk.file.extension() == ".csv"; }

Result<std::ifstream> open_file(const scenario::BulkContent& bulk) {
    std::ifstream file(bulk.file, std::ios::binary);
    if (file) return file;
    return scenario::error_at(
        bulk.where, fmt::format("cannot read {}: {}", bulk.file.string(), errno_text(errno)));
}

Result<void> write_binary(const TypedMap& map, const scenario::BulkContent& bulk, Part part) {
    constexpr std::size_t kAtOnce = 4096;  // entries
    XDPBENCH_TRY(std::ifstream file, open_file(bulk));
    XDPBENCH_TRY(EntryBatch batch, EntryBatch::create(map));
    const std::size_t entry = map.key.size + map.value.size;
    MapBytes block(kAtOnce * entry);
    while (file) {
        file.read(reinterpret_cast<char*>(block.data()),
                  static_cast<std::streamsize>(block.size()));
        ByteView rest = ByteView(block).first(static_cast<std::size_t>(file.gcount()));
        for (; rest.size() >= entry; rest = rest.subspan(entry)) {
            const ByteView key = rest.first(map.key.size);
            if (!part.has(key)) continue;
            std::copy(key.begin(), key.end(), batch.key().begin());
            const ByteView value = rest.subspan(map.key.size, map.value.size);
            std::copy(value.begin(), value.end(), batch.value().begin());
            XDPBENCH_CHECK(batch.add());
        }
    }
    return batch.flush();
}

// Puts a cell where its column says: "value.port" into the member port.
void put(model::Value& root, const std::vector<std::string>& path, std::size_t depth,
         const std::string& cell) {
    if (depth == path.size()) {
        root.data = cell;
        return;
    }
    if (std::get_if<model::Value::Fields>(&root.data) == nullptr)
        root.data = model::Value::Fields{};
    auto& fields = std::get<model::Value::Fields>(root.data);
    for (model::Value::Field& field : fields) {
        if (field.name == path[depth]) return put(field.value, path, depth + 1, cell);
    }
    fields.push_back({path[depth], {root.where, ""}});
    put(fields.back().value, path, depth + 1, cell);
}

// The lines of a CSV file as entries of the map.
class CsvEntries {
  public:
    CsvEntries(const TypedMap& map, const scenario::BulkContent& bulk, std::ifstream file)
        : map_(&map), bulk_(&bulk), file_(std::move(file)) {}

    Result<void> read_head() {
        const std::vector<std::string> cells = next_line();
        for (const std::string& cell : cells) {
            columns_.push_back(split(cell, '.'));
            const std::string& first = columns_.back().front();
            if (first != "key" && first != "value")
                return at_line(
                    fmt::format("column {}: expected key, value, key.MEMBER or "
                                "value.MEMBER",
                                scenario::in_quotes(cell)));
        }
        return {};
    }

    // Whether there was one more.
    Result<bool> next(std::span<std::uint8_t> key, std::span<std::uint8_t> value) {
        const std::vector<std::string> cells = next_line();
        if (cells.empty()) return false;
        if (cells.size() != columns_.size())
            return at_line(
                fmt::format("{} in {} columns", counted(cells.size(), "cell"), columns_.size()));
        model::Value key_value{bulk_->where, ""};
        model::Value stored{bulk_->where, ""};
        for (std::size_t i = 0; i < cells.size(); ++i)
            put(columns_[i].front() == "key" ? key_value : stored, columns_[i], 1, cells[i]);
        XDPBENCH_CHECK(store_element(map_->key, key_value, key));
        XDPBENCH_CHECK(store_element(map_->value, stored, value));
        return true;
    }

  private:
    Result<void> store_element(const ElementType& type, const model::Value& value,
                               std::span<std::uint8_t> out) {
        const Result<MapBytes> bytes = encode(type, value);
        if (!bytes) return bytes.error().in(fmt::format("{}:{}", bulk_->file.string(), line_));
        std::copy(bytes->begin(), bytes->end(), out.begin());
        return {};
    }

    // Without empty lines; empty at the end.
    std::vector<std::string> next_line() {
        for (std::string line; std::getline(file_, line);) {
            ++line_;
            if (trim(line).empty()) continue;
            std::vector<std::string> cells = split(line, ',');
            for (std::string& cell : cells) cell = std::string(trim(cell));
            return cells;
        }
        return {};
    }

    [[nodiscard]] Error at_line(const std::string& problem) const {
        return input_error(fmt::format("{}:{}: {}", bulk_->file.string(), line_, problem));
    }

    const TypedMap* map_;
    const scenario::BulkContent* bulk_;
    std::ifstream file_;
    std::vector<std::vector<std::string>> columns_;
    std::size_t line_ = 0;
};

Result<void> write_csv(const TypedMap& map, const scenario::BulkContent& bulk) {
    XDPBENCH_TRY(std::ifstream file, open_file(bulk));
    CsvEntries entries(map, bulk, std::move(file));
    XDPBENCH_CHECK(entries.read_head());
    XDPBENCH_TRY(EntryBatch batch, EntryBatch::create(map));
    for (;;) {
        XDPBENCH_TRY(const bool more, entries.next(batch.key(), batch.value()));
        if (!more) return batch.flush();
        XDPBENCH_CHECK(batch.add());
    }
}

// The size of a binary file, the head and first line of a CSV file.
Result<void> require_file(const TypedMap& map, const scenario::BulkContent& bulk) {
    XDPBENCH_TRY(std::ifstream file, open_file(bulk));
    if (is_csv(bulk)) {
        CsvEntries entries(map, bulk, std::move(file));
        XDPBENCH_CHECK(entries.read_head());
        MapBytes key(map.key.size);
        MapBytes value(map.value.size);
        XDPBENCH_CHECK(entries.next(key, value));
        return {};
    }
    std::error_code unknown;
    const std::uintmax_t size = std::filesystem::file_size(bulk.file, unknown);
    const std::size_t entry = map.key.size + map.value.size;
    if (!unknown && size % entry == 0) return {};
    return scenario::error_at(
        bulk.where,
        fmt::format("{} has {}: expected a multiple of {}, for a key of {} and a value of {} each",
                    bulk.file.string(), counted(size, "byte"), entry, counted(map.key.size, "byte"),
                    counted(map.value.size, "byte")));
}

std::uint64_t entries_in(const TypedMap& map, const scenario::BulkContent& bulk) {
    if (bulk.file.empty()) return bulk.last - bulk.first + 1;
    std::error_code unknown;
    const std::uintmax_t size = std::filesystem::file_size(bulk.file, unknown);
    return unknown ? 0 : size / (map.key.size + map.value.size);
}

// Errors of a file or a pattern have it already.
Error with_place(const Error& error, const scenario::BulkContent& bulk) {
    return error.kind == ErrorKind::system ? scenario::placed(bulk.where, error) : error;
}

// An update of a large hash mostly waits for memory: so several CPUs do it.
std::size_t parts_for(std::uint64_t entries) {
    constexpr std::uint64_t kMany = 200'000;
    constexpr unsigned kMost = 4;
    return entries < kMany ? 1 : std::clamp(std::thread::hardware_concurrency(), 1U, kMost);
}

}  // namespace

Result<void> require_bulk(const TypedMap& map, const scenario::BulkContent& bulk) {
    if (!bulk.file.empty()) return require_file(map, bulk);
    XDPBENCH_CHECK(patterns_of(map, bulk));
    return {};
}

Result<void> write_bulk(const TypedMap& map, const scenario::BulkContent& bulk) {
    if (!bulk.file.empty() && is_csv(bulk)) {
        const Result<void> written = write_csv(map, bulk);
        return written ? written : with_place(written.error(), bulk);
    }
    const auto write = [&map, &bulk](Part part) {
        return guarded("cannot fill map " + map.name, [&] {
            return bulk.file.empty() ? write_range(map, bulk, part) : write_binary(map, bulk, part);
        });
    };
    const std::size_t parts = parts_for(entries_in(map, bulk));
    std::vector<std::future<Result<void>>> others;
    for (std::size_t number = 1; number < parts; ++number)
        others.push_back(std::async(std::launch::async, write, Part{number, parts}));
    Result<void> all = write(Part{0, parts});
    for (std::future<Result<void>>& other : others) {
        Result<void> done = other.get();
        if (all) all = std::move(done);
    }
    return all ? all : with_place(all.error(), bulk);
}

}  // namespace xdpbench::bpf
