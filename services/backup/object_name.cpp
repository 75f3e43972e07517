#include "services/backup/object_name.hpp"

#include "services/backup/storage.hpp"

namespace slipway::backup {
namespace {

Error wrong(const std::string& repository, const char* what, const std::string& name) {
  return Error{
      Code::invalid_argument, repository + ": '" + name + "' is no " + what,
      "a name is like 'full/20261121-0300/part-1': a-z, 0-9, '.', '_' and '-', no part begins with a dot, at most "
      "200 letters, not '.open' at the end"};
}

}  // namespace

bool is_object_name(std::string_view name) {
  bool first = true;  // of a part
  for (const char letter : name) {
    if (letter == '/') {
      if (first) return false;
      first = true;
      continue;
    }
    const bool plain =
        (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
    if (!plain && (letter != '.' || first)) return false;
    first = false;
  }
  return !first && name.size() <= 200;
}

bool is_open_name(std::string_view name) { return name.ends_with(kOpenSuffix); }

Status check_name(const std::string& repository, const std::string& name) {
  const std::string_view whole = name;
  const bool open = is_open_name(whole);
  if (!is_object_name(open ? whole.substr(0, whole.size() - kOpenSuffix.size()) : whole))
    return wrong(repository, "name of an object", name);
  return {};
}

Status check_new_name(const std::string& repository, const std::string& name) {
  if (!is_object_name(name) || is_open_name(name)) return wrong(repository, "name of an object", name);
  return {};
}

Status check_prefix(const std::string& repository, const std::string& prefix) {
  const std::string_view whole = prefix;
  const bool folder = whole.ends_with('/');
  if (!prefix.empty() && !is_object_name(folder ? whole.substr(0, whole.size() - 1) : whole))
    return wrong(repository, "beginning of an object's name", prefix);
  return {};
}

Status check_offset(const std::string& object, std::uint64_t offset, std::uint64_t size) {
  if (offset <= size) return {};
  return Error{Code::invalid_argument, object + ": has " + std::to_string(size) + " bytes, and was to be read from " +
                                           std::to_string(offset) + " on"};
}

}  // namespace slipway::backup
