#include "migrate/run/state_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <sstream>

#include "appliance/base/file.hpp"
#include "appliance/base/time.hpp"

namespace slipway::migrate {
namespace {

using nlohmann::ordered_json;

constexpr int kFormat = 1;

ordered_json choices_json(const Choices& choices) {
  return {{"replace", choices.replace},
          {"trial", choices.trial},
          {"anonymise", choices.anonymise},
          {"status_map", choices.status_map_file},
          {"status_map_sha256", choices.status_map_digest},
          {"profile", choices.profile_directory},
          {"scratch_dir", choices.scratch_directory},
          {"password_file", choices.password_file},
          {"tls_ca", choices.tls_ca_file},
          {"plaintext", choices.plaintext},
          {"files", choices.files_directory},
          {"without_files", choices.without_files},
          {"dump_database", choices.dump_database},
          {"dump_charset", choices.dump_charset},
          {"max_dump_size", choices.dump_most_bytes},
          {"profile_sha256", choices.profile_digest}};
}

Choices choices_from(const ordered_json& json) {
  return {json.at("replace"),
          json.at("trial"),
          json.at("anonymise"),
          json.at("status_map"),
          json.at("status_map_sha256"),
          json.at("profile"),
          json.at("scratch_dir"),
          json.at("password_file"),
          json.at("tls_ca"),
          json.at("plaintext"),
          json.value("files", std::string{}),
          json.value("without_files", false),
          json.value("dump_database", std::string{}),
          json.value("dump_charset", std::string{}),
          json.value("max_dump_size", std::uint64_t{0}),
          json.value("profile_sha256", std::string{})};
}

ordered_json live_json(const Live& live) {
  auto tables = ordered_json::array();
  for (const TableProgress& table : live.tables)
    tables.push_back({{"table", table.name},
                      {"state", to_text(table.state)},
                      {"rows", table.rows},
                      {"bytes", table.bytes},
                      {"rows_expected", table.rows_expected}});
  return {{"step", live.step},       {"began_at", live.began_at},  {"seen_at", live.seen_at},
          {"rows", live.rows},       {"bytes", live.bytes},        {"rows_expected", live.rows_expected},
          {"seconds", live.seconds}, {"tables", std::move(tables)}};
}

TableProgress::State table_state_from(const std::string& text) {
  for (const auto state : {TableProgress::State::copying, TableProgress::State::keys, TableProgress::State::done})
    if (text == to_text(state)) return state;
  return TableProgress::State::waiting;
}

Live live_from(const ordered_json& json) {
  Live live{json.at("step"),  json.at("began_at"),      json.at("seen_at"), json.at("rows"),
            json.at("bytes"), json.at("rows_expected"), json.at("seconds"), {}};
  for (const auto& table : json.at("tables"))
    live.tables.push_back({table.at("table"), table_state_from(table.at("state")), table.at("rows"), table.at("bytes"),
                           table.at("rows_expected")});
  return live;
}

std::optional<Error> error_from(const ordered_json& json) {
  if (json.is_null()) return std::nullopt;
  Error error{Code::internal, json.at("message"), json.at("hint")};
  for (const CodeTraits& row : code_table())
    if (row.name == json.at("error").get<std::string>()) error.code = row.code;
  return error;
}

Outcome outcome_from(const std::string& text) {
  for (const Outcome outcome : {Outcome::published, Outcome::aborted})
    if (text == to_text(outcome)) return outcome;
  return Outcome::unfinished;
}

/// Throws what nlohmann throws.
MigrationState state_from(const ordered_json& json) {
  MigrationState state;
  state.id = json.at("id");
  state.account = json.at("account");
  state.source = json.at("source").at("address");
  state.identity = json.at("source").at("identity");
  state.choices = choices_from(json.at("choices"));
  const auto& target = json.at("target");
  state.record = target.at("record");
  state.generation = target.at("generation");
  state.former_generation = target.at("former_generation");
  state.former_database = target.at("former_database");
  state.requests_there = target.at("requests_there");
  state.last_aside = target.at("last_aside");
  state.resumes = json.at("resumes");
  state.created_at = json.at("created_at");
  state.updated_at = json.at("updated_at");
  for (const auto& step : json.at("steps")) state.steps.push_back({step.at("step"), step.at("at"), step.at("seconds")});
  state.live = live_from(json.at("under_way"));
  state.last_error = error_from(json.at("last_error"));
  state.outcome = outcome_from(json.at("outcome"));
  state.report = json.at("report");
  return state;
}

/// A lock of the open file description: it ends with the process, and can be asked for without being taken.
struct flock whole_file() {
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  return range;
}

Error damaged(const std::string& file, const char* how) {
  return {Code::corrupt, "state file '" + file + "': " + how,
          "move the file away and run the migration with --restart: it drops what the unfinished one built, and the "
          "account stays as it is until the new one is published"};
}

}  // namespace

std::string write_state(const MigrationState& state) {
  auto steps = ordered_json::array();
  for (const DoneStep& step : state.steps)
    steps.push_back({{"step", step.name}, {"at", step.at}, {"seconds", step.seconds}});
  ordered_json error;
  if (state.last_error)
    error = {{"error", traits(state.last_error->code).name},
             {"message", state.last_error->message},
             {"hint", state.last_error->hint}};
  const ordered_json json{{"slipway_migration", kFormat},
                          {"id", state.id},
                          {"account", state.account},
                          {"source", {{"address", state.source}, {"identity", state.identity}}},
                          {"choices", choices_json(state.choices)},
                          {"target",
                           {{"record", state.record},
                            {"generation", state.generation},
                            {"former_generation", state.former_generation},
                            {"former_database", state.former_database},
                            {"requests_there", state.requests_there},
                            {"last_aside", state.last_aside}}},
                          {"outcome", to_text(state.outcome)},
                          {"resumes", state.resumes},
                          {"created_at", state.created_at},
                          {"updated_at", state.updated_at},
                          {"steps", std::move(steps)},
                          {"under_way", live_json(state.live)},
                          {"last_error", std::move(error)},
                          {"report", state.report}};
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<MigrationState> parse_state(const std::string& text, const std::string& file) {
  const auto json = ordered_json::parse(text, nullptr, false);
  if (json.is_discarded()) return damaged(file, text.empty() ? "is empty" : "is cut off or damaged");
  const auto format = json.is_object() ? json.find("slipway_migration") : json.end();
  if (!json.is_object() || format == json.end() || !format->is_number_integer())
    return damaged(file, "is no state file of a migration");
  if (*format > kFormat)
    return Error{Code::unsupported,
                 "state file '" + file + "': was written by a newer slipway-migrate (format " + format->dump() + ")",
                 "go on with the program that wrote it"};
  try {
    return state_from(json);
  } catch (const nlohmann::json::exception&) {
    return damaged(file, "lacks a part, or has one of another kind");
  }
}

Result<std::optional<MigrationState>> read_state(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<MigrationState>();
    return file_error(file, "cannot be read", errno);
  }
  std::ostringstream text;
  text << in.rdbuf();
  SLIPWAY_TRY(MigrationState state, parse_state(text.str(), file.string()));
  return std::optional(std::move(state));
}

std::filesystem::path state_file_of(const std::filesystem::path& migrations, const std::string& account) {
  return migrations / (account + ".json");
}

Result<StateFile> StateFile::lock(const std::filesystem::path& file) {
  std::error_code fault;
  if (const auto folder = file.parent_path(); !folder.empty() && !std::filesystem::exists(folder, fault)) {
    std::filesystem::create_directories(folder, fault);
    if (fault) return file_error(folder, "cannot be made", fault.value());
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, fault);
  }
  // Beside the file, because the file itself is replaced at every save.
  const std::string beside = file.string() + ".lock";
  const int descriptor = ::open(beside.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return file_error(beside, "cannot be opened", errno);
  struct flock range = whole_file();
  if (::fcntl(descriptor, F_OFD_SETLK, &range) != 0) {
    ::close(descriptor);
    const int holder = holder_of(file);
    return Error{Code::in_use,
                 "state file '" + file.string() + "': another slipway-migrate" +
                     (holder > 0 ? " (process " + std::to_string(holder) + ")" : std::string()) + " works on it",
                 "'slipway-migrate status' says how far it is; wait until it has ended"};
  }
  const std::string process = std::to_string(::getpid()) + "\n";
  // Only for the message above; the lock itself is the kernel's.
  if (::ftruncate(descriptor, 0) == 0 && ::write(descriptor, process.data(), process.size()) < 0) errno = 0;
  auto earlier = read_state(file);
  if (!earlier) {
    ::close(descriptor);
    return std::move(earlier).error();
  }
  return StateFile(file, descriptor, std::move(*earlier));
}

StateFile::StateFile(StateFile&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)), earlier_(std::move(other.earlier_)) {}

StateFile::~StateFile() {
  if (lock_ >= 0) ::close(lock_);
}

Status StateFile::save(MigrationState& state) const {
  state.updated_at = to_iso8601(SystemClock().now());
  return replace_file(path_, write_state(state));
}

int holder_of(const std::filesystem::path& file) {
  const int descriptor = ::open((file.string() + ".lock").c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return 0;
  std::array<char, 32> text{};
  struct flock range = whole_file();
  const bool held = ::fcntl(descriptor, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
  const ssize_t size = held ? ::read(descriptor, text.data(), text.size()) : 0;
  ::close(descriptor);
  int process = 0;
  if (size > 0) std::from_chars(text.data(), text.data() + size, process);
  return process;
}

}  // namespace slipway::migrate
