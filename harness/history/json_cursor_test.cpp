#include "history/json_cursor.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace xdpbench::history {
namespace {

nlohmann::ordered_json read(std::string_view text) {
    JsonCursor json(text);
    nlohmann::ordered_json copy;
    json.object([&](std::string_view key) {
        if (key == "number") copy["number"] = json.number().value_or(-1);
        if (key == "text") copy["text"] = json.text();
        if (key == "inner") json.object([&](std::string_view) { copy["inner"] = json.text(); });
        if (key == "list") {
            copy["list"] = nlohmann::json::array();
            json.array([&] { copy["list"].push_back(json.text()); });
        }
    });
    copy["complete"] = json.complete();
    return copy;
}

TEST(JsonCursor, ReadsWhatIsAskedFor) {
    const auto found = read(R"( {"a": [1, {"b": "]}\"\\"}], "number": -1.5e3, "text": "x\u00e4\n",
        "c": {}, "list": [null, true, "", [], 7], "inner": {"d": "e"}, "f": "{" } )");
    EXPECT_EQ(found.dump(),
              R"({"number":-1500.0,"text":"xä\n","list":["","true","","[]","7"],"inner":"e",)"
              R"("complete":true})");
}

TEST(JsonCursor, PassesOverWhatHasAnotherType) {
    EXPECT_EQ(read(R"({"number": "7", "list": 3, "inner": [1], "text": {"a": 1}})").dump(),
              R"({"number":-1.0,"list":[],"text":"{\"a\": 1}","complete":true})");
}

TEST(JsonCursor, NoticesThatATextIsCutOff) {
    const std::string whole = R"({"a": [1, "x\"]", {"b": null}], "text": "y", "number": 1})";
    EXPECT_TRUE(read(whole)["complete"]);
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(read(whole.substr(0, size))["complete"]) << whole.substr(0, size);
    EXPECT_FALSE(read(whole + "}")["complete"]);
    EXPECT_FALSE(read(whole + " 1")["complete"]);
}

// Wherever it lies among the bytes that are looked at together.
TEST(JsonCursor, FindsTheEndOfALongArray) {
    for (std::size_t size = 0; size < 300; ++size) {
        const std::string numbers = "1" + std::string(size, '0');
        const auto found =
            read(R"({"a": [)" + numbers + R"(, {"b": "]"}, )" + numbers + R"(], "number": 7})");
        EXPECT_EQ(found["number"], 7) << size;
        EXPECT_TRUE(found["complete"]) << size;
    }
}

TEST(JsonCursor, EndsOnTextsThatAreNoJson) {
    for (const char* const text :
         {"", " ", "{", "{\"", "{\"\\", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\" 1}", "{1}", "{,}",
          "{\"a\":1 \"b\":2}", "]", "{\"a\":]}"})
        EXPECT_FALSE(read(text)["complete"]) << text;
}

}  // namespace
}  // namespace xdpbench::history
