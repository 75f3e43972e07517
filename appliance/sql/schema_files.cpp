// The schema files compiled into the program: "platform/V0001__accounts.sql" and so on.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "appliance/sql/schema.hpp"
#include "embedded/schema.hpp"

namespace slipway::sql {
namespace {

// The number in "V0001__accounts.sql"; a name of another form is a fault of the build.
int number_of(std::string_view file_name) {
  int number = 0;
  const char* const begin = file_name.data() + 1;
  const auto [end, fault] = std::from_chars(begin, file_name.data() + file_name.size(), number);
  const bool good =
      file_name.starts_with('V') && fault == std::errc{} && number > 0 && std::string_view(end).starts_with("__");
  if (!good) {
    std::fprintf(stderr, "schema file %.*s: name is not V0001__what.sql\n", static_cast<int>(file_name.size()),
                 file_name.data());
    std::abort();
  }
  return number;
}

std::vector<SchemaVersion> versions_in(std::string_view folder) {
  std::vector<SchemaVersion> versions;
  for (const auto& file : embedded_files::schema()) {
    if (!file.name.starts_with(folder)) continue;
    const std::string_view name = file.name.substr(folder.size());
    versions.push_back({number_of(name), name, file.bytes});
  }
  std::sort(versions.begin(), versions.end(),
            [](const SchemaVersion& a, const SchemaVersion& b) { return a.number < b.number; });
  return versions;
}

}  // namespace

std::span<const SchemaVersion> platform_schema() {
  static const std::vector<SchemaVersion> versions = versions_in("platform/");
  return versions;
}

std::span<const SchemaVersion> account_schema() {
  static const std::vector<SchemaVersion> versions = versions_in("account/");
  return versions;
}

}  // namespace slipway::sql
