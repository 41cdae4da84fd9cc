#include "remote/protocol.h"

#include <gtest/gtest.h>

namespace xdpbench::remote {
namespace {

TEST(Protocol, RequestsArriveAsTheyWereSent) {
    Request request;
    request.command = Command::send;
    request.interface = "eth2";
    request.frames = 1000;
    request.rate = 2.5e5;
    request.seconds = 3;
    request.through = Through::socket;
    request.traffic = {{std::vector<std::uint8_t>(14, 1), 0}, {std::vector<std::uint8_t>(60), 0}};
    request.flows = 7;
    request.mtu = 9000;
    request.queues = 4;
    request.up = false;
    request.match = {8, 9};
    const Result<Request> arrived = parse_request(line_of(request));
    ASSERT_TRUE(arrived) << arrived.error().text();
    EXPECT_EQ(line_of(*arrived), line_of(request));
    EXPECT_EQ(arrived->traffic, request.traffic);
    EXPECT_EQ(arrived->up, false);
    EXPECT_EQ(arrived->queues, 4U);
    EXPECT_EQ(line_of(request).find('\n'), std::string::npos);
}

TEST(Protocol, RepliesArriveAsTheyWereSent) {
    Reply reply;
    reply.command = Command::captured;
    reply.arrived = 12;
    reply.kept = 2;
    reply.frames = {{{1, 2, 3}, 0}};
    reply.next = 2;
    const Result<Reply> arrived = parse_reply(line_of(reply));
    ASSERT_TRUE(arrived) << arrived.error().text();
    EXPECT_EQ(line_of(*arrived), line_of(reply));
    Reply port;
    port.command = Command::claim;
    port.port = PortState{};
    port.port->name = "eth2";
    port.port->mac = {2, 0, 0, 0, 0, 1};
    port.port->addresses = {"192.0.2.1"};
    const Result<Reply> claimed = parse_reply(line_of(port));
    ASSERT_TRUE(claimed) << claimed.error().text();
    EXPECT_EQ(line_of(*claimed), line_of(port));
}

TEST(Protocol, CpusArriveAsTheyWereSent) {
    Request request;
    request.command = Command::send;
    request.interface = "eth2";
    request.cpus = {0, 5};
    const Result<Request> arrived = parse_request(line_of(request));
    ASSERT_TRUE(arrived) << arrived.error().text();
    EXPECT_EQ(arrived->cpus, request.cpus);
    Reply reply;
    reply.command = Command::send;
    reply.sent = Sent{12, 1, 0, {3, 4}, {5, 7}};
    const Result<Reply> answered = parse_reply(line_of(reply));
    ASSERT_TRUE(answered && answered->sent);
    EXPECT_EQ(answered->sent->first_each, reply.sent->first_each);
    EXPECT_EQ(answered->sent->frames_each, reply.sent->frames_each);
    reply.sent->first_each = {3};
    EXPECT_FALSE(parse_reply(line_of(reply)));
    request.frames = 3;
    EXPECT_FALSE(parse_request(line_of(request)));
    Greeting greeting;
    greeting.cpus = {0, 1};
    EXPECT_EQ(parse_greeting(line_of(greeting)).value_or(Greeting{}).cpus, greeting.cpus);
}

TEST(Protocol, ErrorsKeepTheirKind) {
    Reply reply;
    reply.command = Command::send;
    reply.error = Error{ErrorKind::unavailable, "no \"port\"", "because", "do this"};
    const Result<Reply> arrived = parse_reply(line_of(reply));
    ASSERT_TRUE(arrived && arrived->error);
    EXPECT_EQ(arrived->error->kind, ErrorKind::unavailable);
    EXPECT_EQ(arrived->error->text(), reply.error->text());
}

TEST(Protocol, WhatIsWrongIsNamed) {
    const auto error = [](std::string_view line) {
        const Result<Request> request = parse_request(line);
        return request ? std::string() : request.error().what;
    };
    EXPECT_NE(error("[]").find("no JSON object"), std::string::npos);
    EXPECT_NE(error(R"({"interface":"a"})").find("\"command\" is missing"), std::string::npos);
    EXPECT_NE(error(R"({"command":"send"})").find("needs \"interface\""), std::string::npos);
    EXPECT_NE(error(R"({"command":"send","interface":"a","frames":-1})").find("\"frames\""),
              std::string::npos);
    EXPECT_NE(error(R"({"command":"send","interface":"a","seconds":3601})").find("3600"),
              std::string::npos);
    EXPECT_NE(error(R"({"command":"send","interface":"a","traffic":["0g"]})").find("hex"),
              std::string::npos);
    EXPECT_NE(error(R"({"command":"send","interface":"a","secnds":1})").find("seconds"),
              std::string::npos);
    EXPECT_NE(error(R"({"command":"send","interface":"a","rate":0.1})")
                  .find("\"rate\" is below 1 frame a second"),
              std::string::npos);
    EXPECT_EQ(error(R"({"command":"send","interface":"a","rate":0})"), "");
    EXPECT_NE(error(R"({"command":"traffic","traffic":["00"]})")
                  .find("\"traffic\" has a frame of 1 byte: an Ethernet header has 14"),
              std::string::npos);
    EXPECT_NE(error(R"({"command":"traffic","traffic":[]})").find("\"traffic\" has no frames"),
              std::string::npos);
    EXPECT_NE(error(R"({"command":"set","interface":"a","queues":0})")
                  .find("\"queues\" is 0: expected 1 or more"),
              std::string::npos);
}

TEST(Protocol, ALoginShellsLinesAreNoGreeting) {
    EXPECT_FALSE(parse_greeting("Welcome to this machine"));
    EXPECT_FALSE(parse_greeting(R"({"motd":1})"));
    Greeting greeting;
    greeting.version = "9.9";
    greeting.connection = "192.0.2.1 1 192.0.2.2 22";
    const std::optional<Greeting> arrived = parse_greeting(line_of(greeting));
    ASSERT_TRUE(arrived);
    EXPECT_EQ(arrived->version, "9.9");
    EXPECT_EQ(arrived->connection, greeting.connection);
}

TEST(Protocol, RatesHaveUnits) {
    EXPECT_EQ(parse_rate_text("1.5Mpps").value_or(0), 1.5e6);
    EXPECT_FALSE(parse_rate_text("100"));
    EXPECT_FALSE(parse_rate_text("0pps"));
}

}  // namespace
}  // namespace xdpbench::remote
