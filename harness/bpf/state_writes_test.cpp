#include "bpf/state_writes.h"

#include <gtest/gtest.h>

#include <vector>

namespace xdpbench::bpf {
namespace {

constexpr std::uint32_t kArray = 7;  // ids of maps
constexpr std::uint32_t kEvents = 9;
constexpr std::uint32_t kPrograms = 11;
constexpr std::uint32_t kOther = 13;
constexpr std::uint32_t kSamples = 15;
constexpr std::uint32_t kConstant = 17;
constexpr std::uint32_t kPorts = 19;

// Numbers that stand for functions of the kernel.
constexpr int kLookup = 100;
constexpr int kUpdate = 101;
constexpr int kOutput = 102;
constexpr int kFib = 103;
constexpr int kHidden = 104;
constexpr int kLoop = 105;
constexpr int kForEach = 106;
constexpr int kDrain = 107;
constexpr int kNew = 108;
constexpr int kRedirect = 109;

std::string name_of(const bpf_insn& call) {
    switch (call.imm) {
        case kLookup:
            return "__htab_map_lookup_elem";
        case kUpdate:
            return "htab_map_update_elem";
        case kOutput:
            return "bpf_xdp_event_output";
        case kFib:
            return "bpf_xdp_fib_lookup";
        case kLoop:
            return "bpf_loop";
        case kForEach:
            return "bpf_for_each_hash_elem";
        case kDrain:
            return "bpf_user_ringbuf_drain";
        case kNew:
            return "bpf_new_helper";
        case kRedirect:
            return "dev_map_redirect";
        default:
            return "";
    }
}

using Code = std::vector<bpf_insn>;

bpf_insn insn(int code, int to, int from, int offset, int number) {
    bpf_insn made{};
    made.code = static_cast<std::uint8_t>(code);
    made.dst_reg = static_cast<std::uint8_t>(to & 0xf);
    made.src_reg = static_cast<std::uint8_t>(from & 0xf);
    made.off = static_cast<std::int16_t>(offset);
    made.imm = number;
    return made;
}

bpf_insn move(int to, int from) { return insn(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0); }
bpf_insn set(int to, int number) { return insn(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, number); }
bpf_insn add(int to, int number) { return insn(BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, number); }
bpf_insn store(int to, int from, int offset) {
    return insn(BPF_STX | BPF_MEM | BPF_DW, to, from, offset, 0);
}
bpf_insn load(int to, int from, int offset) {
    return insn(BPF_LDX | BPF_MEM | BPF_DW, to, from, offset, 0);
}
bpf_insn call(int function) { return insn(BPF_JMP | BPF_CALL, 0, 0, 0, function); }
bpf_insn leave() { return insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }

Code operator+(Code code, const Code& more) {
    code.insert(code.end(), more.begin(), more.end());
    return code;
}

Code map_in(int to, std::uint32_t id) {
    return {insn(BPF_LD | BPF_IMM | BPF_DW, to, BPF_PSEUDO_MAP_FD, 0, static_cast<int>(id)),
            insn(0, 0, 0, 0, 0)};
}

// `function` begins so many instructions behind the two that this is.
Code function_in(int to, int function) {
    return {insn(BPF_LD | BPF_IMM | BPF_DW, to, BPF_PSEUDO_FUNC, 0, function + 1),
            insn(0, 0, 0, 0, 0)};
}

std::set<std::uint32_t> written(const InstructionWrites& found) {
    std::set<std::uint32_t> maps;
    for (const MapWrite& write : found.writes) maps.insert(write.map);
    return maps;
}

InstructionWrites writes_of(const Code& code) {
    static const std::vector<KnownMap> maps{
        {kArray, BPF_MAP_TYPE_HASH},           {kEvents, BPF_MAP_TYPE_PERF_EVENT_ARRAY},
        {kPrograms, BPF_MAP_TYPE_PROG_ARRAY},  {kOther, BPF_MAP_TYPE_ARRAY},
        {kSamples, BPF_MAP_TYPE_USER_RINGBUF}, {kConstant, BPF_MAP_TYPE_ARRAY, true},
        {kPorts, BPF_MAP_TYPE_ARRAY_OF_MAPS}};
    return find_writes(code, maps, name_of);
}

TEST(StateWrites, AProgramThatOnlyReadsWritesNothing) {
    const InstructionWrites found = writes_of(
        map_in(1, kArray) + Code{call(kLookup), load(3, 0, 0), store(10, 3, -8), leave()});
    EXPECT_TRUE(found.writes.empty());
    EXPECT_TRUE(found.unknown.empty());
}

TEST(StateWrites, AStoreToAValueThatWasLookedUpIsAWrite) {
    const InstructionWrites found = writes_of(
        map_in(1, kArray) + Code{call(kLookup), move(6, 0), add(6, 8), store(6, 3, 0), leave()});
    EXPECT_EQ(found.writes, (std::set<MapWrite>{{kArray, "stores to its values"}}));
}

TEST(StateWrites, APointerIsFollowedThroughTheStack) {
    const InstructionWrites found =
        writes_of(map_in(1, kArray) + Code{call(kLookup), store(10, 0, -16), set(0, 0),
                                           load(7, 10, -16), store(7, 3, 0), leave()});
    EXPECT_EQ(found.writes.size(), 1U);
}

TEST(StateWrites, AStoreToThePacketOrTheStackIsNone) {
    const InstructionWrites found = writes_of(
        {load(2, 1, 0), store(2, 3, 0), move(4, 10), add(4, -32), store(4, 2, 0), leave()});
    EXPECT_TRUE(found.writes.empty());
    EXPECT_TRUE(found.unknown.empty());
}

TEST(StateWrites, APointerIsFollowedIntoAFunctionAndBack) {
    // r1 = value; r0 = callee(r1); *r0 = ...; callee returns its argument.
    const Code code =
        map_in(1, kArray) +
        Code{call(kLookup),  move(1, 0), insn(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 2, 1),
             store(0, 3, 0), leave(),    move(0, 1),
             leave()};
    EXPECT_EQ(writes_of(code).writes.size(), 1U);
}

TEST(StateWrites, HelpersThatWriteAreNamedWithTheMap) {
    const InstructionWrites found = writes_of(map_in(1, kArray) + Code{call(kUpdate)} +
                                              map_in(2, kEvents) + Code{call(kOutput), leave()});
    EXPECT_EQ(found.writes, (std::set<MapWrite>{{kArray, "htab_map_update_elem"},
                                                {kEvents, "bpf_xdp_event_output"}}));
}

TEST(StateWrites, AHelperThatGetsAPointerToAValueMayWrite) {
    const InstructionWrites found =
        writes_of(map_in(1, kArray) + Code{call(kLookup), move(2, 0), call(kFib), leave()});
    ASSERT_EQ(found.writes.size(), 1U);
    EXPECT_NE(found.writes.begin()->how.find("bpf_xdp_fib_lookup"), std::string::npos);
}

TEST(StateWrites, ACallThatTheKernelDoesNotNameCannotBeTold) {
    EXPECT_EQ(writes_of({call(kHidden), leave()}).unknown.size(), 1U);
}

TEST(StateWrites, BothBranchesAreFollowed) {
    // if (r1 == 0) r6 = value; else r6 = packet; *r6 = ...
    const Code code =
        map_in(1, kArray) +
        Code{call(kLookup), set(6, 0),      insn(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1, 0),
             move(6, 0),    store(6, 3, 0), leave()};
    EXPECT_EQ(writes_of(code).writes.size(), 1U);
}

TEST(StateWrites, TailCallsAreCollected) {
    const InstructionWrites found =
        writes_of(map_in(2, kPrograms) + Code{call(BPF_FUNC_tail_call), leave()});
    EXPECT_EQ(found.tail_calls, std::set<std::uint32_t>{kPrograms});
}

TEST(StateWrites, ALoopGivesItsFunctionOnlyItsContext) {
    // bpf_loop(r1, function, stack); the function stores to its context and to its first argument.
    const InstructionWrites found =
        writes_of(map_in(6, kArray) + function_in(2, 3) +
                  Code{move(3, 10), call(kLoop), leave(), store(2, 4, 0), store(1, 4, 0), leave()});
    EXPECT_TRUE(found.writes.empty());
    EXPECT_TRUE(found.unknown.empty());
}

TEST(StateWrites, AFunctionOfALoopIsFollowedThroughItsContext) {
    // A pointer to a value stands on the stack; the function gets a pointer to there.
    const InstructionWrites found = writes_of(
        map_in(1, kArray) + Code{call(kLookup), store(10, 0, -8), move(3, 10), add(3, -8)} +
        function_in(2, 2) +
        Code{call(kLoop), leave(), load(5, 2, 0), store(5, 4, 0), set(0, 0), leave()});
    EXPECT_EQ(found.writes, (std::set<MapWrite>{{kArray, "stores to its values"}}));
}

TEST(StateWrites, AFunctionForEachEntryGetsTheValuesOfThatMap) {
    const InstructionWrites found = writes_of(
        map_in(6, kOther) + map_in(1, kArray) + function_in(2, 3) +
        Code{set(3, 0), call(kForEach), leave(), store(3, 4, 0), store(2, 4, 0), leave()});
    EXPECT_EQ(found.writes, (std::set<MapWrite>{{kArray, "stores to its values"}}));
}

TEST(StateWrites, AFunctionForWhomIsNotKnownMayGetAnyValue) {
    const InstructionWrites found =
        writes_of(function_in(2, 2) + Code{call(kNew), leave(), store(1, 4, 0), leave()});
    // Not those that no program can store to: perf buffers, program arrays, constants.
    EXPECT_EQ(written(found), (std::set<std::uint32_t>{kArray, kOther, kPorts}));
}

TEST(StateWrites, SamplesThatAreTakenAreGone) {
    const InstructionWrites found = writes_of(map_in(1, kSamples) + function_in(2, 2) +
                                              Code{call(kDrain), leave(), set(0, 0), leave()});
    EXPECT_EQ(found.writes, (std::set<MapWrite>{{kSamples, "bpf_user_ringbuf_drain"}}));
}

TEST(StateWrites, AFunctionThatIsNotKnownMayWriteToTheMapThatItGets) {
    const InstructionWrites found = writes_of(map_in(2, kArray) + Code{call(kNew), leave()});
    EXPECT_EQ(found.writes, (std::set<MapWrite>{{kArray, "bpf_new_helper"}}));
}

TEST(StateWrites, AMapThatCameOutOfAMapIsRedirectedInto) {
    const InstructionWrites found =
        writes_of(map_in(1, kPorts) + Code{call(kLookup), move(1, 0), call(kRedirect), leave()});
    EXPECT_EQ(found.redirects, std::set<std::uint32_t>{kPorts});
}

}  // namespace
}  // namespace xdpbench::bpf
