#include "migrate/verbs/profile_verb.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>

#include "appliance/sql/schema.hpp"
#include "migrate/dumps/dump.hpp"
#include "migrate/engine/endpoint.hpp"
#include "migrate/engine/table_build.hpp"
#include "migrate/products/profile_check.hpp"
#include "migrate/products/recognise.hpp"
#include "migrate/products/status_map.hpp"
#include "migrate/verbs/dump_options.hpp"

namespace slipway::migrate {
namespace {

constexpr const char* kEmptySource = "profile_source";
constexpr const char* kEmptyTarget = "profile_target";

struct ProfileArguments {
  std::string name;
  std::filesystem::path directory;
  std::string source;
  AccessOptions access;
  std::filesystem::path status_map_file;
  DumpOptions dump;
};

std::string versions_of(const Profile& profile) {
  std::string text;
  for (const ProfileVersion& version : profile.versions)
    if (version.refused.empty()) text.append(text.empty() ? "" : ", ").append(version.name);
  return text;
}

Status list() {
  for (const Profile& profile : profiles()) {
    std::string name = profile.name;
    name.resize(std::max<std::size_t>(name.size() + 2, 12), ' ');
    std::cout << name << profile.title << " " << versions_of(profile) << '\n';
  }
  return {};
}

/// A name of `profile list`, or a directory.
Result<Profile> find_profile(const std::string& name) {
  std::vector<std::string> known;
  for (const Profile& profile : profiles()) {
    if (profile.name == name) return profile;
    known.push_back(profile.name);
  }
  if (std::filesystem::is_directory(name)) return load_profile(name);
  std::string names;
  for (const std::string& one : known) names.append(names.empty() ? "" : ", ").append(one);
  return Error{Code::not_found, "profile '" + name + "': there is none", "known are " + names + ", and directories"};
}

void show_tables(const Profile& profile) {
  std::cout << "\nTables\n";
  for (const std::string& table : profile.mapped) std::cout << "  " << table << ": mapped\n";
  for (const Aside& aside : profile.asides)
    std::cout << "  " << aside.table << ": kept aside" << (aside.where.empty() ? "" : " in part") << ", "
              << aside.reason << '\n';
  for (const auto& [table, reason] : profile.reasons) std::cout << "  " << table << ": kept aside, " << reason << '\n';
  for (const auto& [table, reason] : profile.left) std::cout << "  " << table << ": not kept, " << reason << '\n';
  std::cout << "  any other: " << (profile.others.empty() ? "kept aside" : "not kept, " + profile.others) << '\n';
}

Status show(const ProfileArguments& arguments) {
  SLIPWAY_TRY(const Profile profile, find_profile(arguments.name));
  std::cout << profile.title << " (" << profile.name << ", "
            << (profile.directory.empty() ? "built in" : profile.directory.string()) << ")\n\nVersions\n";
  for (const ProfileVersion& version : profile.versions)
    std::cout << "  " << version.name << (version.refused.empty() ? "" : ": refused, " + version.refused) << '\n';
  std::cout << "\nSteps\n";
  for (const std::string& step : profile.steps) std::cout << "  " << step << '\n';
  if (!profile.outside.query.empty())
    std::cout << "\nFiles outside the database, for --files DIR\n  usually in " << profile.outside.usual << '\n';
  show_tables(profile);
  if (const auto rows = profile.files.find("statuses.toml"); rows != profile.files.end())
    std::cout << "\nStatuses and severities (statuses.toml)\n\n" << rows->second;
  return {};
}

Status export_files(const ProfileArguments& arguments) {
  SLIPWAY_TRY(const Profile profile, find_profile(arguments.name));
  std::error_code fault;
  std::filesystem::create_directories(arguments.directory, fault);
  if (fault || !std::filesystem::is_empty(arguments.directory, fault) || fault) {
    return Error{Code::conflict, "'" + arguments.directory.string() + "': is no empty directory, and none can be made",
                 "name a directory that does not exist yet"};
  }
  for (const auto& [name, bytes] : profile.files) {
    std::ofstream out(arguments.directory / name, std::ios::binary);
    if (!(out << bytes).flush())
      return Error{Code::no_space, "'" + (arguments.directory / name).string() + "': cannot be written"};
  }
  std::cout << profile.files.size() << " files in " << arguments.directory.string() << '\n';
  return {};
}

/// The structure of a source without its rows, in a database of the scratch server.
Status build_empty(const sql::Endpoint& scratch, const Profile& profile, const Catalog* catalog) {
  SLIPWAY_TRY(sql::Connection admin, sql::Connection::open(scratch));
  for (const char* name : {kEmptySource, kEmptyTarget})
    SLIPWAY_CHECK(admin.execute_text(std::string("CREATE DATABASE ") + name + " CHARACTER SET utf8mb4"));
  sql::Endpoint endpoint = scratch;
  endpoint.database = kEmptyTarget;
  SLIPWAY_TRY(sql::Connection target, sql::Connection::open(endpoint));
  SLIPWAY_TRY([[maybe_unused]] const auto schema, sql::upgrade_schema(target, sql::account_schema()));
  endpoint.database = kEmptySource;
  SLIPWAY_TRY(sql::Connection source, sql::Connection::open(endpoint));
  SLIPWAY_CHECK(become_builder(source, BinaryLog::written));
  if (catalog == nullptr) {
    auto done = source.run_script(profile.files.at(profile.schema));
    if (!done) return std::move(done).error().within(profile.schema);
    return {};
  }
  for (const Table& table : catalog->tables) {
    auto done = source.execute_text(table.shape.bare);
    if (!done) return std::move(done).error().within("table '" + table.name + "'");
  }
  return {};
}

struct Source {
  sql::Connection connection;
  std::string database;
  std::optional<ScratchServer> dump;  ///< the server that the connection is to
};

Result<Source> open_source(const ProfileArguments& arguments) {
  SLIPWAY_TRY(const SourceAddress address, parse_source(arguments.source));
  std::optional<ScratchServer> dump;
  sql::Endpoint endpoint;
  if (address.kind == SourceAddress::Kind::dump) {
    NoProgress silent;
    SLIPWAY_TRY(dump, load_dump(address.file, arguments.dump, silent));
    endpoint = dump->endpoint();
  } else {
    SLIPWAY_TRY(endpoint, to_endpoint(address, arguments.access));
  }
  const std::string database = endpoint.database;
  SLIPWAY_TRY(sql::Connection connection, sql::Connection::open(endpoint));
  return Source{std::move(connection), database, std::move(dump)};
}

void append(ProfileFaults& faults, ProfileFaults more) {
  faults.insert(faults.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// What a source of the product shows, and a trial between empty databases of a private server.
Status look_closer(const ProfileArguments& arguments, const Profile& profile, ProfileFaults& faults,
                   std::string& what) {
  std::optional<Catalog> catalog;
  if (!arguments.source.empty()) {
    SLIPWAY_TRY(Source source, open_source(arguments));
    const auto shared = std::make_shared<const Profile>(profile);
    SLIPWAY_TRY(const Recognised found, recognise(source.connection, source.database, {shared}));
    SLIPWAY_TRY(catalog, read_catalog(source.connection, found.database));
    append(faults, check_tables(profile, *catalog));
    SLIPWAY_TRY(ProfileFaults unmapped,
                check_statuses(source.connection, profile, arguments.status_map_file, found.database));
    append(faults, std::move(unmapped));
    what = "version " + found.version + ", " + std::to_string(catalog->tables.size()) + " tables of the source";
  } else {
    what = profile.schema;
  }
  SLIPWAY_TRY(const ScratchServer scratch, ScratchServer::start(arguments.dump.scratch_directory));
  SLIPWAY_CHECK(build_empty(scratch.endpoint(), profile, catalog ? &*catalog : nullptr));
  if (!catalog) {
    SLIPWAY_TRY(sql::Connection connection, sql::Connection::open(scratch.endpoint()));
    SLIPWAY_TRY(const Catalog empty, read_catalog(connection, kEmptySource));
    append(faults, check_tables(profile, empty));
  }
  SLIPWAY_TRY(ProfileFaults tried, try_on_empty(scratch.endpoint(), profile, kEmptySource, kEmptyTarget));
  append(faults, std::move(tried));
  return {};
}

Status check(const ProfileArguments& arguments) {
  ProfileFaults faults;
  SLIPWAY_TRY(Profile profile, read_profile(arguments.directory, faults));
  std::string what =
      "its files alone; give --source, or schema = \"schema.sql\" in profile.toml, and every statement is tried";
  const bool can_try = !arguments.source.empty() || !profile.schema.empty();
  // A broken manifest would only make more noise in the server.
  if (faults.empty() && can_try && profile.transform) SLIPWAY_CHECK(look_closer(arguments, profile, faults, what));
  if (!faults.empty())
    return error_of("profile '" + arguments.directory.string() + "'", std::move(faults),
                    "docs/profiles.md explains each part of a profile");
  std::cout << "profile '" << profile.name << "': no fault; looked at " << what << '\n';
  return {};
}

}  // namespace

void add_profile_verb(CLI::App& app, Status& done) {
  const auto arguments = std::make_shared<ProfileArguments>();
  auto* verb = app.add_subcommand("profile", "List, show, export or check the profiles of products");
  verb->require_subcommand(1);
  verb->add_subcommand("list", "The profiles that are built in")->callback([&done] { done = list(); });
  auto* show_verb = verb->add_subcommand("show", "What a profile does with each table, and its status map");
  show_verb->add_option("name", arguments->name, "Name of a profile, or its directory")->required();
  show_verb->callback([&done, arguments] { done = show(*arguments); });
  auto* export_verb = verb->add_subcommand("export", "Write a profile's files into a directory, to start from");
  export_verb->add_option("name", arguments->name, "Name of a profile")->required();
  export_verb->add_option("directory", arguments->directory, "A directory that does not exist yet")->required();
  export_verb->callback([&done, arguments] { done = export_files(*arguments); });
  auto* check_verb = verb->add_subcommand("check", "Find every fault of a profile; changes nothing");
  check_verb->add_option("directory", arguments->directory, "The profile")->required();
  check_verb->add_option("--source", arguments->source,
                         "A database of the product, to try the profile against its tables (no row is written)");
  check_verb->add_option("--status-map", arguments->status_map_file, "Rows on top of the profile's own status map");
  check_verb->add_option("--password-file", arguments->access.password_file, "File with the source's password");
  check_verb->add_option("--tls-ca", arguments->access.tls_ca_file,
                         "Certificate authority of the source; checks its name");
  check_verb->add_flag("--plaintext", arguments->access.plaintext, "Speak to a remote source without TLS");
  add_dump_options(*check_verb, arguments->dump);
  check_verb->callback([&done, arguments] { done = check(*arguments); });
}

}  // namespace slipway::migrate
