#include "tests/support/two_sites.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "appliance/account/platform.hpp"
#include "appliance/base/file.hpp"
#include "tests/support/backed_up_server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/member_certificate.hpp"
#include "tests/support/peer_server.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 3> kNames{"north", "south", "witness"};
constexpr const char* kAgentPassword = "of the agents of this test";
constexpr const char* kReplicaPassword = "between these servers only";
constexpr const char* kDeskPassword = "of the desk of this test";
constexpr std::chrono::seconds kPatience{60};

void demand(bool done, const std::string& what) {
  if (done) return;
  std::fprintf(stderr, "two sites: %s\n", what.c_str());
  std::abort();
}

void run(sql::Connection& server, const std::string& statement) {
  const auto done = server.execute_text(statement);
  demand(done.has_value(), statement + ": " + (done ? "" : to_text(done.error())));
}

/// As set-up leaves both servers: the same content, and nothing logged yet.
void provision(const sql::Endpoint& administrator) {
  auto root = connect(administrator);
  const auto made = account::provision_platform(
      root, {{.name = "slipway_site", .password = Secret(kAgentPassword), .keeps_site = true},
             {.name = "slipway_replica", .password = Secret(kReplicaPassword), .replicates = true}});
  demand(made.has_value(), made ? "" : to_text(made.error()));
  run(root, std::string("CREATE USER desk IDENTIFIED BY '") + kDeskPassword + "'");
  run(root, "CREATE DATABASE desk");
  run(root, "GRANT SELECT, INSERT, UPDATE, DELETE ON desk.* TO desk");
  run(root, "CREATE TABLE desk.written (id BIGINT PRIMARY KEY, site VARCHAR(16) NOT NULL) ENGINE=InnoDB");
  run(root, "SET GLOBAL read_only = 1");
  run(root, "RESET MASTER");
}

void write_secret(const fs::path& file, const std::string& text) {
  demand(replace_file(file, text).has_value(), file.string());
}

}  // namespace

TwoSites::TwoSites(const Options& options) {
  for (auto& port : ports_) port = free_port();
  for (auto& port : database_ports_) port = free_port();
  for (std::size_t from = 0; from < ports_.size(); ++from)
    for (std::size_t to = 0; to < ports_.size(); ++to)
      if (from != to) agent_cables_.at(from).at(to) = std::make_unique<TcpCutter>(ports_.at(to));
  for (const std::size_t site : {kNorth, kSouth})
    database_cables_.at(site) = std::make_unique<TcpCutter>(database_ports_.at(1 - site));
  std::string all;
  for (const char* name : kNames) {
    demand(make_member_certificate(directory_.path(), name).has_value(), "a certificate");
    all += read_file(directory_ / (std::string(name) + ".pem"));
  }
  write_file(directory_ / "members.pem", all);
  write_secret(directory_ / "agent.secret", kAgentPassword);
  write_secret(directory_ / "replica.secret", kReplicaPassword);
  for (std::size_t member = 0; member < kNames.size(); ++member) {
    fs::create_directory(path(member, ""));
    write_configuration(member, options);
    const auto joined = command(member, {member == kWitness ? "witness" : "join"});
    demand(joined.exit_status == 0, joined.out + joined.err);
  }
  for (const std::size_t site : {kNorth, kSouth}) {
    start_database(site);
    provision(administrator(site));
  }
  for (std::size_t member = 0; member < kNames.size(); ++member) start_agent(member);
}

const char* TwoSites::name(std::size_t member) { return kNames.at(member); }

fs::path TwoSites::path(std::size_t member, const std::string& name) const {
  return directory_ / kNames.at(member) / name;
}

void TwoSites::write_configuration(std::size_t member, const Options& options) const {
  std::ofstream file(path(member, "slipway.toml"));
  std::string urls, servers;
  for (std::size_t to = 0; to < ports_.size(); ++to) {
    const auto& cable = agent_cables_.at(member).at(to);
    urls += (urls.empty() ? "" : " ") + ("https://127.0.0.1:" + std::to_string(cable ? cable->port() : ports_.at(to)));
  }
  for (std::size_t to = 0; to < database_ports_.size(); ++to) {
    const auto port = member == 1 - to ? database_cables_.at(member)->port() : database_ports_.at(to);
    servers += (servers.empty() ? "" : " ") + ("127.0.0.1:" + std::to_string(port));
  }
  const auto text = [](const std::string& value) { return "\"" + value + "\"\n"; };
  file << "[site]\nmember = " << text(kNames.at(member)) << "members = " << text("north south witness")
       << "urls = " << text(urls) << "databases = " << text(servers) << "port = " << ports_.at(member) << "\n"
       << "certificate = " << text(directory_ / (std::string(kNames.at(member)) + ".pem"))
       << "key = " << text(directory_ / (std::string(kNames.at(member)) + ".key"))
       << "member_certificates = " << text(directory_ / "members.pem") << "record = " << text(path(member, "record"))
       << "lease_page = " << text(path(member, "lease")) << "socket = " << text(path(member, "control.socket"))
       << "replication_password_file = " << text(directory_ / "replica.secret")
       << "quarantine = " << text(path(member, "quarantine")) << "armed = " << (options.armed ? "true" : "false")
       << "\n"
       << "semi_synchronous = " << (options.semi_synchronous ? "true" : "false") << "\n"
       << "lease = \"" << options.lease.count() << "ms\"\npatience = \"1s\"\n";
  if (member == kWitness) return;
  file << "[database]\nuser = \"slipway_site\"\npassword_file = " << text(directory_ / "agent.secret")
       << "socket = " << text(path(member, "db/run/mariadbd.sock"));
}

void TwoSites::start_database(std::size_t site, const std::vector<std::string>& more) {
  databases_.at(site).reset();
  std::vector<std::string> arguments{"--skip-networking=0",
                                     "--bind-address=127.0.0.1",
                                     "--port=" + std::to_string(database_ports_.at(site)),
                                     "--relay-log=relay",
                                     "--skip-slave-start",
                                     "--read-only=1",
                                     "--slave-parallel-threads=4",
                                     "--slave-parallel-mode=optimistic"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  databases_.at(site).emplace(start_logging_server(path(site, "db"), static_cast<int>(site) + 1, arguments));
}

void TwoSites::start_agent(std::size_t member) {
  spawn_agent(member);
  const bool answers = eventually(kPatience, [&] { return !status(member).is_null(); });
  demand(answers, answers ? "" : std::string(kNames.at(member)) + "'s agent: " + read_file(path(member, "log")));
}

bool TwoSites::agent_ends_at(std::size_t member, const std::string& point) {
  spawn_agent(member, point);
  const bool ended = agents_.at(member)->wait(kPatience).has_value();
  agents_.at(member).reset();
  return ended;
}

void TwoSites::spawn_agent(std::size_t member, const std::string& fail_point) {
  std::map<std::string, std::string> environment;
  if (!fail_point.empty()) environment = {{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", fail_point}};
  auto child = process::Child::spawn(
      {.argv = {program("slipway-sited").string(), "--config", path(member, "slipway.toml").string()},
       .environment = environment,
       .log_file = path(member, "log"),
       .ends_with_starter = true});
  demand(child.has_value(), "an agent");
  agents_.at(member).emplace(std::move(*child));
}

void TwoSites::kill_agent(std::size_t member) {
  agents_.at(member)->kill();
  agents_.at(member).reset();
}

void TwoSites::pause_database(std::size_t site, bool paused) {
  ::kill(databases_.at(site)->pid(), paused ? SIGSTOP : SIGCONT);
}

void TwoSites::lose_power(std::size_t site) {
  kill_database(site);
  if (has_agent(site)) kill_agent(site);
  fs::remove(lease_page(site));
  fs::path newest;
  for (const auto& file : fs::directory_iterator(path(site, "db/data"))) {
    const std::string name = file.path().filename();
    if (name.starts_with("relay.0") && name > newest.filename().string()) newest = file.path();
  }
  if (!newest.empty()) fs::resize_file(newest, fs::file_size(newest) * 9 / 10);
}

void TwoSites::cut(std::size_t one, std::size_t other, bool apart) {
  agent_cables_.at(one).at(other)->hold(apart);
  agent_cables_.at(other).at(one)->hold(apart);
  if (one == kWitness || other == kWitness) return;
  for (const auto& cable : database_cables_) cable->hold(apart);
}

void TwoSites::pause_agent(std::size_t member, bool paused) {
  ::kill(agents_.at(member)->pid(), paused ? SIGSTOP : SIGCONT);
}

sql::Endpoint TwoSites::application(std::size_t site) const {
  sql::Endpoint endpoint = administrator(site);
  endpoint.user = "desk";
  endpoint.password = Secret(kDeskPassword);
  endpoint.database = "desk";
  endpoint.statement_limit = std::chrono::seconds(5);
  return endpoint;
}

process::Finished TwoSites::command(std::size_t member, const std::vector<std::string>& arguments) const {
  std::vector<std::string> all{"--config", path(member, "slipway.toml").string(), "--json", "site"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_program("slipway", all);
}

nlohmann::json TwoSites::status(std::size_t member) const {
  if (!agents_.at(member)) return nullptr;
  const auto asked = command(member, {"status"});
  if (asked.exit_status != 0) return nullptr;
  return nlohmann::json::parse(asked.out);
}

bool TwoSites::serves(std::size_t site, bool in_step) const {
  return eventually(kPatience, [&] {
    const auto now = status(site);
    if (now.is_null() || !now.value("writes_here", false)) return false;
    return !in_step || now["standby"] == kNames.at(1 - site);
  });
}

}  // namespace slipway::test
