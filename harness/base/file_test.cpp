#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <fstream>

namespace xdpbench {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, which must hold nothing but what the test names.
class FileTest : public testing::Test {
  protected:
    FileTest() {
        std::string pattern = testing::TempDir() + "xdp-bench-file.XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }
    ~FileTest() override { fs::remove_all(folder_); }
    FileTest(const FileTest&) = delete;
    FileTest& operator=(const FileTest&) = delete;
    FileTest(FileTest&&) = delete;
    FileTest& operator=(FileTest&&) = delete;

    [[nodiscard]] fs::path in_folder(const std::string& name) const { return folder_ / name; }

    void write(const std::string& name, const std::string& content) const {
        std::ofstream(in_folder(name)) << content;
    }

    [[nodiscard]] std::vector<std::string> entries() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder_))
            names.push_back(entry.path().filename().string());
        std::sort(names.begin(), names.end());
        return names;
    }

    [[nodiscard]] std::string content(const std::string& name) const {
        const Result<std::string> text = read_file(in_folder(name));
        return text ? *text : "<" + text.error().what + ">";
    }

    fs::path folder_;
};

using Names = std::vector<std::string>;

TEST_F(FileTest, AppearsWholeAtCommit) {
    auto file = OutputFile::create(in_folder("out.json"));
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_EQ(entries(), Names{});
    const std::string large(3 << 20, 'x');
    const auto committed = file->commit(large);
    ASSERT_TRUE(committed) << committed.error().text();
    EXPECT_EQ(entries(), Names{"out.json"});
    EXPECT_TRUE(content("out.json") == large);
}

TEST_F(FileTest, WithoutCommitNothingChanges) {
    write("old.json", "old");
    { ASSERT_TRUE(OutputFile::create(in_folder("old.json"))); }
    { ASSERT_TRUE(OutputFile::create(in_folder("new.json"))); }
    EXPECT_EQ(entries(), Names{"old.json"});
    EXPECT_EQ(content("old.json"), "old");
}

TEST_F(FileTest, ReplacesAnExistingFile) {
    write("out.json", "a longer text than the new one");
    auto file = OutputFile::create(in_folder("out.json"));
    ASSERT_TRUE(file) << file.error().text();
    ASSERT_TRUE(file->commit("new"));
    EXPECT_EQ(content("out.json"), "new");
    EXPECT_EQ(entries(), Names{"out.json"});
}

TEST_F(FileTest, AReaderOfTheOldFileKeepsIt) {
    write("out.json", "old");
    std::ifstream reader(in_folder("out.json"));
    auto file = OutputFile::create(in_folder("out.json"));
    ASSERT_TRUE(file && file->commit("new"));
    std::string text;
    reader >> text;
    EXPECT_EQ(text, "old");
}

TEST_F(FileTest, CreatesMissingFolders) {
    auto file = OutputFile::create(in_folder("a/b/out.json"));
    ASSERT_TRUE(file && file->commit("text"));
    EXPECT_EQ(content("a/b/out.json"), "text");
}

TEST_F(FileTest, ALinkIsKeptAndItsTargetReplaced) {
    write("run1.json", "old");
    fs::create_symlink("run1.json", in_folder("latest.json"));
    auto file = OutputFile::create(in_folder("latest.json"));
    ASSERT_TRUE(file && file->commit("new"));
    EXPECT_TRUE(fs::is_symlink(in_folder("latest.json")));
    EXPECT_EQ(content("run1.json"), "new");
}

TEST_F(FileTest, AReplacedFileKeepsItsMode) {
    write("out.json", "old");
    for (const mode_t mode : {0600U, 0664U}) {
        ASSERT_EQ(::chmod(in_folder("out.json").c_str(), mode), 0);
        auto file = OutputFile::create(in_folder("out.json"));
        ASSERT_TRUE(file && file->commit("new"));
        struct stat status = {};
        ASSERT_EQ(::stat(in_folder("out.json").c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777, mode);
    }
}

TEST_F(FileTest, AFreshNameMustBeFreeFromBeginningToEnd) {
    write("there", "old");
    fs::create_symlink("nowhere", in_folder("dangling"));
    for (const char* const name : {"there", "dangling"}) {
        const auto file = OutputFile::create(in_folder(name), Naming::fresh);
        ASSERT_FALSE(file) << name;
        EXPECT_NE(file.error().what.find("EEXIST"), std::string::npos) << file.error().what;
    }
    auto first = OutputFile::create(in_folder("same.yaml"), Naming::fresh);
    auto second = OutputFile::create(in_folder("same.yaml"), Naming::fresh);
    ASSERT_TRUE(first && second);
    ASSERT_TRUE(second->commit("second"));
    const auto committed = first->commit("first");
    ASSERT_FALSE(committed);
    EXPECT_NE(committed.error().what.find("EEXIST"), std::string::npos) << committed.error().what;
    EXPECT_EQ(content("same.yaml"), "second");
    EXPECT_EQ(entries(), (Names{"dangling", "same.yaml", "there"}));
}

TEST_F(FileTest, AnInventedNameThatIsTakenGetsANumber) {
    write("run.json", "old");
    write("secret", "secret");
    fs::create_symlink("secret", in_folder("run-2.json"));
    fs::create_symlink("nowhere", in_folder("run-3.json"));
    auto first = OutputFile::create(in_folder("run.json"), Naming::invented);
    auto second = OutputFile::create(in_folder("run.json"), Naming::invented);
    ASSERT_TRUE(first && second);
    ASSERT_TRUE(first->commit("first"));
    ASSERT_TRUE(second->commit("second"));
    EXPECT_EQ(first->path(), in_folder("run-4.json"));
    EXPECT_EQ(second->path(), in_folder("run-5.json"));
    EXPECT_EQ(content("run-4.json") + content("run-5.json"), "firstsecond");
    EXPECT_EQ(content("run.json") + content("secret"), "oldsecret");
    EXPECT_FALSE(fs::exists(in_folder("nowhere")));
    EXPECT_TRUE(fs::is_symlink(in_folder("run-2.json")) && fs::is_symlink(in_folder("run-3.json")));
}

TEST_F(FileTest, TheFolderOfAnInventedNameMayBeBehindALinkOfOnesOwn) {
    fs::create_directory(in_folder("real"));
    fs::create_directory_symlink("real", in_folder("results"));
    auto file = OutputFile::create(in_folder("results/run.json"), Naming::invented);
    ASSERT_TRUE(file && file->commit("text"));
    EXPECT_EQ(content("real/run.json"), "text");
}

TEST_F(FileTest, ALinkOfAnotherUserToTheFolderIsNotFollowed) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can make a link of another user";
    fs::create_directory(in_folder("real"));
    fs::create_directory_symlink(in_folder("real"), in_folder("results"));
    ASSERT_EQ(::lchown(in_folder("results").c_str(), 65534, 65534), 0);
    const auto file = OutputFile::create(in_folder("results/run.json"), Naming::invented);
    ASSERT_FALSE(file);
    EXPECT_NE(file.error().what.find("a symbolic link of another user"), std::string::npos)
        << file.error().what;
    EXPECT_TRUE(fs::is_empty(in_folder("real")));
    auto named = OutputFile::create(in_folder("results/mine.json"));
    EXPECT_TRUE(named && named->commit("text")) << "who names the link means it";
}

TEST_F(FileTest, AFolderThatIsMovedAwayMeanwhileIsStillTheOne) {
    auto file = OutputFile::create(in_folder("results/run.json"), Naming::invented);
    ASSERT_TRUE(file);
    fs::rename(in_folder("results"), in_folder("moved"));
    fs::create_directory(in_folder("elsewhere"));
    fs::create_directory_symlink("elsewhere", in_folder("results"));
    ASSERT_TRUE(file->commit("text"));
    EXPECT_TRUE(fs::is_empty(in_folder("elsewhere")));
    EXPECT_EQ(content("moved/run.json"), "text");
}

TEST_F(FileTest, LinksInACircleAreAnError) {
    fs::create_directory_symlink("b", in_folder("a"));
    fs::create_directory_symlink("a", in_folder("b"));
    for (const Naming naming : {Naming::replace, Naming::invented})
        EXPECT_FALSE(OutputFile::create(in_folder("a/out.json"), naming));
}

// Sets the two variables of sudo as long as it lives.
class Sudo {
  public:
    Sudo(const char* user, const char* group) {
        ::setenv("SUDO_UID", user, 1);
        ::setenv("SUDO_GID", group, 1);
    }
    Sudo(const Sudo&) = delete;
    Sudo& operator=(const Sudo&) = delete;
    Sudo(Sudo&&) = delete;
    Sudo& operator=(Sudo&&) = delete;
    ~Sudo() {
        ::unsetenv("SUDO_UID");
        ::unsetenv("SUDO_GID");
    }
};

TEST_F(FileTest, UnderSudoNewFilesAndFoldersBelongToTheCaller) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
    const auto owner = [&](const std::string& name) {
        struct stat status = {};
        EXPECT_EQ(::stat(in_folder(name).c_str(), &status), 0) << name;
        return std::to_string(status.st_uid) + ":" + std::to_string(status.st_gid);
    };
    write("old.json", "old");
    fs::create_directory(in_folder("roots"));
    ASSERT_EQ(::chown(folder_.c_str(), 1234, 1235), 0);
    {
        const Sudo sudo("1234", "1235");
        auto in_roots = OutputFile::create(in_folder("roots/a.json"));
        ASSERT_TRUE(in_roots && in_roots->commit("text"));
        for (const char* const name : {"new.json", "a/b/new.json", "old.json"}) {
            auto file = OutputFile::create(in_folder(name));
            ASSERT_TRUE(file && file->commit("text"));
        }
    }
    for (const char* const name : {"new.json", "a", "a/b", "a/b/new.json"})
        EXPECT_EQ(owner(name), "1234:1235") << name;
    EXPECT_EQ(owner("old.json"), "0:0") << "a file that is replaced keeps its owner";
    EXPECT_EQ(owner("roots/a.json"), "0:0") << "the caller could not have made it there";
    for (const auto& [user, group, owned] :
         {std::array{"12x", "-1", "0:0"}, std::array{"1234", "", "1234:0"}}) {
        const Sudo odd(user, group);
        auto file = OutputFile::create(in_folder(std::string("odd") + user));
        ASSERT_TRUE(file && file->commit("text"));
        EXPECT_EQ(owner(std::string("odd") + user), owned);
    }
}

TEST_F(FileTest, UnderSudoNoLinkLeadsToWhereTheCallerMayNotWrite) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
    for (const char* const name : {"secret", "secret/open", "own"})
        fs::create_directory(in_folder(name));
    fs::permissions(in_folder("secret/open"), fs::perms::all);
    fs::permissions(in_folder("secret"), fs::perms::owner_all);
    fs::permissions(folder_, fs::perms::all);
    ASSERT_EQ(::chown(in_folder("own").c_str(), 1234, 1235), 0);
    const Sudo sudo("1234", "1235");
    const auto create = [&](const std::string& target, uid_t owner) {
        fs::remove(in_folder("results"));
        fs::create_directory_symlink(target, in_folder("results"));
        EXPECT_EQ(::lchown(in_folder("results").c_str(), owner, owner), 0);
        return OutputFile::create(in_folder("results/run.json"), Naming::invented);
    };
    for (const uid_t owner : {0U, 1234U}) {
        for (const char* const target : {"secret", "secret/new", "secret/open"}) {
            const auto file = create(target, owner);
            ASSERT_FALSE(file) << target;
            EXPECT_NE(file.error().what.find("user 1234, who called sudo, may not write"),
                      std::string::npos)
                << file.error().what;
        }
        EXPECT_TRUE(create("own", owner));
    }
    EXPECT_FALSE(create("own", 4321)) << "of somebody else";
    EXPECT_FALSE(create("own/new", 1234)) << "nothing is made behind a link";
    EXPECT_TRUE(fs::is_empty(in_folder("own")));
    EXPECT_FALSE(fs::exists(in_folder("secret/new")));
}

TEST_F(FileTest, BehindALinkNoFolderIsMadeForAnInventedName) {
    fs::create_directory_symlink("new", in_folder("results"));
    const auto file = OutputFile::create(in_folder("results/run.json"), Naming::invented);
    ASSERT_FALSE(file);
    EXPECT_NE(file.error().what.find("does not exist"), std::string::npos) << file.error().what;
    EXPECT_FALSE(fs::exists(in_folder("new")));
    EXPECT_TRUE(OutputFile::create(in_folder("results/run.json"))) << "who names it means it";
}

TEST_F(FileTest, TheLongestNameIsWritten) {
    const std::string longest(NAME_MAX, 'n');
    auto file = OutputFile::create(in_folder(longest));
    ASSERT_TRUE(file && file->commit("text"));
    EXPECT_EQ(entries(), Names{longest});
    EXPECT_FALSE(OutputFile::create(in_folder(longest + "n")));
}

TEST_F(FileTest, WhatAKilledRunLeftBehindIsNoHindrance) {
    const std::string left = ".xdp-bench." + std::to_string(::getpid()) + ".0.tmp";
    write(left, "half");
    auto file = OutputFile::create(in_folder("out.json"));
    ASSERT_TRUE(file);
    const auto committed = file->commit("text");
    ASSERT_TRUE(committed) << committed.error().text();
    EXPECT_EQ(entries(), (Names{left, "out.json"}));
    EXPECT_EQ(content("out.json"), "text");
}

TEST_F(FileTest, AFailedCommitLeavesNothing) {
    auto file = OutputFile::create(in_folder("out.json"));
    ASSERT_TRUE(file);
    fs::create_directory(in_folder("out.json"));  // rename() cannot replace a folder
    {
        OutputFile moved = std::move(*file);
        const auto committed = moved.commit("text");
        ASSERT_FALSE(committed);
        EXPECT_NE(committed.error().what.find("EISDIR"), std::string::npos)
            << committed.error().what;
    }
    EXPECT_EQ(entries(), Names{"out.json"});
}

TEST_F(FileTest, AssignmentDropsWhatWasOpen) {
    auto first = OutputFile::create(in_folder("first"));
    {
        auto second = OutputFile::create(in_folder("second"));
        ASSERT_TRUE(first && second);
        *first = std::move(*second);
    }
    ASSERT_TRUE(first->commit("text"));
    EXPECT_EQ(first->path(), in_folder("second"));
    EXPECT_EQ(entries(), Names{"second"});
}

TEST_F(FileTest, AFolderIsRefused) {
    const auto file = OutputFile::create(folder_);
    ASSERT_FALSE(file);
    EXPECT_NE(file.error().what.find("EISDIR"), std::string::npos) << file.error().what;
}

TEST_F(FileTest, ANameThatCanOnlyBeThatOfAFolderIsRefused) {
    const auto file = OutputFile::create(in_folder("new/"));
    ASSERT_FALSE(file);
    EXPECT_NE(file.error().what.find("EISDIR"), std::string::npos) << file.error().what;
}

TEST_F(FileTest, AFileInPlaceOfAFolderIsRefused) {
    write("file", "text");
    EXPECT_FALSE(OutputFile::create(in_folder("file/out.json")));
}

TEST_F(FileTest, AFolderThatCannotBeWrittenToIsFoundOutAtOnce) {
    // /proc refuses new files even to root.
    const auto file = OutputFile::create("/proc/out.json");
    ASSERT_FALSE(file);
    EXPECT_NE(file.error().what.find("cannot write /proc/out.json: "), std::string::npos);
    EXPECT_NE(file.error().advice, "");
}

TEST_F(FileTest, AFullDeviceIsAnErrorAtCommit) {
    auto file = OutputFile::create("/dev/full");
    ASSERT_TRUE(file) << file.error().text();
    const auto committed = file->commit("text");
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().what, "cannot write /dev/full: No space left on device (ENOSPC)");
    EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(FileTest, ADeviceIsWrittenToDirectly) {
    auto file = OutputFile::create("/dev/null");
    ASSERT_TRUE(file && file->commit("text"));
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(FileTest, APipeIsWrittenToDirectly) {
    const fs::path pipe = in_folder("pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const UniqueFd reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    auto file = OutputFile::create(pipe);
    ASSERT_TRUE(file && file->commit("text"));
    std::array<char, 16> buffer{};
    EXPECT_EQ(::read(reader.get(), buffer.data(), buffer.size()), 4);
    EXPECT_TRUE(fs::is_fifo(pipe));
}

// In a process of its own, whose standard output may be spoilt.
template <class Body>
int with_output_to(const fs::path& path, int flags, const Body& body) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | flags, 0600);
        if (fd < 0 || ::dup2(fd, 1) != 1) ::_exit(2);
        ::_exit(body() ? 0 : 1);
    }
    int status = -1;
    ::waitpid(pid, &status, 0);
    return status;
}

// As in `xdp-bench run --json /dev/stdout > file`: the file is written where the output stands, and
// the link /dev/stdout is not replaced.
TEST_F(FileTest, StandardOutputIsWrittenToWhereverItGoes) {
    for (const std::string name : {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) {
        write("log", "before ");
        EXPECT_EQ(with_output_to(in_folder("log"), O_APPEND,
                                 [&] {
                                     auto file = OutputFile::create(name);
                                     const bool done = file && file->commit("result ");
                                     return done && ::write(1, "after", 5) == 5;
                                 }),
                  0);
        EXPECT_EQ(content("log"), "before result after") << name;
        EXPECT_EQ(entries(), Names{"log"});
    }
    EXPECT_TRUE(fs::is_symlink("/dev/stdout"));
}

TEST_F(FileTest, ReadFileGivesEveryByte) {
    const std::string bytes = std::string("a\0b\r\n", 5) + std::string(200'000, 'z');
    write("in", bytes);
    write("empty", "");
    EXPECT_TRUE(content("in") == bytes);
    EXPECT_EQ(content("empty"), "");
}

TEST_F(FileTest, ReadFileReadsWhatHasNoSize) {
    const auto text = read_file("/proc/self/stat");
    ASSERT_TRUE(text);
    EXPECT_FALSE(text->empty());
}

TEST_F(FileTest, ReadFileRefusesWhatIsNoFile) {
    ASSERT_EQ(::mkfifo(in_folder("pipe").c_str(), 0600), 0);
    for (const auto& [path, reason] :
         {std::pair{folder_, "it is a folder"},
          std::pair{in_folder("pipe"), "it is not a regular file"},
          std::pair{fs::path("/dev/zero"), "it is not a regular file"},
          std::pair{in_folder("missing"), "No such file or directory (ENOENT)"},
          std::pair{in_folder("pipe") / "x", "Not a directory (ENOTDIR)"}}) {
        const auto text = read_file(path);
        ASSERT_FALSE(text) << path;
        EXPECT_EQ(text.error().kind, ErrorKind::input);
        EXPECT_EQ(text.error().what, "cannot read " + path.string() + ": " + reason);
    }
}

TEST_F(FileTest, ReadEntryIsTrimmedOrEmpty) {
    write("entry", "1\n");
    EXPECT_EQ(read_entry(in_folder("entry")), "1");
    EXPECT_EQ(read_entry(in_folder("missing")), "");
}

}  // namespace
}  // namespace xdpbench
