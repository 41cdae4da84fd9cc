#include "probe/checkout.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

namespace xdpbench::probe {
namespace {

namespace fs = std::filesystem;

const std::string kCommit(40, 'a');
const std::string kOther(40, 'b');

// A folder of its own with a repository in it, made of files.
class CheckoutTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "checkout.XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        root_ = name;
        write(".git/HEAD", "ref: refs/heads/main\n");
        write(".git/refs/heads/main", kCommit + "\n");
    }
    void TearDown() override { fs::remove_all(root_); }

    void write(const std::string& name, const std::string& text) {
        fs::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name) << text;
    }
    // "COMMIT BRANCH", or "none".
    std::string found(const std::string& folder = "") {
        const auto checkout = find_checkout(root_ / folder);
        return checkout ? checkout->commit + " " + checkout->branch : "none";
    }
    fs::path root_;
};

TEST_F(CheckoutTest, IsFoundFromAnyFolderBelow) {
    fs::create_directories(root_ / "build/bpf");
    EXPECT_EQ(found(), kCommit + " main");
    EXPECT_EQ(found("build/bpf"), kCommit + " main");
    EXPECT_EQ(found("missing"), "none");
}

TEST_F(CheckoutTest, MayHavePackedReferences) {
    fs::remove(root_ / ".git/refs/heads/main");
    EXPECT_EQ(found(), "none");
    write(".git/packed-refs", "# pack-refs with: peeled\n" + kCommit + " refs/heads/main2\n" +
                                  kOther + " refs/heads/main\n");
    EXPECT_EQ(found(), kOther + " main");
}

TEST_F(CheckoutTest, MayBeDetached) {
    write(".git/HEAD", kOther + "\n");
    EXPECT_EQ(found(), kOther + " ");
}

TEST_F(CheckoutTest, MayBeALinkedWorktree) {
    write("tree/.git", "gitdir: ../.git/worktrees/tree\n");
    write(".git/worktrees/tree/HEAD", "ref: refs/heads/feature/x\n");
    write(".git/worktrees/tree/commondir", "../..\n");
    write(".git/refs/heads/feature/x", kOther + "\n");
    EXPECT_EQ(found("tree"), kOther + " feature/x");
}

TEST_F(CheckoutTest, ReadsNothingButRegularFilesOfReferences) {
    for (const char* const head :
         {"ref: ../../etc/passwd\n", "ref: refs/heads/../../HEAD\n", "ref: refs/heads/a b\n",
          "ref: refs/heads/\x1b[31m\n", "ref: refs/heads/.invalid\n", "nonsense\n", ""}) {
        write(".git/HEAD", head);
        EXPECT_EQ(found(), "none") << head;
    }
    fs::remove(root_ / ".git/HEAD");
    write("elsewhere", kOther);
    fs::create_symlink(root_ / "elsewhere", root_ / ".git/HEAD");
    EXPECT_EQ(found(), "none");
    fs::remove(root_ / ".git/HEAD");
    ASSERT_EQ(::mkfifo((root_ / ".git/HEAD").c_str(), 0600), 0);
    EXPECT_EQ(found(), "none");
}

}  // namespace
}  // namespace xdpbench::probe
