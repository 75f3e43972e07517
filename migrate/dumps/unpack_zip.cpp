#include <zip.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "migrate/dumps/unpack.hpp"

namespace slipway::migrate {
namespace {

constexpr std::size_t kPieceBytes = 256U << 10U;

using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;

class ZipFile final : public Unpacker {
 public:
  ZipFile(Archive archive, zip_file_t* entry, std::uint64_t packed, std::uint64_t plain)
      : archive_(std::move(archive)), entry_(entry, zip_fclose), buffer_(kPieceBytes), packed_(packed), plain_(plain) {}
  Result<std::string_view> next() override {
    const auto got = zip_fread(entry_.get(), buffer_.data(), buffer_.size());
    if (got < 0) return damaged(Packing::zip, "damaged");
    if (got == 0 && done_ < plain_) return damaged(Packing::zip, "cut off");
    done_ += static_cast<std::uint64_t>(got);
    return std::string_view(buffer_.data(), static_cast<std::size_t>(got));
  }
  /// libzip does not say where it is: by what has come out.
  [[nodiscard]] std::uint64_t packed_bytes() const override {
    if (plain_ == 0) return packed_;
    const double part = static_cast<double>(std::min(done_, plain_)) / static_cast<double>(plain_);
    return static_cast<std::uint64_t>(part * static_cast<double>(packed_));
  }

 private:
  Archive archive_;
  std::unique_ptr<zip_file_t, decltype(&zip_fclose)> entry_;  // ends before its archive
  std::vector<char> buffer_;
  std::uint64_t packed_;
  std::uint64_t plain_;
  std::uint64_t done_ = 0;
};

bool leads_outside(const std::filesystem::path& name) {
  return name.is_absolute() || name.string().find('\\') != std::string::npos ||
         std::find(name.begin(), name.end(), "..") != name.end();
}

/// What macOS and Windows add by themselves.
bool is_by_catch(const std::string& name) { return name.ends_with('/') || name.starts_with("__MACOSX/"); }

/// The one file of an archive.
Result<zip_stat_t> only_file(zip_t* archive) {
  std::optional<zip_stat_t> found;
  const zip_int64_t entries = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < entries; ++i) {
    zip_stat_t entry;
    if (zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &entry) != 0 || entry.name == nullptr)
      return damaged(Packing::zip, "damaged");
    if (is_by_catch(entry.name)) continue;
    if (leads_outside(entry.name))
      return Error{Code::unsupported, "the archive holds a file whose name leads out of its directory",
                   "no dump has such a name: ask whoever made it, or pack the dump anew"};
    if (found)
      return Error{Code::unsupported, "the archive holds several files",
                   "unpack it and name the dump in it: a file, or a directory made by mydumper"};
    found = entry;
  }
  if (!found) return Error{Code::corrupt, "the archive is empty", "pack the dump anew, or name the dump itself"};
  return *found;
}

}  // namespace

Result<std::unique_ptr<Unpacker>> open_zip(const std::filesystem::path& file) {
  int fault = 0;
  Archive archive(zip_open(file.c_str(), ZIP_RDONLY, &fault), zip_discard);
  if (!archive) return damaged(Packing::zip, "damaged or cut off");
  SLIPWAY_TRY(const zip_stat_t entry, only_file(archive.get()));
  if (entry.encryption_method != ZIP_EM_NONE)
    return Error{Code::unsupported, "the archive is encrypted", "unpack it with its password and name the dump in it"};
  zip_file_t* const opened = zip_fopen_index(archive.get(), entry.index, 0);
  if (opened == nullptr) {
    if (zip_error_code_zip(zip_get_error(archive.get())) == ZIP_ER_COMPNOTSUPP)
      return Error{Code::unsupported, "the archive is packed by a method that is not supported",
                   "pack the dump with zip's usual method (deflate), or with gzip, zstd or xz"};
    return damaged(Packing::zip, "damaged");
  }
  return std::unique_ptr<Unpacker>(std::make_unique<ZipFile>(std::move(archive), opened, entry.comp_size, entry.size));
}

}  // namespace slipway::migrate
