#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "appliance/base/secret_file.hpp"
#include "appliance/config/config.hpp"

namespace slipway::config {
namespace {

class ConfigFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "slipway-config-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const auto file = folder_ / name;
    std::ofstream(file, std::ios::binary) << text;
    EXPECT_EQ(::chmod(file.c_str(), mode), 0);
    return file;
  }
  Result<Config> load(const std::string& text, const std::map<std::string, std::string>& environment = {},
                      const std::map<std::string, std::string>& flags = {}) {
    return Config::load(write("slipway.toml", text), true, environment, flags);
  }
  std::string faults(const std::string& text, const std::map<std::string, std::string>& environment = {},
                     const std::map<std::string, std::string>& flags = {}) {
    const auto config = load(text, environment, flags);
    if (config.has_value()) return "";
    EXPECT_EQ(config.error().code, Code::invalid_argument);
    // The folder's name is noise in an expectation.
    std::string message = config.error().message;
    const std::string prefix = folder_.string() + "/";
    for (auto at = message.find(prefix); at != std::string::npos; at = message.find(prefix))
      message.erase(at, prefix.size());
    return message;
  }

  std::filesystem::path folder_;
};

TEST_F(ConfigFile, GivesTypedValuesAndWhereTheyCameFrom) {
  const auto config =
      load("[web]\nport = 9000\nattachment_limit = \"1MiB\"\nidle_limit = 2000\n[log]\nlevel = \"debug\"\n");
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->integer("web.port"), 9000);
  EXPECT_EQ(config->bytes("web.attachment_limit"), 1'048'576U);
  EXPECT_EQ(config->duration("web.idle_limit"), std::chrono::seconds(2));
  EXPECT_EQ(config->text("log.level"), "debug");
  EXPECT_EQ(config->integer("web.threads"), 16);
  EXPECT_EQ(config->setting("web.port").origin, (folder_ / "slipway.toml").string() + ":2");
  EXPECT_EQ(config->setting("web.threads").origin, "default");
}

TEST_F(ConfigFile, IsOverriddenByVariablesAndThoseByFlags) {
  const std::map<std::string, std::string> environment{{"SLIPWAY_WEB_PORT", "9001"}, {"SLIPWAY_WEB_THREADS", "3"}};
  const auto config = load("[web]\nport = 9000\n", environment, {{"web.port", "9002"}});
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->integer("web.port"), 9002);
  EXPECT_EQ(config->setting("web.port").origin, "--web-port");
  EXPECT_EQ(config->integer("web.threads"), 3);
  EXPECT_EQ(config->setting("web.threads").origin, "SLIPWAY_WEB_THREADS");
}

TEST_F(ConfigFile, ReportsEveryFaultAtOnceWithItsPlace) {
  const std::string text =
      "title = \"x\"\n"
      "[web]\n"
      "prot = 9000\n"
      "port = 70000\n"
      "threads = \"four\"\n"
      "idle_limit = \"soon\"\n"
      "attachment_limit = 1.5\n"
      "[log]\n"
      "level = \"loud\"\n"
      "[databse]\n"
      "host = \"db\"\n";
  EXPECT_EQ(faults(text, {{"SLIPWAY_WEB_PROT", "1"}, {"SLIPWAY_JOBS_INTERVAL", "0s"}}, {{"web.thread", "1"}}),
            "slipway.toml:1: unknown key 'title'\n"
            "slipway.toml:3: unknown key 'web.prot'; did you mean 'web.port'?\n"
            "slipway.toml:4: web.port must be 0 to 65535\n"
            "slipway.toml:5: web.threads must be a whole number without quotes\n"
            "slipway.toml:6: web.idle_limit is not a duration such as 250ms, 30s, 5m or 2h\n"
            "slipway.toml:7: web.attachment_limit must be a size such as \"64MiB\"\n"
            "slipway.toml:9: log.level must be debug, info, warning or error\n"
            "slipway.toml:10: unknown section 'databse'; did you mean 'database'?\n"
            "SLIPWAY_JOBS_INTERVAL: jobs.interval must be 100ms to 1h\n"
            "unknown variable 'SLIPWAY_WEB_PROT'; did you mean 'SLIPWAY_WEB_PORT'?\n"
            "unknown flag for key 'web.thread'; did you mean 'web.threads'?");
}

TEST_F(ConfigFile, ThatIsNoTomlNamesItsLine) {
  EXPECT_EQ(faults("[web]\nport = \n").rfind("slipway.toml:2: not valid TOML: ", 0), 0U);
  EXPECT_EQ(faults("[web]\nport = 1\nport = 2\n").rfind("slipway.toml:3: not valid TOML: ", 0), 0U);
}

TEST_F(ConfigFile, WithHalfATlsPairIsRefused) {
  EXPECT_EQ(faults("[web]\ncertificate = \"/c.pem\"\n"), "slipway.toml:2: web.certificate is set, but web.key is not");
}

TEST_F(ConfigFile, MayBeEmptyOrMissingUnlessRequired) {
  EXPECT_TRUE(load("").has_value());
  EXPECT_TRUE(Config::load(folder_ / "none.toml", false, {}, {}).has_value());
  const auto missing = Config::load(folder_ / "none.toml", true, {}, {});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Code::not_found);
  EXPECT_NE(missing.error().message.find("none.toml"), std::string::npos);
  EXPECT_FALSE(Config::load(folder_, true, {}, {}).has_value());
}

TEST_F(ConfigFile, LeavesOtherProgramsVariablesAlone) {
  EXPECT_EQ(faults("", {{"PATH", "/bin"}, {"SLIPWAY_STATE_DIR", "/x"}, {"SLIPWAY_TEST_SEED", "1"}}), "");
}

class SecretFile : public ConfigFile {
 protected:
  static Code code(const Result<Secret>& secret) { return secret.has_value() ? Code{} : secret.error().code; }
};

TEST_F(SecretFile, GivesItsContentWithoutTheLineEnd) {
  const auto secret = read_secret_file(write("s", "  hunter2 \n"));
  ASSERT_TRUE(secret.has_value());
  EXPECT_EQ(secret->reveal(), "  hunter2 ");
}

TEST_F(SecretFile, IsRefusedWhenOthersMayReadIt) {
  for (const mode_t mode : {0640, 0604, 0660, 0610}) {
    const auto secret = read_secret_file(write("open", "hunter2", mode));
    ASSERT_FALSE(secret.has_value());
    EXPECT_EQ(secret.error().code, Code::permission);
    EXPECT_NE(secret.error().message.find((folder_ / "open").string()), std::string::npos);
    EXPECT_NE(secret.error().hint.find("chmod 600"), std::string::npos);
    EXPECT_EQ(secret.error().message.find("hunter2"), std::string::npos);
  }
}

TEST_F(SecretFile, IsRefusedWhenItIsNoPlainFile) {
  std::filesystem::create_symlink(write("s", "x"), folder_ / "link");
  ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(code(read_secret_file(folder_ / "link")), Code::permission);
  EXPECT_EQ(code(read_secret_file(folder_ / "fifo")), Code::invalid_argument);
  EXPECT_EQ(code(read_secret_file(folder_)), Code::invalid_argument);
  EXPECT_EQ(code(read_secret_file(folder_ / "none")), Code::not_found);
  EXPECT_EQ(code(read_secret_file(write("empty", "\n"))), Code::invalid_argument);
  EXPECT_EQ(code(read_secret_file(write("long", std::string(65'537, 'x')))), Code::invalid_argument);
}

}  // namespace
}  // namespace slipway::config
