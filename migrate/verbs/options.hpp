// What the verbs' options have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "migrate/engine/endpoint.hpp"
#include "migrate/run/installation.hpp"
#include "migrate/run/run.hpp"

namespace slipway::migrate {

/// Where the Slipway is, and which account.
struct TargetOptions {
  std::string account;
  std::filesystem::path state_dir;
  std::filesystem::path config_file;
  std::filesystem::path state_file;

  void add_to(CLI::App& verb);
  [[nodiscard]] Result<Installation> find() const { return find_installation(state_dir, config_file); }
};

/// Where the rows come from.
struct SourceOptions {
  std::string address;
  AccessOptions access;

  void add_to(CLI::App& verb);
  [[nodiscard]] Result<SourceAddress> parse() const { return parse_source(address); }
};

/// How the result is told.
struct OutputOptions {
  bool json = false;
  std::filesystem::path report_file;

  void add_json(CLI::App& verb, const char* what);
  void add_report(CLI::App& verb);
  bool events = false;  ///< with --json: the report is the last of a run's events

  /// To standard output, and the page to its file.
  [[nodiscard]] Status print(const RunReport& report) const;
};

/// What every verb gives main().
struct VerbResult {
  Status status;
  bool json = false;
  int exit_status = 0;  ///< of a verb that did its work and has bad news
};

/// --method.
void add_method(CLI::App& verb, Method& method);

/// --rate-limit, --max-load and --max-lag.
void add_load_limits(CLI::App& verb, LoadLimits& limits);

/// "Example:" below the verb's options.
void add_example(CLI::App& verb, const std::string& example);

}  // namespace slipway::migrate
