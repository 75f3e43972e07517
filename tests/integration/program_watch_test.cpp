// What programs tell systemd: that they serve, and that they still do.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "tests/support/eventually.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/test_platform.hpp"

namespace slipway {
namespace {

// The socket on which a service manager listens.
class Manager {
 public:
  explicit Manager(const std::filesystem::path& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;
  ~Manager() { ::close(socket_); }

  /// How many messages of this kind have come since it was asked last.
  int heard(const std::string& message) {
    std::array<char, 512> bytes{};
    for (;;) {
      const auto size = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (size < 0) break;
      ++heard_[std::string(bytes.data(), static_cast<std::size_t>(size))];
    }
    return std::exchange(heard_[message], 0);
  }

 private:
  int socket_;
  std::map<std::string, int> heard_;
};

class ProgramWatch : public testing::Test {
 protected:
  void SetUp() override {
    const auto& user = platform_.program("slipway_job");
    test::write_file(directory_ / "password", user.password.reveal() + "\n");
    test::write_file(directory_ / "key", platform_.key().reveal() + "\n");
    for (const char* name : {"password", "key"})
      std::filesystem::permissions(directory_ / name,
                                   std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    test::write_file(directory_ / "jobd.toml",
                     "[database]\nsocket = \"" + user.socket + "\"\nuser = \"slipway_job\"\npassword_file = \"" +
                         (directory_ / "password").string() + "\"\n[secrets]\naccount_key_file = \"" +
                         (directory_ / "key").string() + "\"\n[jobs]\nsocket = \"" + socket().string() + "\"\n");
  }
  [[nodiscard]] std::filesystem::path socket() const { return directory_ / "jobd.sock"; }
  [[nodiscard]] process::Child start() const {
    auto child = process::Child::spawn(
        {.argv = {test::program("slipway-jobd").string(), "--config", (directory_ / "jobd.toml").string()},
         .environment = {{"NOTIFY_SOCKET", (directory_ / "manager").string()}, {"WATCHDOG_USEC", "60000"}},
         .log_file = directory_ / "jobd.log"});
    if (!child) std::abort();
    return std::move(child).value();
  }

  test::TestPlatform& platform_ = test::TestPlatform::instance();
  test::TempDirectory directory_;
  Manager manager_{directory_ / "manager"};
};

TEST_F(ProgramWatch, HearsThatAProgramServesThenThatItStillDoesThenThatItStops) {
  auto program = start();
  ASSERT_TRUE(test::eventually(std::chrono::seconds(20), [&] { return manager_.heard("READY=1") == 1; }))
      << test::read_file(directory_ / "jobd.log");
  for (int time = 0; time < 3; ++time)
    ASSERT_TRUE(test::eventually(std::chrono::seconds(10), [&] { return manager_.heard("WATCHDOG=1") > 0; })) << time;
  ASSERT_EQ(::kill(program.pid(), SIGTERM), 0);
  EXPECT_EQ(program.wait(std::chrono::seconds(20)), 0);
  EXPECT_EQ(manager_.heard("STOPPING=1"), 1);
}

TEST_F(ProgramWatch, HearsNothingOfAProgramThatRunsAndDoesNotAnswer) {
  auto program = start();
  ASSERT_TRUE(test::eventually(std::chrono::seconds(20), [&] { return manager_.heard("WATCHDOG=1") > 0; }))
      << test::read_file(directory_ / "jobd.log");
  std::filesystem::rename(socket(), directory_ / "away");  // nobody reaches it now
  // One that was under way may still come; then nothing, for ten of its periods.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  auto last = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - last < std::chrono::milliseconds(200) &&
         std::chrono::steady_clock::now() < deadline)
    if (manager_.heard("WATCHDOG=1") > 0) last = std::chrono::steady_clock::now();
  EXPECT_LT(std::chrono::steady_clock::now(), deadline);
  std::filesystem::rename(directory_ / "away", socket());
  EXPECT_TRUE(test::eventually(std::chrono::seconds(10), [&] { return manager_.heard("WATCHDOG=1") > 0; }));
  ASSERT_EQ(::kill(program.pid(), SIGTERM), 0);
  EXPECT_EQ(program.wait(std::chrono::seconds(20)), 0);
}

}  // namespace
}  // namespace slipway
