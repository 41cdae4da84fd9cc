#include "bpf/whole_names.h"

#include <bpf/btf.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <algorithm>
#include <memory>
#include <string>

namespace xdpbench::bpf {
namespace {

// The types of an object with definitions of maps: name, kind, and BTF id of the key's type.
class Definitions {
  public:
    Definitions() : types_(::btf__new_empty(), &::btf__free) {
        number = ::btf__add_int(types_.get(), "unsigned int", 4, 0);
        longer = ::btf__add_int(types_.get(), "unsigned long", 8, 0);
    }

    void add(const std::string& name, int kind, int key) {
        btf* const types = types_.get();
        const int array = ::btf__add_array(types, number, number, static_cast<unsigned>(kind));
        const int to_array = ::btf__add_ptr(types, array);
        const int to_key = ::btf__add_ptr(types, key);
        const int definition = ::btf__add_struct(types, "", 16);
        ::btf__add_field(types, "type", to_array, 0, 0);
        ::btf__add_field(types, "key", to_key, 64, 0);
        variables_.push_back(
            ::btf__add_var(types, name.c_str(), BTF_VAR_GLOBAL_ALLOCATED, definition));
    }

    const btf* done() {
        ::btf__add_datasec(types_.get(), ".maps", 0);
        for (const int variable : variables_)
            ::btf__add_datasec_var_info(types_.get(), variable, 0, 16);
        return types_.get();
    }

    int number = 0;
    int longer = 0;

  private:
    std::unique_ptr<btf, decltype(&::btf__free)> types_;
    std::vector<int> variables_;
};

bpf_map_info loaded(const std::string& name, std::uint32_t kind, int key) {
    bpf_map_info info = {};
    info.id = 12;
    info.type = kind;
    info.btf_key_type_id = static_cast<std::uint32_t>(key);
    std::copy_n(name.begin(), std::min<std::size_t>(name.size(), BPF_OBJ_NAME_LEN - 1), info.name);
    return info;
}

TEST(WholeNames, ANameThatOneMapHasIsWhole) {
    Definitions definitions;
    definitions.add("connection_table_v4", BPF_MAP_TYPE_HASH, definitions.number);
    definitions.add("other_map_that_has_a_long_name", BPF_MAP_TYPE_HASH, definitions.number);
    const btf* const types = definitions.done();
    EXPECT_EQ(whole_map_name(types, loaded("connection_table_v4", BPF_MAP_TYPE_HASH, 1)),
              "connection_table_v4");
    EXPECT_EQ(whole_map_name(types, loaded("short", BPF_MAP_TYPE_HASH, 1)), "short");
    EXPECT_EQ(whole_map_name(nullptr, loaded("connection_table_v4", BPF_MAP_TYPE_HASH, 1)),
              "connection_tabl");
}

TEST(WholeNames, TypesTellWhichOfSeveralItIs) {
    Definitions definitions;
    definitions.add("connection_table_v4", BPF_MAP_TYPE_HASH, definitions.number);
    definitions.add("connection_table_v6", BPF_MAP_TYPE_HASH, definitions.longer);
    definitions.add("connection_table_lru", BPF_MAP_TYPE_LRU_HASH, definitions.longer);
    const int longer = definitions.longer;
    const btf* const types = definitions.done();
    EXPECT_EQ(whole_map_name(types, loaded("connection_table", BPF_MAP_TYPE_HASH, longer)),
              "connection_table_v6");
    EXPECT_EQ(whole_map_name(types, loaded("connection_table", BPF_MAP_TYPE_LRU_HASH, longer)),
              "connection_table_lru");
}

TEST(WholeNames, WhatCannotBeToldHasTheId) {
    Definitions definitions;
    definitions.add("connection_table_v4", BPF_MAP_TYPE_HASH, definitions.number);
    definitions.add("connection_table_v6", BPF_MAP_TYPE_HASH, definitions.number);
    const int number = definitions.number;
    const btf* const types = definitions.done();
    EXPECT_EQ(whole_map_name(types, loaded("connection_table", BPF_MAP_TYPE_HASH, number)),
              "connection_tabl (id 12)");
}

TEST(WholeNames, ANameThatSeveralMayHaveIsAnError) {
    std::vector<TypedMap> maps(3);
    maps[0].name = "connection_tabl (id 12)";
    maps[1].name = "connection_tabl (id 15)";
    maps[2].name = "flows";
    const Result<std::string> unclear = map_name_of("connection_table_v4", maps);
    ASSERT_FALSE(unclear);
    EXPECT_NE(unclear.error().text().find("12 or 15"), std::string::npos) << unclear.error().text();
    EXPECT_EQ(*map_name_of("connection_tabl (id 12)", maps), "connection_tabl (id 12)");
    EXPECT_EQ(*map_name_of("flows", maps), "flows");
    EXPECT_EQ(*map_name_of("connection", maps), "connection");
}

}  // namespace
}  // namespace xdpbench::bpf
