// slipway account create | list | show | suspend | resume | delete | token | tokens | revoke-token | reset-password
// (A1)
#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "services/operator/verbs.hpp"

namespace slipway::operator_ {

using command::Context;
using command::Output;
using command::Verbs;

namespace {

// What any of the verbs takes; each binds the ones it has.
struct Options {
  std::string name;
  std::string title;
  std::string kind = "other";
  std::string reason;
  std::string mail;
  std::string database;
  std::string confirmation;
  std::string login = "admin";
  std::string label;
  int days = std::chrono::duration_cast<std::chrono::days>(account::kTokenLifetime).count();
  std::string token_id;
};

nlohmann::ordered_json to_json(const account::Account& account) {
  return {{"name", account.name.text()},
          {"title", account.title},
          {"kind", account::to_text(account.kind)},
          {"state", account::to_text(account.state)},
          {"state_reason", account.state_reason},
          {"generation", account.generation},
          {"database", account.database},
          {"created_at", to_iso8601(account.created_at)},
          {"sends_mail", account.sends_mail},
          {"trial_at", account.trial_at ? nlohmann::ordered_json(to_iso8601(*account.trial_at)) : nullptr}};
}

std::string padded(std::string_view text, std::size_t width) {
  std::string column(text);
  column.resize(std::max(width, column.size() + 1), ' ');
  return column;
}

Result<sql::Connection> platform(const Context& context) {
  return context.administrator(std::string(account::kPlatformDatabase));
}

// Calls `work` with an Administration of the installation.
template <typename Work>
Result<Output> administer(const Context& context, Work&& work) {
  SLIPWAY_TRY(auto admin, platform(context));
  SLIPWAY_TRY(Secret key, context.account_key());
  account::Administration administration(admin, std::move(key));
  return work(administration);
}

Result<Output> create(const Context& context, const Options& options) {
  SLIPWAY_TRY(const auto name, AccountName::parse(options.name));
  SLIPWAY_TRY(const auto kind, account::parse_kind(options.kind));
  const std::string title = options.title.empty() ? options.name : options.title;
  return administer(context, [&](account::Administration& administration) -> Result<Output> {
    SLIPWAY_TRY(const auto made, administration.create(name, title, kind));
    nlohmann::ordered_json json = to_json(made.account);
    json["administrator_login"] = made.administrator_login;
    json["administrator_password"] = made.administrator_password.reveal();
    return Output{std::move(json), "account '" + options.name + "': created\n  login     " + made.administrator_login +
                                       "\n  password  " + made.administrator_password.reveal() +
                                       "   (shown only now)\n"};
  });
}

Result<Output> list(const Context& context) {
  SLIPWAY_TRY(const auto admin, platform(context));
  sql::Pool pool(admin.endpoint());
  account::Directory directory(pool, Secret());
  SLIPWAY_TRY(const auto accounts, directory.list());
  Output output{nlohmann::ordered_json::array(), ""};
  if (accounts.empty()) output.text = "no account; make one with 'slipway account create NAME'";
  for (const account::Account& account : accounts) {
    output.json.push_back(to_json(account));
    output.text += padded(account.name.text(), 26) + padded(account::to_text(account.kind), 15) +
                   padded(account::to_text(account.state), 11) + account.title + "\n";
  }
  return output;
}

Result<Output> show(const Context& context, const Options& options) {
  SLIPWAY_TRY(const auto name, AccountName::parse(options.name));
  SLIPWAY_TRY(const auto admin, platform(context));
  sql::Pool pool(admin.endpoint());
  account::Directory directory(pool, Secret());
  SLIPWAY_TRY(const auto account, directory.find(name));
  Output output{to_json(account), ""};
  for (const auto& [key, value] : output.json.items())
    output.text += padded(key, 14) + (value.is_string() ? value.get<std::string>() : value.dump()) + "\n";
  return output;
}

Result<Output> suspend(const Context& context, const Options& options) {
  SLIPWAY_TRY(const auto name, AccountName::parse(options.name));
  return administer(context, [&](account::Administration& administration) -> Result<Output> {
    SLIPWAY_CHECK(administration.suspend(name, options.reason));
    return Output{{{"name", options.name}, {"state", "suspended"}}, "account '" + options.name + "': suspended"};
  });
}

Result<Output> resume(const Context& context, const Options& options) {
  SLIPWAY_TRY(const auto name, AccountName::parse(options.name));
  return administer(context, [&](account::Administration& administration) -> Result<Output> {
    SLIPWAY_CHECK(administration.resume(name));
    return Output{{{"name", options.name}, {"state", "active"}}, "account '" + options.name + "': active"};
  });
}

Result<Output> set_mail(const Context& context, const Options& options) {
  SLIPWAY_TRY(const auto name, AccountName::parse(options.name));
  return administer(context, [&](account::Administration& administration) -> Result<Output> {
    SLIPWAY_CHECK(administration.set_mail(name, options.mail == "on"));
    return Output{{{"name", options.name}, {"sends_mail", options.mail == "on"}},
                  "account '" + options.name + "': mail is " + options.mail};
  });
}

Result<Output> remove(const Context& context, const Options& options) {
  SLIPWAY_TRY(const auto name, AccountName::parse(options.name));
  return administer(context, [&](account::Administration& administration) -> Result<Output> {
    SLIPWAY_CHECK(administration.remove(name, options.confirmation));
    return Output{{{"name", options.name}, {"state", "deleted"}},
                  "account '" + options.name + "': deleted with all its data"};
  });
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < (1U << 20U)) return std::to_string((bytes + 1023U) >> 10U) + " KiB";
  return std::to_string(bytes >> 20U) + " MiB";
}

Result<Output> list_databases(const Context& context, const Options& options) {
  SLIPWAY_TRY(const auto name, AccountName::parse(options.name));
  return administer(context, [&](account::Administration& administration) -> Result<Output> {
    SLIPWAY_TRY(const auto databases, administration.list_databases(name));
    Output output{nlohmann::ordered_json::array(), ""};
    for (const auto& one : databases) {
      output.json.push_back({{"database", one.database}, {"state", one.state}, {"bytes", one.bytes}});
      output.text += padded(one.database, 34) + padded(one.state, 11) + size_text(one.bytes) + "\n";
    }
    return output;
  });
}

Result<Output> drop_database(const Context& context, const Options& options) {
  SLIPWAY_TRY(const auto name, AccountName::parse(options.name));
  return administer(context, [&](account::Administration& administration) -> Result<Output> {
    SLIPWAY_CHECK(administration.drop_database(name, options.database, options.confirmation));
    return Output{{{"database", options.database}, {"state", "dropped"}}, "database " + options.database + ": dropped"};
  });
}

Result<Output> make_token(const Context& context, const Options& options) {
  SLIPWAY_TRY(const auto name, AccountName::parse(options.name));
  return administer(context, [&](account::Administration& administration) -> Result<Output> {
    SLIPWAY_TRY(const Secret token,
                administration.create_token(name, options.login, options.label, std::chrono::days(options.days)));
    return Output{{{"name", options.name},
                   {"login", options.login},
                   {"label", options.label},
                   {"days", options.days},
                   {"token", token.reveal()}},
                  token.reveal() + "\n(shown only now, good for " + std::to_string(options.days) +
                      " days; send it as 'Authorization: Bearer TOKEN' to /api/v1/" + name.text() +
                      "/requests; /api/v1/openapi.json describes the rest)"};
  });
}

nlohmann::ordered_json to_json(const AccountName& name, const account::Token& token) {
  const auto when = [](const std::optional<Timestamp>& time) {
    return time ? nlohmann::ordered_json(to_iso8601(*time)) : nlohmann::ordered_json();
  };
  return {{"id", token.id},
          {"label", token.label},
          {"account", name.text()},
          {"login", token.login},
          {"created_at", when(token.created_at)},
          {"last_used_at", when(token.last_used_at)},
          {"expires_at", when(token.expires_at)}};
}

Result<Output> list_tokens(const Context& context, const Options& options) {
  SLIPWAY_TRY(const auto name, AccountName::parse(options.name));
  return administer(context, [&](account::Administration& administration) -> Result<Output> {
    SLIPWAY_TRY(const auto tokens, administration.list_tokens(name));
    Output output{nlohmann::ordered_json::array(), ""};
    if (tokens.empty()) output.text = "no token; make one with 'slipway account token " + options.name + "'";
    const auto day = [](const std::optional<Timestamp>& time) {
      return time ? to_iso8601(*time).substr(0, 16) + "Z" : "never";
    };
    for (const account::Token& token : tokens) {
      output.json.push_back(to_json(name, token));
      output.text += token.id + "  " + padded(token.login, 20) + "created " + day(token.created_at) + "  used " +
                     padded(day(token.last_used_at), 18) + "expires " + padded(day(token.expires_at), 18) +
                     token.label + "\n";
    }
    return output;
  });
}

Result<Output> revoke_token(const Context& context, const Options& options) {
  SLIPWAY_TRY(const auto name, AccountName::parse(options.name));
  return administer(context, [&](account::Administration& administration) -> Result<Output> {
    SLIPWAY_CHECK(administration.revoke_token(name, options.token_id));
    return Output{{{"name", options.name}, {"id", options.token_id}, {"state", "revoked"}},
                  "token " + options.token_id + " of account '" + options.name + "': revoked"};
  });
}

Result<Output> reset_password(const Context& context, const Options& options) {
  SLIPWAY_TRY(const auto name, AccountName::parse(options.name));
  return administer(context, [&](account::Administration& administration) -> Result<Output> {
    SLIPWAY_TRY(const Secret password, administration.reset_password(name, options.login));
    return Output{{{"name", options.name}, {"login", options.login}, {"password", password.reveal()}},
                  password.reveal() + "\n(shown only now)"};
  });
}

using Work = Result<Output> (*)(const Context&, const Options&);

struct Verb {
  CLI::App& app;
  Options& options;
};

// A verb about one account, named by its first argument.
Verb add_verb(Verbs& verbs, CLI::App& group, const std::string& name, const std::string& description,
              const std::string& example, Work work) {
  const auto options = std::make_shared<Options>();
  CLI::App& app = verbs.add(group, name, description, example,
                            [options, work](const Context& context) { return work(context, *options); });
  app.add_option("name", options->name, "The account's name: 2 to 24 of a-z, 0-9 and _")->required();
  return {app, *options};  // the action keeps the options alive
}

}  // namespace

void register_account(Verbs& verbs) {
  CLI::App& group = verbs.group("account", "Accounts: isolated service desks");
  const Verb creating = add_verb(verbs, group, "create", "Make an account and its administrator",
                                 "slipway account create acme --title 'Acme Ltd' --kind production", create);
  creating.app.add_option("--title", creating.options.title, "What people see; the name unless given");
  creating.app.add_option("--kind", creating.options.kind,
                          "production, sandbox, demonstration, validation or other (the default)");

  verbs.add(group, "list", "List all accounts", "slipway account list --json", list);
  add_verb(verbs, group, "show", "Show one account", "slipway account show acme", show);

  const Verb suspending = add_verb(verbs, group, "suspend", "Refuse all use of an account until it is resumed",
                                   "slipway account suspend acme --reason 'contract ended'", suspend);
  suspending.app.add_option("--reason", suspending.options.reason, "Shown to those who are refused")->required();
  add_verb(verbs, group, "resume", "Serve a suspended account again", "slipway account resume acme", resume);

  const Verb mail =
      add_verb(verbs, group, "mail", "Let an account send mail, or none", "slipway account mail acme_old on", set_mail);
  mail.app.add_option("mail", mail.options.mail, "on or off")->required()->check(CLI::IsMember({"on", "off"}));

  const Verb deleting = add_verb(verbs, group, "delete", "Delete an account with all its data",
                                 "slipway account delete acme --confirm acme", remove);
  deleting.app.add_option("--confirm", deleting.options.confirmation, "The account's name once more")->required();

  add_verb(verbs, group, "databases", "List the databases of an account: the one that is served, and those before it",
           "slipway account databases acme", list_databases);
  const Verb dropping =
      add_verb(verbs, group, "drop-database", "Drop a database that a restore or a migration set aside",
               "slipway account drop-database acme acct_acme_1 --confirm acct_acme_1", drop_database);
  dropping.app.add_option("database", dropping.options.database, "As 'slipway account databases' shows it")->required();
  dropping.app.add_option("--confirm", dropping.options.confirmation, "The database's name once more")->required();

  const Verb token = add_verb(verbs, group, "token", "Make a token for programs that use the REST interface",
                              "slipway account token acme --login admin --label monitoring", make_token);
  token.app.add_option("--login", token.options.login, "Whose rights the token has")->required();
  token.app.add_option("--label", token.options.label, "What it is for")->required();
  token.app.add_option("--days", token.options.days, "How long it is good for; 365 unless given")
      ->check(CLI::Range(1, 3650));
  add_verb(verbs, group, "tokens", "List the tokens of an account", "slipway account tokens acme", list_tokens);
  const Verb revoking = add_verb(verbs, group, "revoke-token", "Let a token open nothing from now on",
                                 "slipway account revoke-token acme 1f0c9a7be2d4", revoke_token);
  revoking.app.add_option("id", revoking.options.token_id, "As 'slipway account tokens' shows it")->required();

  const Verb password = add_verb(verbs, group, "reset-password", "Give a person a new random password",
                                 "slipway account reset-password acme --login admin", reset_password);
  password.app.add_option("--login", password.options.login, "Whose password; admin unless given");
}

}  // namespace slipway::operator_
