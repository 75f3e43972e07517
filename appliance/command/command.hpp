// The `slipway` command: where its verbs register, what they get and what they give back.
//
// A verb is a function Result<Output>(Context&). It never prints: the runner prints its text, or with --json its JSON,
// and turns an error into a message (a problem with --json) and the exit status of its code. A service has its verbs in
// functions register_…(Verbs&); the program names them.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "appliance/base/secret.hpp"
#include "appliance/config/config.hpp"
#include "appliance/sql/connection.hpp"

namespace slipway::command {

/// What a verb has to say, in both forms.
struct Output {
  nlohmann::ordered_json json;
  std::string text;
  /// Set when the verb did its work and what it found is bad: printed as ever, and the exit status is that of the code.
  std::optional<Code> verdict = {};
};

/// The options of every verb.
struct Globals {
  std::filesystem::path config_file;  ///< empty unless --config or SLIPWAY_CONFIG was given
  std::filesystem::path state_dir;    ///< always set: --state-dir, SLIPWAY_STATE_DIR or the user's default
  bool state_dir_given = false;
  bool json = false;
};

/// What the verbs share: which installation is meant, and the way to its database. Not thread-safe.
class Context {
 public:
  explicit Context(Globals globals) : globals_(std::move(globals)) {}

  [[nodiscard]] const Globals& globals() const { return globals_; }

  /// --config; else, for an embedded installation, <state-dir>/config/slipway-webd.toml; else
  /// /etc/slipway/slipway.toml.
  [[nodiscard]] std::filesystem::path config_file() const;
  /// True when the installation meant is an embedded one.
  [[nodiscard]] bool embedded() const;

  /// Errors: not_found with the way to make one, invalid_argument with all faults.
  [[nodiscard]] Result<config::Config> configuration() const;

  /// A session with the administrator's rights, `database` selected: embedded, as the user of this process over the
  /// socket; otherwise as database.user of the configuration.
  [[nodiscard]] Result<sql::Connection> administrator(const std::string& database) const;
  /// Where that session leads and as whom, not opened: for who has time limits of his own.
  [[nodiscard]] Result<sql::Endpoint> administrator_endpoint(const std::string& database) const;

  /// The key that seals the accounts' database passwords.
  [[nodiscard]] Result<Secret> account_key() const;

  /// One line of progress for a person, on standard error at once; nothing with --json.
  void progress(const std::string& line) const;

 private:
  Globals globals_;
};

using Action = std::function<Result<Output>(Context&)>;

/// The verbs of the command. Lives as long as the parser.
class Verbs {
 public:
  explicit Verbs(CLI::App& root) : root_(root) {}

  [[nodiscard]] CLI::App& root() { return root_; }

  /// A verb that only has verbs below it, such as `account`.
  CLI::App& group(const std::string& name, const std::string& description);

  /// A verb. `example` is a whole command line and stands in its help. Values its options are bound to must live in
  /// what `action` captures.
  CLI::App& add(CLI::App& parent, const std::string& name, const std::string& description, const std::string& example,
                Action action);

  /// The action of the verb that was parsed, or null.
  [[nodiscard]] const Action* chosen() const;

 private:
  CLI::App& root_;
  std::vector<std::pair<CLI::App*, Action>> actions_;
};

/// Adds the verbs of one part.
using Registrar = void (*)(Verbs&);

/// The whole command with these verbs; returns its exit status.
[[nodiscard]] int run(int argc, const char* const* argv, std::initializer_list<Registrar> registrars);

/// The environment of this process.
[[nodiscard]] std::map<std::string, std::string> process_environment();

}  // namespace slipway::command
