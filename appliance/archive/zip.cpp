#include "appliance/archive/zip.hpp"

#include <zip.h>

#include <filesystem>
#include <memory>
#include <set>

namespace slipway::archive {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using ArchivePtr = std::unique_ptr<zip_t, Freer<zip_discard>>;
using SourcePtr = std::unique_ptr<zip_source_t, Freer<zip_source_free>>;
using FilePtr = std::unique_ptr<zip_file_t, Freer<zip_fclose>>;

Error failed(const std::string& what, zip_t* archive) {
  return {Code::internal, "zip archive: " + what + ": " + (archive == nullptr ? "no memory" : zip_strerror(archive))};
}

Status check_name(const std::string& name, std::set<std::string>& seen) {
  const std::filesystem::path path(name);
  bool leads_out = path.is_absolute() || name.empty() || name.ends_with('/');
  for (const auto& part : path) leads_out = leads_out || part == "..";
  if (leads_out) return Error{Code::invalid_argument, "zip archive: '" + name + "' is no name for a file in it"};
  if (!seen.insert(name).second) return Error{Code::invalid_argument, "zip archive: '" + name + "' is there twice"};
  return {};
}

Status add(zip_t* archive, const ZipEntry& entry, std::time_t time) {
  SourcePtr source(zip_source_buffer(archive, entry.bytes.data(), entry.bytes.size(), 0));
  if (source == nullptr) return failed(entry.name, archive);
  const zip_int64_t index = zip_file_add(archive, entry.name.c_str(), source.get(), ZIP_FL_ENC_UTF_8);
  if (index < 0) return failed(entry.name, archive);
  static_cast<void>(source.release());  // the archive's from here on
  const auto at = static_cast<zip_uint64_t>(index);
  // 0600, as UNIX writes it.
  if (zip_file_set_mtime(archive, at, time, 0) != 0 ||
      zip_file_set_external_attributes(archive, at, 0, ZIP_OPSYS_UNIX, 0100600U << 16U) != 0)
    return failed(entry.name, archive);
  return {};
}

Result<std::string> content(zip_source_t* source) {
  zip_stat_t status;
  if (zip_source_stat(source, &status) != 0 || (status.valid & ZIP_STAT_SIZE) == 0 || zip_source_open(source) != 0)
    return failed("cannot be read back", nullptr);
  std::string bytes(status.size, '\0');
  const auto got = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  if (got < 0 || static_cast<zip_uint64_t>(got) != status.size) return failed("cannot be read back", nullptr);
  return bytes;
}

}  // namespace

Result<std::string> make_zip(const std::vector<ZipEntry>& entries, Timestamp time) {
  zip_error_t fault;
  zip_error_init(&fault);
  const SourcePtr target(zip_source_buffer_create(nullptr, 0, 0, &fault));
  if (target == nullptr) return failed("cannot be begun", nullptr);
  zip_source_keep(target.get());  // the archive frees its own hold
  ArchivePtr archive(zip_open_from_source(target.get(), ZIP_TRUNCATE, &fault));
  if (archive == nullptr) {
    zip_source_free(target.get());
    return failed("cannot be begun", nullptr);
  }
  std::set<std::string> seen;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  for (const ZipEntry& entry : entries) {
    SLIPWAY_CHECK(check_name(entry.name, seen));
    SLIPWAY_CHECK(add(archive.get(), entry, static_cast<std::time_t>(seconds)));
  }
  if (zip_close(archive.get()) != 0) return failed("cannot be finished", archive.get());
  static_cast<void>(archive.release());
  return content(target.get());
}

Result<std::vector<ZipEntry>> read_zip(std::string_view bytes, std::size_t most_bytes) {
  const Error damaged{Code::corrupt, "zip archive: damaged or cut off", "make it anew"};
  zip_error_t fault;
  zip_error_init(&fault);
  SourcePtr source(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &fault));
  if (source == nullptr) return damaged;
  const ArchivePtr archive(zip_open_from_source(source.get(), ZIP_RDONLY | ZIP_CHECKCONS, &fault));
  if (archive == nullptr) return damaged;
  static_cast<void>(source.release());
  std::vector<ZipEntry> entries;
  std::size_t sum = 0;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t status;
    if (zip_stat_index(archive.get(), static_cast<zip_uint64_t>(i), 0, &status) != 0 || status.name == nullptr)
      return damaged;
    if (status.size > most_bytes - sum)
      return Error{Code::too_large, "zip archive: holds more than " + std::to_string(most_bytes) + " bytes"};
    sum += status.size;
    const FilePtr file(zip_fopen_index(archive.get(), static_cast<zip_uint64_t>(i), 0));
    std::string plain(status.size, '\0');
    if (file == nullptr || zip_fread(file.get(), plain.data(), plain.size()) != static_cast<zip_int64_t>(plain.size()))
      return damaged;
    entries.push_back({status.name, std::move(plain)});
  }
  return entries;
}

}  // namespace slipway::archive
