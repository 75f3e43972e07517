#include "migrate/verbs/options.hpp"

#include <iostream>

#include "migrate/run/report.hpp"

namespace slipway::migrate {

void TargetOptions::add_to(CLI::App& verb) {
  verb.add_option("--account", account, "Account that gets the data")->required();
  verb.add_option("--state-dir", state_dir, "State directory of an embedded Slipway")->envname("SLIPWAY_STATE_DIR");
  verb.add_option("--config", config_file, "Configuration file of an installed Slipway");
  verb.add_option("--state", state_file, "State file of the migration, instead of the account's own");
}

void SourceOptions::add_to(CLI::App& verb) {
  verb.add_option("--source", address,
                  "mysql://user@host:port/db, socket=/path[,user=NAME][,db=NAME], dump=FILE or dump=DIRECTORY")
      ->required();
  verb.add_option("--password-file", access.password_file, "File with the source's password");
  verb.add_option("--tls-ca", access.tls_ca_file, "Certificate authority of the source; checks its name");
  verb.add_flag("--plaintext", access.plaintext, "Speak to a remote source without TLS");
}

void OutputOptions::add_json(CLI::App& verb, const char* what) { verb.add_flag("--json", json, what); }

void OutputOptions::add_report(CLI::App& verb) {
  verb.add_option("--report", report_file, "Write the report as an HTML page to this file");
}

Status OutputOptions::print(const RunReport& report) const {
  if (json && events) {
    std::cout << nlohmann::ordered_json{{"event", "report"}, {"report", to_json(report)}}.dump() << std::endl;
  } else {
    std::cout << (json ? to_json(report).dump(2) + "\n" : to_text(report)) << std::flush;
  }
  if (report_file.empty()) return {};
  SLIPWAY_CHECK(write_html(report, report_file));
  std::cerr << "report: " << report_file.string() << '\n';
  return {};
}

void add_load_limits(CLI::App& verb, LoadLimits& limits) {
  verb.add_option("--rate-limit", limits.bytes_per_second, "Most bytes per second from the source (such as 20MB)")
      ->transform(CLI::AsSizeValue(true));
  verb.add_option("--max-load", limits.threads_running, "Pause while more threads of others run on the source");
  verb.add_option("--max-lag", limits.lag_seconds, "Pause while the source, being a replica, is more seconds behind");
}

void add_method(CLI::App& verb, Method& method) {
  const std::map<std::string, Method> names{
      {"auto", Method::automatic}, {"sql", Method::sql}, {"physical", Method::physical}};
  verb.add_option_function<std::string>(
          "--method", [&method, names](const std::string& word) { method = names.at(word); },
          "How rows travel: auto; sql; physical (files of tables by mariadb-backup, or an error saying why not)")
      ->check(CLI::IsMember(names))
      ->option_text("auto|sql|physical");
}

void add_example(CLI::App& verb, const std::string& example) { verb.footer("Example: " + example); }

}  // namespace slipway::migrate
