#include <gtest/gtest.h>

#include "bpf/fixture_test.h"
#include "bpf/map_room.h"
#include "bpf/program_kind.h"

namespace xdpbench::bpf {
namespace {

class ProgramKindTest : public KernelTest {
  protected:
    static Result<Program> opened(const std::string& function) {
        return Program::open(fixture_object("leaves_traces"), function);
    }
};

TEST_F(ProgramKindTest, FragsAreTold) {
    for (const bool frags : {false, true}) {
        Result<Program> program = opened(frags ? "in_fragments" : "overwrites");
        ASSERT_TRUE(program) << program.error().text();
        ASSERT_TRUE(program->load());
        EXPECT_EQ(kind_of_program(program->fd()).frags, frags);
        EXPECT_EQ(kind_of_program(program->fd()).attach_type, BPF_XDP);
    }
}

TEST_F(ProgramKindTest, FragsOfAProgramWithoutAttachTypeAreTold) {
    Result<Program> program = opened("in_fragments");
    ASSERT_TRUE(program) << program.error().text();
    load_as(program->handle(), static_cast<bpf_attach_type>(0));
    ASSERT_TRUE(program->load());
    EXPECT_TRUE(kind_of_program(program->fd()).frags);
}

TEST_F(ProgramKindTest, RoomForOneEntryIsEnoughToDescribe) {
    Result<Program> program = Program::open(fixture_object("stateful"), "limit");
    ASSERT_TRUE(program) << program.error().text();
    ASSERT_GT(program->find_map("sources")->max_entries, 1U);
    leave_no_room(program->handle());
    EXPECT_EQ(program->find_map("sources")->max_entries, 1U);
    ASSERT_TRUE(program->load());
}

}  // namespace
}  // namespace xdpbench::bpf
