// A random history of a server and its replicas, and what the server looked like after each step of it.
#pragma once

#include "services/backup/log_segment.hpp"
#include "tests/support/history_statements.hpp"
#include "tests/support/replicated_servers.hpp"
#include "tests/support/server_picture.hpp"

namespace slipway::test {

struct HistoryPlan {
  std::uint64_t seed = 0;
  int steps = 60;
  int backup_every = 20;                  ///< steps
  int promote_every = 25;                 ///< steps
  std::uint64_t large_bytes = 4'000'000;  ///< of the largest transaction
};

/// What a server looked like at one GTID position.
struct Moment {
  sql::GtidPosition position;
  Picture picture;
  std::string step;
};

class ServerHistory {
 public:
  ServerHistory(const std::filesystem::path& top, const HistoryPlan& plan);

  /// Everything, and the archive to its end. A fault is a failure of the running test.
  void run();

  [[nodiscard]] const std::vector<const backup::Repository*>& repositories() const { return repositories_; }
  /// By the text of its position.
  [[nodiscard]] const std::map<std::string, Moment>& moments() const { return moments_; }
  /// What the archive holds, in order.
  [[nodiscard]] const std::vector<backup::Group>& groups() const { return groups_; }
  [[nodiscard]] std::string counts() const;

 private:
  using Statements = std::vector<std::string>;
  void step();
  void planned(int number);
  void ordinary();
  void remember();
  void open();
  bool attempt(sql::Connection& server, const std::string& statement);
  void attempt_all(const Statements& statements);
  void several_sessions();
  void other_domain();
  void distributed();
  void settle_distributed();
  void settings();
  void restart();
  void settle_sequences();
  void forget_resurrected();
  void kill_under_load();
  void wait_for_next_second();
  void promote();
  void read_archive();

  HistoryPlan plan_;
  HistoryStatements random_;
  ReplicatedServers servers_;
  std::optional<sql::Connection> session_;
  std::vector<const backup::Repository*> repositories_;
  std::vector<backup::Group> groups_;
  std::map<std::string, Moment> moments_;
  std::map<std::string, int> kinds_;
  std::string doing_;
  std::vector<std::string> left_prepared_;
  int distributed_ = 0;
  int promotions_ = 0;
  std::atomic<int> done_{0};
  std::atomic<int> refused_{0};
};

}  // namespace slipway::test
