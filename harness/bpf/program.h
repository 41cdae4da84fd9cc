// An XDP program in an object file: opened, configured, loaded. Nothing of it outlives this
// process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "bpf/existing_program.h"
#include "bpf/typed_map.h"
#include "bpf/verifier_log.h"
#include "scenario/scenario.h"

struct bpf_map;
struct bpf_object;
struct bpf_program;
struct btf;

namespace xdpbench::bpf {

// Sends libbpf's messages to an internal log (shown with errors) instead of standard error; with
// `verbose` to standard error as well. Once, at the start.
void set_up_libbpf(bool verbose);

class MapState;

// What may be done with the maps of a program that others loaded.
struct StateAccess {
    bool allowed = false;                   // --allow-state-changes
    std::shared_ptr<const MapState> saved;  // --restore-state; each load() puts it back
};

// What the kernel reports about a loaded program (struct bpf_prog_info).
struct ProgramInfo {
    std::uint32_t id = 0;
    std::string name;
    std::string tag;                // 16 hex digits
    std::uint32_t jited_bytes = 0;  // 0: not jited
    std::uint32_t xlated_bytes = 0;
    // Instructions that the verifier processed (kernel 5.16; 0: unknown).
    std::uint32_t verified_insns = 0;
    std::uint32_t device = 0;  // index of the interface that it is bound to; 0: to none
    double load_seconds = 0;   // of load(), without the map entries
};

// What becomes of maps when one program takes the place of another: their names.
struct MapTakeover {
    std::vector<std::string> kept;   // both use the same map from now on
    std::vector<std::string> fresh;  // the new program's own, empty
    std::vector<std::string> gone;   // only the old one had them
};

// An entry of a map as it is in memory.
struct StoredEntry {
    std::string map;
    std::vector<std::uint8_t> key;
    std::vector<std::uint8_t> value;  // of a per-CPU map: the sum over all CPUs
};

// A global variable as it is in memory.
struct StoredGlobal {
    std::string name;
    ElementType type;  // refers to the program's types
    std::vector<std::uint8_t> memory;
};

// What becomes of maps that ask to be pinned (LIBBPF_PIN_BY_NAME).
enum class PinnedMaps {
    kept_private,  // every Program has its own, gone with it; nothing is in the BPF file system
    shared,        // as asked: in /sys/fs/bpf, taken from there if it is there, left there
};

class Program {
  public:
    // Opens `object` and picks the XDP program named `function`, or its only one. Contacts no
    // kernel. Errors: not an ELF file, no XDP program (says which programs there are), several
    // (lists them), one that only runs behind a redirect.
    static Result<Program> open(const std::filesystem::path& object,
                                const std::string& function = {},
                                PinnedMaps pins = PinnedMaps::kept_private);
    // The same of an object that is part of the tool (NAME__elf_bytes() of its skeleton); `name` is
    // what errors call it.
    static Result<Program> open_built_in(const std::string& name,
                                         std::span<const std::uint8_t> object,
                                         const std::string& function);

    // One that the kernel has already: load() loads nothing, its maps are those that others use,
    // and its global variables are what they are. `access` says what may be done with them.
    static Result<Program> use(std::shared_ptr<const ExistingProgram> existing, StateAccess access);
    // Whether it is such a one. What it has counted before load() is counters_before().
    [[nodiscard]] bool is_shared() const { return existing_ != nullptr; }
    [[nodiscard]] const std::map<std::uint32_t, MapBytes>& counters_before() const {
        return counters_before_;
    }
    // Whether the tool may write to its maps; else the error says why not.
    Result<void> require_own_maps(const std::string& to_do) const;
    // What its maps hold now, to be put back before a window; refers to this program's maps. Its
    // counters (xdp_counters.h) count on: they are no state.
    Result<MapState> save_state() const;

    // Encodes the configuration by the object's BTF: every error in it is found before anything is
    // loaded. May be called several times before load(); later settings win.
    Result<void> configure(const scenario::Configuration& configuration);

    // Before load(): it takes frames in several buffers, whatever its section says.
    void allow_frags();

    // Loads with what configure() was told: globals before, map entries after. Beside the program
    // only those are loaded that it may need: of an object with tail calls (a program array) the
    // other XDP programs, of one with device or CPU maps those that run behind them. A verifier
    // rejection shows the instruction and the end of the log; all of it is the error's `log`. With
    // an `offload_ifindex` the program and its maps are bound to that device.
    Result<void> load(std::optional<unsigned> offload_ifindex = std::nullopt);

    // load() with the verifier's statistics on. Writing them takes time, which load_seconds must
    // not contain: for a Program of its own.
    Result<VerifierCost> load_for_cost();

    [[nodiscard]] int fd() const;
    // Whether it takes frames in several buffers (SEC("xdp.frags")).
    [[nodiscard]] bool has_frags() const;
    [[nodiscard]] const std::string& function() const { return function_; }
    [[nodiscard]] const std::filesystem::path& object() const { return path_; }
    Result<ProgramInfo> info() const;

    // The functions of the kernel that it calls, other than helpers (__ksym), or one of those that
    // are loaded with it; of an object whose code cannot be read, all that the object declares.
    // None are known of a program that others loaded.
    [[nodiscard]] std::vector<std::string> kernel_functions() const;

    // What of it no device takes, or none with this driver, known before the kernel is asked: one
    // line each, with the map's name; empty if nothing is known to stop it.
    [[nodiscard]] std::vector<std::string> offload_obstacles(const std::string& driver) const;

    // All its maps, those of sections of data too.
    [[nodiscard]] std::vector<TypedMap> maps() const;

    // A map by its name as written in the source (".bss": that section's).
    [[nodiscard]] std::optional<TypedMap> find_map(const std::string& name) const;
    // Its BTF, which also types its maps; nullptr if it has none.
    [[nodiscard]] const btf* types() const;
    // What libbpf knows of the object; nullptr of a program that others loaded.
    [[nodiscard]] const bpf_object* handle() const { return object_.get(); }
    // Before load(), of an object: a map's definition, to be changed; nullptr if there is none.
    [[nodiscard]] bpf_map* definition_of(const std::string& map) const;
    // BTF id of what the definition of an event map (ring buffer, perf buffer) calls its value; 0
    // if there is none.
    [[nodiscard]] std::uint32_t record_type(const std::string& map) const;
    // As find_map, with an error that lists the maps there are.
    Result<TypedMap> require_map(const std::string& name, const model::Location& where) const;

    // As written in the source.
    [[nodiscard]] std::vector<std::string> map_names() const;
    [[nodiscard]] std::vector<std::string> global_names() const;

    // Before load(): maps that `other`, a loaded program, declares with the same name, kind, sizes
    // and flags become this program's too, with what is in them. Global variables stay its own.
    // Buffers of events stay each program's own: what is in them is the reader's to fetch.
    Result<MapTakeover> take_over_maps(const Program& other);

    // Whether compare_maps() will be able to judge: maps exist, keys and values fit their types.
    // Needs no loaded program, so that a mistake is found before anything is created.
    Result<void> validate_expectations(const std::vector<scenario::MapContent>& expected) const;

    // What differs between the maps and `expected`: one line a difference, empty if all holds.
    // `expected` that does not fit the maps' types is an error.
    Result<std::vector<std::string>> compare_maps(
        const std::vector<scenario::MapContent>& expected) const;

    // The value of a global integer variable, of a loaded program; nothing if it has none of that
    // name.
    [[nodiscard]] Result<std::optional<std::uint64_t>> read_counter(
        const std::string& global) const;
    // The variables that a loaded program can write: those of .data and .bss.
    Result<std::vector<StoredGlobal>> read_globals() const;
    // One that a scenario names.
    Result<StoredGlobal> read_global(const scenario::GlobalSetting& setting) const;
    // Whether compare_globals() will be able to judge. Needs no loaded program.
    Result<void> validate_globals(const std::vector<scenario::GlobalSetting>& expected) const;
    // What differs between global variables and `expected`, one line a difference; members and
    // elements that are not named are not compared.
    Result<std::vector<std::string>> compare_globals(
        const std::vector<scenario::GlobalSetting>& expected) const;

    // What the maps hold whose entries a scenario can name: arrays and hashes of all kinds. Not
    // those behind the program's global variables, nor maps that hold descriptors or events; and
    // not an array's entries of zeros, which it has where nothing was written. More than a million
    // entries are an error, and so is an interruption.
    Result<std::vector<StoredEntry>> read_maps() const;

    // Whether the map's entries are always there: of arrays.
    [[nodiscard]] bool has_fixed_entries(const std::string& map) const;

    // Of a loaded program: writes ranges and files, then sets entries, or deletes those that are
    // `absent` and must be there. Of a map of maps the entries of the inner map are set.
    Result<void> change_maps(const std::vector<scenario::MapContent>& changes) const;
    // Whether change_maps() will be able to: all but whether what is to be deleted is there. Needs
    // no loaded program.
    Result<void> validate_changes(const std::vector<scenario::MapContent>& changes) const;

    // The entry that a scenario names; nothing if there is none.
    Result<std::optional<StoredEntry>> find_entry(const std::string& name,
                                                  const model::Value& key) const;

    // The entry as an expectation in a scenario: its value, or its sum over all CPUs.
    [[nodiscard]] scenario::MapEntry expectation_of(const StoredEntry& entry) const;
    // Its queues and stacks whose content may be read: to read it is to take it out.
    [[nodiscard]] std::vector<std::string> own_queues() const;
    // What is in a queue or stack, as its expectation.
    Result<std::vector<scenario::MapEntry>> expectation_of_queue(const std::string& name) const;

  private:
    struct Close {
        void operator()(bpf_object* object) const;
    };
    // To be written once the programs that it may name are loaded.
    struct PendingEntry {
        std::string map;
        MapBytes key;
        model::Value value;  // of a per-CPU map: the value given to every CPU
        std::string where;   // in a scenario; empty: on the command line
    };
    // Many entries, and entries of maps inside maps.
    struct PendingBulk {
        std::string map;
        scenario::BulkContent bulk;
    };
    struct PendingInner {
        std::string map;
        MapBytes key;  // of the outer map
        scenario::MapContent content;
    };

    Program(std::filesystem::path path, std::unique_ptr<bpf_object, Close> object,
            bpf_program* program);
    static Result<Program> choose(const std::filesystem::path& path,
                                  std::unique_ptr<bpf_object, Close> opened,
                                  const std::string& function, PinnedMaps pins,
                                  const std::vector<std::string>& in_maps);
    void bind_to_device(unsigned ifindex);
    // With the sizes that the object or the user gave them, whatever leave_no_room() has left.
    [[nodiscard]] std::vector<TypedMap> declared_maps() const;
    explicit Program(std::shared_ptr<const ExistingProgram> existing);
    Result<void> load_existing();
    Result<void> require_global_value(const scenario::GlobalSetting& setting) const;
    Result<void> set_global(const scenario::GlobalSetting& setting);
    [[nodiscard]] Result<ElementType> require_global(const scenario::GlobalSetting& setting) const;
    Result<void> set_map(const scenario::MapContent& content);
    static Result<void> require_settable(const TypedMap& map, const scenario::MapEntry& entry);
    [[nodiscard]] Result<PendingEntry> encoded_entry(const TypedMap& map,
                                                     const scenario::MapEntry& entry) const;
    [[nodiscard]] Result<PendingInner> encoded_inner(const TypedMap& map,
                                                     const scenario::MapEntry& entry) const;
    [[nodiscard]] Result<void> write_entry(const PendingEntry& entry) const;
    [[nodiscard]] Result<void> write_inner(const PendingInner& pending) const;
    Result<void> change_entry(const TypedMap& map, const scenario::MapEntry& entry) const;
    static Result<scenario::MapContent> expected_inner(const TypedMap& map,
                                                       const model::Value& value);
    [[nodiscard]] Result<TypedMap> inner_definition_of(const std::string& map) const;
    Result<void> compare_inner(const TypedMap& map, const scenario::MapEntry& entry,
                               std::vector<std::string>& lines) const;
    Result<void> set_size(const scenario::MapSize& size);
    [[nodiscard]] Result<model::Value> with_programs(const TypedMap& map, model::Value value) const;
    [[nodiscard]] Result<void> write_entries() const;
    Result<void> compare_entry(const TypedMap& map, const scenario::MapEntry& entry,
                               std::vector<std::string>& lines) const;

    std::filesystem::path path_;
    std::unique_ptr<bpf_object, Close> object_;
    bpf_program* program_ = nullptr;
    std::shared_ptr<const ExistingProgram> existing_;  // instead of an object
    StateAccess access_;
    std::map<std::uint32_t, MapBytes> counters_before_;  // by action, of all CPUs
    std::string function_;
    std::vector<PendingEntry> entries_;
    std::vector<PendingBulk> bulk_;
    std::vector<PendingInner> inner_;
    // By map, and by outer map: libbpf forgets at load the inner maps, and the types of those maps
    // of which the kernel takes none (queues, maps of maps and of redirect targets).
    std::map<std::string, TypedMap> definitions_;
    std::map<std::string, TypedMap> inner_definitions_;
    std::map<std::string, std::uint32_t> record_types_;
    double load_seconds_ = 0;
};

}  // namespace xdpbench::bpf
