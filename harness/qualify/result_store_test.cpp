#include "qualify/result_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "report/qualification_json.h"

namespace xdpbench::qualify {
namespace {

class ResultStoreTest : public testing::Test {
  protected:
    void SetUp() override {
        home_ = std::filesystem::current_path();
        folder_ = std::filesystem::temp_directory_path() /
                  ("xdp-bench-store-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
        std::filesystem::current_path(folder_);
    }
    void TearDown() override {
        std::filesystem::current_path(home_);
        std::filesystem::remove_all(folder_);
    }

    static model::QualificationRecord record() {
        model::QualificationRecord record;
        record.device = "eth1";
        record.peer = "eth2";
        record.planned = {"control.a", "control.b"};
        return record;
    }

    std::filesystem::path home_;
    std::filesystem::path folder_;
};

TEST_F(ResultStoreTest, EveryStateReplacesTheOneBefore) {
    auto store = ResultStore::create("", "eth1");
    ASSERT_TRUE(store) << store.error().text();
    model::QualificationRecord now = record();
    now.running = "control.a";
    ASSERT_TRUE(store->save(now));
    auto found = find_unfinished("", "eth1", "eth2");
    ASSERT_TRUE(found) << found.error().text();
    EXPECT_EQ(found->record.running, "control.a");
    now.running.clear();
    now.cases.resize(2);
    ASSERT_TRUE(store->save(now));
    EXPECT_FALSE(find_unfinished("", "eth1", "eth2"));
    EXPECT_TRUE(find_unfinished(store->path().string(), "eth1", "eth2"));
}

TEST_F(ResultStoreTest, ALinkPlantedMeanwhileIsNotFollowed) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can make a link of another user";
    auto store = ResultStore::create("", "eth1");
    ASSERT_TRUE(store && store->save(record()));
    std::filesystem::rename("results", "moved");
    std::filesystem::create_directory("secret");
    std::filesystem::create_directory_symlink("secret", "results");
    ASSERT_EQ(::lchown("results", 65534, 65534), 0);
    EXPECT_FALSE(store->save(record()));
    EXPECT_TRUE(std::filesystem::is_empty("secret"));
}

TEST_F(ResultStoreTest, OtherPortsAreRejected) {
    auto store = ResultStore::create("a.json", "eth1");
    ASSERT_TRUE(store);
    ASSERT_TRUE(store->save(record()));
    EXPECT_FALSE(find_unfinished("a.json", "eth1", "eth3"));
    EXPECT_FALSE(find_unfinished("", "eth1", "eth2"));  // not below results/
    EXPECT_FALSE(find_unfinished("b.json", "eth1", "eth2"));
}

TEST_F(ResultStoreTest, AnUnreadableOneIsNotPassedOver) {
    std::filesystem::create_directories("results");
    auto older = ResultStore::create("results/qualify-eth1-1.json", "eth1");
    ASSERT_TRUE(older);
    ASSERT_TRUE(older->save(record()));
    model::QualificationRecord now = record();
    now.cases.resize(1);
    now.cases[0].group = "control";
    now.cases[0].name = "a";
    std::string text = report::to_json(now);
    const std::string known = "\"PASS\"";
    text.replace(text.find(known), known.size(), "\"FINE\"");
    std::ofstream("results/qualify-eth1-2.json") << text;
    const auto found = find_unfinished("", "eth1", "eth2");
    ASSERT_FALSE(found);
    EXPECT_NE(found.error().what.find("qualify-eth1-2.json"), std::string::npos);
    EXPECT_NE(found.error().what.find("case control.a has the unknown finding \"FINE\""),
              std::string::npos);
}

TEST(CloseRunning, TheCaseThatDidNotEndHasFailed) {
    model::QualificationRecord record;
    record.running = "control.attach_native_link";
    Options options;
    options.device = "eth1";
    close_running(record, options);
    ASSERT_EQ(record.cases.size(), 1U);
    EXPECT_EQ(record.cases[0].full_name(), "control.attach_native_link");
    EXPECT_EQ(record.cases[0].finding, model::Finding::fail);
    EXPECT_EQ(record.cases[0].repeat,
              "xdp-bench qualify --dev eth1 -- "
              "--gtest_filter=qualify.control.attach_native_link");
    EXPECT_TRUE(record.running.empty());
    close_running(record, options);
    EXPECT_EQ(record.cases.size(), 1U);
}

}  // namespace
}  // namespace xdpbench::qualify
