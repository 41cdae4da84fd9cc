#include "net/namespaces.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <system_error>
#include <utility>

namespace xdpbench::net {
namespace {

namespace fs = std::filesystem;

// A folder with links as in /proc: process 12 in namespace 5 with a thread in 6 and namespace 7
// open, mounts with 8.
class NamespacesTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = "/tmp/xdp-bench-namespaces-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
        link("self/ns/pid", "pid:[4026531836]");
        link("12/ns/net", "net:[5]");
        link("12/ns/mnt", "mnt:[1]");
        link("12/task/12/ns/net", "net:[5]");
        link("12/task/13/ns/net", "net:[6]");
        link("12/fd/3", "net:[7]");
        link("12/fd/4", "/dev/null");
        std::ofstream(folder_ / "12/mountinfo")
            << "24 1 0:22 / /proc rw - proc proc rw\n"
               "36 25 0:4 net:[8] /run/docker/netns/f00 rw - nsfs nsfs rw\n";
    }
    void TearDown() override {
        std::error_code error;
        fs::remove_all(folder_, error);
    }

    void link(const std::string& path, const std::string& target) const {
        fs::create_directories((folder_ / path).parent_path());
        fs::create_symlink(target, folder_ / path);
    }
    [[nodiscard]] Namespaces look() const {
        return Namespaces::look({folder_ / "no-names", folder_});
    }

    fs::path folder_;
};

TEST_F(NamespacesTest, AreFoundByAllThatKeepsThemAlive) {
    const Namespaces all = look();
    EXPECT_TRUE(all.complete());
    for (const auto& [id, path] : {std::pair{"net:[5]", "12/ns/net"},
                                   {"net:[6]", "12/task/13/ns/net"},
                                   {"net:[7]", "12/fd/3"},
                                   {"net:[8]", "12/root/run/docker/netns/f00"}}) {
        const auto found = all.find(id);
        ASSERT_TRUE(found) << id;
        EXPECT_EQ(found->path, folder_ / path);
        EXPECT_EQ(found->name, "");
    }
    EXPECT_FALSE(all.find("net:[9]"));
}

TEST_F(NamespacesTest, AProcessThatCannotBeReadMayBeInAny) {
    fs::create_directories(folder_ / "14/ns");
    std::ofstream(folder_ / "14/ns/net") << "no link";
    EXPECT_FALSE(look().complete());
}

TEST_F(NamespacesTest, AProcessThatHasEndedIsInNone) {
    fs::create_directories(folder_ / "14");
    EXPECT_TRUE(look().complete());
}

TEST_F(NamespacesTest, AnotherPidNamespaceHidesProcesses) {
    fs::remove(folder_ / "self/ns/pid");
    link("self/ns/pid", "pid:[4026532000]");
    EXPECT_FALSE(look().complete());
}

TEST_F(NamespacesTest, WithoutProcNothingIsKnown) {
    fs::remove_all(folder_);
    EXPECT_FALSE(look().complete());
}

}  // namespace
}  // namespace xdpbench::net
