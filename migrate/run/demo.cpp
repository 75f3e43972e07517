#include "migrate/run/demo.hpp"

#include "migrate/dumps/dump.hpp"
#include "migrate/run/run_steps.hpp"

namespace slipway::migrate {

Result<std::optional<RunReport>> run_demo(const Installation& installation, RunOptions options,
                                          const SampleOptions& sample, Progress& progress) {
  {
    SLIPWAY_TRY(const AccountName name, AccountName::parse(options.account));
    SLIPWAY_TRY(const Run run, begin_run(installation, name));
    if (run.report.requests_there > 0) return std::optional<RunReport>();
  }
  progress.begin("start the sample's own database server");
  SLIPWAY_TRY(const ScratchServer server, ScratchServer::start(options.dump.scratch_directory));
  sql::Endpoint on_premise = server.endpoint();
  {
    SLIPWAY_TRY(sql::Connection admin, sql::Connection::open(on_premise));
    SLIPWAY_CHECK(admin.execute_text("CREATE DATABASE on_premise CHARACTER SET utf8mb4"));
  }
  on_premise.database = "on_premise";
  SLIPWAY_CHECK(make_sample(on_premise, sample, progress));
  options.source = {SourceAddress::Kind::server, on_premise.socket, "", 0, on_premise.user, on_premise.database, ""};
  options.execute = true;
  options.restart = true;  // its server is another each time: an interrupted one cannot be gone on with
  SLIPWAY_TRY(RunReport report, run_migration(installation, options, progress));
  return std::optional(std::move(report));
}

}  // namespace slipway::migrate
