#include "services/doctor/host.hpp"

#include <unistd.h>

#include <array>
#include <fstream>

#include "appliance/http/client.hpp"
#include "appliance/process/process.hpp"
#include "services/doctor/host_json_rules.hpp"
#include "services/doctor/host_text_rules.hpp"

namespace slipway::doctor {
namespace {

constexpr std::size_t kMostOutput = 16U << 20U;
constexpr std::size_t kMostOfFile = 4U << 20U;
constexpr std::chrono::milliseconds kPatience{3000};

/// The last line that says something, for a reason.
std::string last_line(std::string_view text) {
  std::string last;
  for (const auto line : lines_of(text))
    if (!trimmed(line).empty()) last = trimmed(line);
  if (last.size() > 300) last.resize(300);
  return last;
}

}  // namespace

Unknown because(const Error& error) {
  Unknown unknown{error.message};
  if (!error.hint.empty()) unknown.way_out = error.hint;
  return unknown;
}

Fact<std::string> output_of(const Ask& ask) {
  process::Command command{.argv = ask.argv, .environment = {{"LC_ALL", "C"}}};
  command.stdin_data = ask.input;
  const process::Limits limits{.time = ask.limit, .output_bytes = kMostOutput};
  auto finished = process::run(command, limits);
  if (!finished) return because(finished.error());
  if (finished->exit_status != 0 && !ask.any_status) {
    const std::string why = last_line(finished->err.empty() ? finished->out : finished->err);
    return Unknown{ask.argv.front() + ": exit status " + std::to_string(finished->exit_status) +
                   (why.empty() ? "" : ", " + why)};
  }
  return ask.errors_too ? finished->out + finished->err : std::move(finished->out);
}

Fact<std::string> text_of(const std::filesystem::path& file) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(file, failure)) {
    const bool missing = !failure || failure == std::errc::no_such_file_or_directory;
    return Unknown{file.string() + ": " + (missing ? "is not there" : failure.message())};
  }
  std::ifstream in(file, std::ios::binary);
  std::string text;
  std::array<char, 65536> piece{};
  while (in && text.size() < kMostOfFile) {
    in.read(piece.data(), piece.size());
    text.append(piece.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof() && text.empty()) return Unknown{file.string() + ": cannot be read"};
  return text;
}

Fact<Fetched> fetch_page(const Page& page) {
  const http::ClientOptions options{.unix_socket = page.unix_socket, .ca_file = page.ca_file, .limit = kPatience};
  auto answer = http::fetch({.url = page.url}, options);
  if (!answer) return because(answer.error());
  return Fetched{answer->status, std::move(answer->body)};
}

Fact<Answer> answer_of(const Page& page) {
  return then<Answer>(fetch_page(page), [](const Fetched& fetched) -> Fact<Answer> {
    return Answer{fetched.status, fetched.status == 200 ? "" : failing_checks(fetched.body)};
  });
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

bool runs_systemd() { return is_there("/run/systemd/system"); }
bool in_container() { return is_there("/run/systemd/container") || is_there("/.dockerenv"); }
bool is_root() { return ::geteuid() == 0; }

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

Absent of_the_machine() { return {"an embedded installation is a guest on its machine"}; }
Absent no_systemd() { return {"systemd does not run this machine"}; }
Absent of_the_host() { return {"a container takes it from its host"}; }

}  // namespace slipway::doctor
