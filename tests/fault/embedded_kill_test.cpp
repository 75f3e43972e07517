// Programs killed with -9 while people write: the service comes back and what was acknowledged is there.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "appliance/http/client.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/instance.hpp"

namespace slipway::embedded {
namespace {

using Time = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Instance;

constexpr seconds kBackWithin{5};
constexpr seconds kPatience{60};  // after which the test gives up waiting

/// What the service said it keeps.
struct Acknowledged {
  std::int64_t number;
  std::string subject;
  std::string description;
};

/// Clients of one account: authorised fetches over TLS.
class Client {
 public:
  explicit Client(const Instance& instance)
      : requests_(instance.url() + "/api/v1/production/requests"), certificate_(instance.certificate()) {
    const auto made =
        instance.slipway({"account", "token", "production", "--login", "admin", "--label", "kill test", "--json"});
    EXPECT_EQ(made.exit_status, 0) << made.err;
    token_ = nlohmann::json::parse(made.out).at("token").get<std::string>();
  }

  [[nodiscard]] Result<http::ClientAnswer> open_request(const std::string& subject, const std::string& text) const {
    const nlohmann::json body{{"subject", subject}, {"description", text}};
    return http::fetch({.method = "POST",
                        .url = requests_,
                        .headers = {{"Authorization", "Bearer " + token_}, {"Content-Type", "application/json"}},
                        .body = body.dump()},
                       {.ca_file = certificate_, .limit = seconds(2)});
  }
  [[nodiscard]] Result<http::ClientAnswer> read_request(std::int64_t number) const {
    return http::fetch(
        {.url = requests_ + "/" + std::to_string(number), .headers = {{"Authorization", "Bearer " + token_}}},
        {.ca_file = certificate_});
  }

 private:
  std::string requests_;
  std::filesystem::path certificate_;
  std::string token_;
};

/// Opens requests one after the other, from several threads, and remembers every acknowledgement.
class Writers {
 public:
  Writers(const Client& client, int count) : client_(client) {
    for (int i = 0; i < count; ++i) threads_.emplace_back([this, i] { write(i); });
  }
  Writers(const Writers&) = delete;
  Writers& operator=(const Writers&) = delete;
  ~Writers() { stop(); }

  void stop() {
    stopping_ = true;
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  /// When the first request that was begun after `moment` was acknowledged; nothing within `kPatience`.
  [[nodiscard]] std::optional<Time::time_point> acknowledged_after(Time::time_point moment) {
    std::unique_lock lock(mutex_);
    const auto found = [&] { return last_begun_ > moment; };
    if (!news_.wait_for(lock, kPatience, found)) return std::nullopt;
    return last_acknowledged_;
  }
  /// Until `count` more were acknowledged.
  [[nodiscard]] bool more(std::size_t count) {
    std::unique_lock lock(mutex_);
    const std::size_t wanted = all_.size() + count;
    return news_.wait_for(lock, kPatience, [&] { return all_.size() >= wanted; });
  }
  [[nodiscard]] std::vector<Acknowledged> all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }
  [[nodiscard]] std::size_t refused() const { return refused_; }

 private:
  void write(int writer) {
    for (int i = 0; !stopping_; ++i) {
      const std::string subject = "writer " + std::to_string(writer) + ", request " + std::to_string(i);
      const std::string description =
          subject + " says \xc3\xa9t\xc3\xa9 " + std::string(static_cast<std::size_t>(i % 997), 'x');
      const auto begun = Time::now();
      const auto answer = client_.open_request(subject, description);
      if (!answer || answer->status != 201) {
        ++refused_;
        std::this_thread::sleep_for(milliseconds(5));  // a client that tries again, not a flood
        continue;
      }
      const std::lock_guard lock(mutex_);
      all_.push_back({nlohmann::json::parse(answer->body).at("number").get<std::int64_t>(), subject, description});
      if (begun > last_begun_) {
        last_begun_ = begun;
        last_acknowledged_ = Time::now();
      }
      news_.notify_all();
    }
  }

  const Client& client_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> refused_{0};
  std::mutex mutex_;
  std::condition_variable news_;
  std::vector<Acknowledged> all_;
  Time::time_point last_begun_;
  Time::time_point last_acknowledged_;
  std::vector<std::thread> threads_;
};

/// Every acknowledged request is there, once, as it was acknowledged.
void expect_all_kept(const Client& client, const std::vector<Acknowledged>& all) {
  std::set<std::int64_t> numbers;
  for (const auto& request : all) {
    EXPECT_TRUE(numbers.insert(request.number).second) << "number " << request.number << " was given twice";
    const auto answer = client.read_request(request.number);
    ASSERT_TRUE(answer.has_value()) << to_text(answer.error());
    ASSERT_EQ(answer->status, 200) << "request " << request.number << " is lost";
    const auto kept = nlohmann::json::parse(answer->body);
    EXPECT_EQ(kept.at("subject"), request.subject);
    EXPECT_NE(answer->body.find(request.description), std::string::npos) << "request " << request.number;
  }
}

/// Kills a program and waits until the supervisor has it ready again under another number.
milliseconds kill_and_await(const Instance& instance, const std::string& program) {
  const int before = instance.pid(program);
  EXPECT_GT(before, 0) << program;
  const auto killed = Time::now();
  if (before <= 0 || ::kill(before, SIGKILL) != 0) return kPatience;
  const bool back = test::eventually(kPatience, [&] {
    const auto status = instance.status();
    return status.value("state", "") == "running" && instance.pid(program) != before;
  });
  EXPECT_TRUE(back) << program;
  return std::chrono::duration_cast<milliseconds>(Time::now() - killed);
}

TEST(EmbeddedKill, LosesNoAcknowledgedWriteAndIsBackWithinFiveSeconds) {
  Instance instance;
  ASSERT_FALSE(instance.up().is_null());
  const Client client(instance);
  Writers writers(client, 3);
  ASSERT_TRUE(writers.more(20));
  for (int round = 0; round < 3; ++round) {
    for (const char* program : {"mariadbd", "slipway-webd", "slipway-jobd"}) {
      const int pid = instance.pid(program);
      ASSERT_GT(pid, 0) << program;
      const auto killed = Time::now();
      ASSERT_EQ(::kill(pid, SIGKILL), 0);
      const auto served = writers.acknowledged_after(killed);
      ASSERT_TRUE(served.has_value()) << "no write was taken after the kill of " << program;
      const auto pause = std::chrono::duration_cast<milliseconds>(*served - killed);
      std::printf("killed %s: next write acknowledged after %lld ms\n", program, static_cast<long long>(pause.count()));
      EXPECT_LT(pause, kBackWithin) << program;
      ASSERT_TRUE(test::eventually(kPatience, [&] { return instance.status().value("state", "") == "running"; }));
      ASSERT_TRUE(writers.more(20));
    }
  }
  writers.stop();
  const auto all = writers.all();
  std::printf("%zu writes acknowledged, %zu refused or unanswered\n", all.size(), writers.refused());
  expect_all_kept(client, all);
  instance.down();
  ASSERT_FALSE(instance.up({}).is_null());
  const Client later(instance);
  expect_all_kept(later, {all.front(), all.back()});
}

TEST(EmbeddedKill, BringsEachProgramBackWithinFiveSeconds) {
  Instance instance;
  ASSERT_FALSE(instance.up().is_null());
  for (const char* program : {"mariadbd", "slipway-jobd", "slipway-webd"}) {
    const auto pause = kill_and_await(instance, program);
    std::printf("killed %s: ready after %lld ms\n", program, static_cast<long long>(pause.count()));
    EXPECT_LT(pause, kBackWithin) << program;
  }
}

TEST(EmbeddedKill, LeavesNothingBehindWhenTheSupervisorIsKilled) {
  Instance instance;
  ASSERT_FALSE(instance.up().is_null());
  std::vector<Acknowledged> all;
  {
    const Client client(instance);
    Writers writers(client, 2);
    ASSERT_TRUE(writers.more(20));
    ASSERT_EQ(::kill(instance.pid("supervisor"), SIGKILL), 0);
    writers.stop();
    all = writers.all();
  }
  EXPECT_TRUE(test::eventually(kPatience, [&] { return instance.processes().empty(); }));
  EXPECT_EQ(instance.status().at("state"), "stopped");
  ASSERT_FALSE(instance.up().is_null());
  // Killed, and started again before its programs had time to end.
  ASSERT_EQ(::kill(instance.pid("supervisor"), SIGKILL), 0);
  ASSERT_FALSE(instance.up().is_null());
  EXPECT_EQ(instance.status().at("state"), "running");
  EXPECT_EQ(instance.processes().size(), 4U);
  expect_all_kept(Client(instance), all);
}

}  // namespace
}  // namespace slipway::embedded
