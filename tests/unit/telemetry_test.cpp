#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include "appliance/telemetry/json_line.hpp"
#include "appliance/telemetry/metrics.hpp"

namespace slipway::telemetry {
namespace {

using ::testing::HasSubstr;

std::string json_line(Timestamp time, Level level, std::string_view program, std::string_view event,
                      std::string_view request_id, std::initializer_list<Field> fields) {
  std::string line;
  append_json_line(line, time, level, program, event, request_id, {fields.begin(), fields.size()});
  return line;
}

Timestamp three_o_clock() { return parse_timestamp("2026-11-21T03:00:00Z").value(); }

TEST(JsonLine, IsOneObjectWithItsFieldsInOrder) {
  EXPECT_EQ(json_line(three_o_clock(), Level::warning, "slipway-webd", "web.started", "r1",
                      {{"port", std::int64_t{8443}}, {"tls", true}, {"address", "127.0.0.1"}}),
            R"({"time":"2026-11-21T03:00:00Z","level":"warning","program":"slipway-webd","event":"web.started",)"
            R"("request_id":"r1","port":8443,"tls":true,"address":"127.0.0.1"})");
}

TEST(JsonLine, StaysOneValidLineWhateverTheText) {
  const std::string hostile = std::string("a\"b\\c\n\r\x01\x00 caf\xc3\xa9 \xff\xfe \xe2\x82", 21);
  const std::string line = json_line(three_o_clock(), Level::info, "p", "e", "", {{"text", hostile}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto parsed = nlohmann::json::parse(line);
  EXPECT_THAT(parsed.at("text").get<std::string>(), HasSubstr("a\"b\\c\n\r\x01"));
  EXPECT_THAT(parsed.at("text").get<std::string>(), HasSubstr("caf\xc3\xa9 \xef\xbf\xbd"));
  EXPECT_FALSE(parsed.contains("request_id"));
}

TEST(JsonLine, WritesTimesAsTheRestOfSlipwayDoes) {
  for (const char* text : {"2026-11-21T03:00:00Z", "2026-11-21T03:00:00.000001Z", "2026-11-21T03:00:00.120000Z",
                           "2026-11-21T03:00:01.999999Z"}) {
    const std::string line = json_line(parse_timestamp(text).value(), Level::info, "p", "e", "", {});
    EXPECT_EQ(nlohmann::json::parse(line).at("time"), text);
  }
}

TEST(JsonLine, WritesNumbersThatJsonLacksAsNull) {
  const std::string line = json_line(three_o_clock(), Level::info, "p", "e", "",
                                     {{"a", std::numeric_limits<double>::infinity()}, {"b", 0.5}});
  EXPECT_TRUE(nlohmann::json::parse(line).at("a").is_null());
  EXPECT_EQ(nlohmann::json::parse(line).at("b").get<double>(), 0.5);
}

TEST(Metrics, CountsAddUpOverThreads) {
  const auto add = [] {
    for (int i = 0; i < 1000; ++i) count("slipway_test_total", "Test.", {{"kind", "a"}});
  };
  std::thread other(add);
  add();
  other.join();
  EXPECT_THAT(metrics_text(), HasSubstr("# TYPE slipway_test_total counter"));
  EXPECT_THAT(metrics_text(), HasSubstr("slipway_test_total{kind=\"a\"} 2000"));
}

// A32
TEST(Metrics, DurationsHaveTwoSecondsAsABound) {
  observe_seconds("slipway_test_seconds", "Test.", {{"route", "/x"}}, 1.9);
  observe_seconds("slipway_test_seconds", "Test.", {{"route", "/x"}}, 2.1);
  EXPECT_THAT(metrics_text(), HasSubstr("slipway_test_seconds_bucket{route=\"/x\",le=\"2\"} 1"));
  EXPECT_THAT(metrics_text(), HasSubstr("slipway_test_seconds_count{route=\"/x\"} 2"));
}

TEST(Metrics, GaugesKeepTheLastValueAndLabelsAreEscaped) {
  set_gauge("slipway_test_gauge", "Test.", {{"name", "a\"b\n"}}, 1);
  set_gauge("slipway_test_gauge", "Test.", {{"name", "a\"b\n"}}, 7);
  EXPECT_THAT(metrics_text(), HasSubstr(R"(slipway_test_gauge{name="a\"b\n"} 7)"));
}

TEST(Metrics, RefusesBadNamesWithoutHarm) {
  count("not a name", "Test.");
  EXPECT_THAT(metrics_text(), ::testing::Not(HasSubstr("not a name")));
}

}  // namespace
}  // namespace slipway::telemetry
