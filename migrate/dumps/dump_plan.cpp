#include "migrate/dumps/dump_plan.hpp"

#include <algorithm>
#include <fstream>
#include <set>

#include "migrate/dumps/mydumper_rules.hpp"

namespace slipway::migrate {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAgain = "copy the whole directory again, or make the dump anew";

Result<std::vector<std::string>> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(directory, fault)) {
    // A link could lead anywhere, and what is no file could be read for ever.
    if (entry.is_regular_file(fault) && !entry.is_symlink(fault)) names.push_back(entry.path().filename().string());
  }
  if (fault) return about(directory, {Code::permission, "cannot be read", "check its permissions"});
  std::sort(names.begin(), names.end());
  return names;
}

Result<MydumperMetadata> metadata_of(const fs::path& directory) {
  if (fs::exists(directory / "metadata.partial"))
    return about(directory, {Code::corrupt, "mydumper did not finish it (metadata.partial)", "make the dump anew"});
  std::ifstream in(directory / "metadata");
  if (!in)
    return about(directory, {Code::unsupported, "is a directory without the file 'metadata' that mydumper writes",
                             "name a dump file, or a directory made by mydumper"});
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  MydumperMetadata metadata = read_mydumper_metadata(text);
  if (!metadata.finished)
    return about(directory,
                 {Code::corrupt, "its 'metadata' does not say that the dump was finished", "make the dump anew"});
  return metadata;
}

/// Rows of a table whose definition is missing, or nothing at all.
Status check_files(const fs::path& directory, const std::vector<MydumperFile>& files) {
  std::set<std::pair<std::string, std::string>> defined;
  for (const MydumperFile& file : files)
    if (file.kind == MydumperKind::table) defined.emplace(file.database, file.table);
  if (defined.empty()) return about(directory, {Code::corrupt, "holds no table", kAgain});
  for (const MydumperFile& file : files) {
    if (file.kind != MydumperKind::rows || defined.contains({file.database, file.table})) continue;
    return about(directory,
                 {Code::corrupt, "'" + file.name + "' holds rows of a table whose definition is missing", kAgain});
  }
  return {};
}

Result<DumpPlan> plan_directory(const fs::path& directory) {
  DumpPlan plan;
  plan.source = directory;
  plan.of_many_files = true;
  SLIPWAY_TRY(const auto names, names_in(directory));
  SLIPWAY_TRY(MydumperMetadata metadata, metadata_of(directory));
  auto files = sort_mydumper_files(names);
  if (!files) return about(directory, files.error());
  SLIPWAY_CHECK(check_files(directory, *files));
  plan.rows = std::move(metadata.rows);
  std::optional<MydumperKind> kind;
  for (const MydumperFile& file : *files) {
    if (kind != file.kind) plan.steps.emplace_back();
    kind = file.kind;
    std::error_code fault;
    plan.packed_bytes += fs::file_size(directory / file.name, fault);
    // myloader ends statements at the end of a line, so that bodies of triggers can stay in one piece.
    plan.steps.back().parts.push_back({directory / file.name, file.database, file.table, ";\n"});
  }
  // The largest first, so that none is the tail.
  for (DumpStep& step : plan.steps) {
    std::stable_sort(step.parts.begin(), step.parts.end(), [](const DumpPart& a, const DumpPart& b) {
      std::error_code fault;
      return fs::file_size(a.file, fault) > fs::file_size(b.file, fault);
    });
  }
  return plan;
}

}  // namespace

Result<DumpPlan> plan_dump(const fs::path& source) {
  std::error_code fault;
  const auto status = fs::status(source, fault);
  if (fs::is_directory(status)) return plan_directory(source);
  if (!fs::is_regular_file(status)) {
    if (fs::exists(status))
      return about(source, {Code::unsupported, "is neither a file nor a directory", "name a dump file"});
    return about(source, {Code::not_found, "cannot be opened", "check the path and its permissions"});
  }
  DumpPlan plan;
  plan.source = source;
  plan.packed_bytes = fs::file_size(source, fault);
  plan.steps.push_back({{{source, "", "", ";"}}});
  return plan;
}

}  // namespace slipway::migrate
