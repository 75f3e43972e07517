#include "services/backup/last_segment.hpp"

#include "services/backup/document.hpp"

namespace slipway::backup {
namespace {

Result<std::uint64_t> read_number(const Repository& repository, const std::string& name, const char* member) {
  SLIPWAY_TRY(const auto json, repository.read_document(name));
  const auto number = json.find(member);
  if (json.value("repository", "") != repository.id() || number == json.end() || !number->is_number_unsigned())
    return Error{Code::corrupt, repository.describe() + ": " + name + ": is of another repository"};
  return number->get<std::uint64_t>();
}

}  // namespace

std::string first_document(const std::string& line) { return "log/" + line + "/first.json"; }
std::string last_document(const std::string& line) { return "log/" + line + "/last.json"; }

Result<std::uint64_t> read_last_segment(const Repository& repository, const std::string& line) {
  return read_number(repository, last_document(line), "last");
}

Result<std::uint64_t> read_first_segment(const Repository& repository, const std::string& line) {
  return read_number(repository, first_document(line), "first");
}

Status note_first_segment(const Repository& repository, const std::string& line, std::uint64_t number) {
  const auto before = read_first_segment(repository, line);
  if (!before && before.error().code != Code::not_found && before.error().code != Code::corrupt) return before.error();
  if (before && *before >= number) return {};
  const std::string name = first_document(line);
  return repository.storage().replace(
      name, seal_document(repository.key(), name, {{"repository", repository.id()}, {"first", number}}));
}

Status LastSegments::note(const Repository& repository, const std::string& line, std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto key = std::pair(&repository, line);
  if (!noted_.contains(key)) {
    const auto last = read_last_segment(repository, line);
    // One that cannot be read is written anew: segments tell where the line ends.
    if (!last && last.error().code != Code::not_found && last.error().code != Code::corrupt) return last.error();
    noted_[key] = last.value_or(0);
  }
  if (noted_[key] >= number) return {};
  const std::string name = last_document(line);
  SLIPWAY_CHECK(repository.storage().replace(
      name, seal_document(repository.key(), name, {{"repository", repository.id()}, {"last", number}})));
  noted_[key] = number;
  return {};
}

}  // namespace slipway::backup
