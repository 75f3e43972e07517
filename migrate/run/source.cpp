#include "migrate/run/source.hpp"

#include <fstream>

#include "appliance/base/file.hpp"
#include "appliance/crypto/crypto.hpp"
#include "migrate/products/profile.hpp"

namespace slipway::migrate {
namespace {

/// Name, size and the first and last megabyte of a file: enough to tell one dump from the next without reading all.
Status add_file(const std::filesystem::path& file, crypto::Sha256& sum) {
  constexpr std::size_t kPart = 1U << 20U;
  std::ifstream in(file, std::ios::binary);
  if (!in) return file_error(file, "cannot be read", errno);
  std::error_code fault;
  const auto size = std::filesystem::file_size(file, fault);
  if (fault) return file_error(file, "cannot be measured", fault.value());
  sum.add(std::to_string(size) + "\n");
  std::string part(std::min<std::size_t>(kPart, size), '\0');
  in.read(part.data(), static_cast<std::streamsize>(part.size()));
  sum.add(part);
  in.seekg(-static_cast<std::streamoff>(part.size()), std::ios::end);
  in.read(part.data(), static_cast<std::streamsize>(part.size()));
  sum.add(part);
  return {};
}

std::string hex(const std::string& raw) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : raw) {
    text += kDigits[static_cast<unsigned char>(c) >> 4U];
    text += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

Result<std::string> identify_files(const std::filesystem::path& place) {
  crypto::Sha256 sum;
  std::error_code fault;
  if (std::filesystem::is_directory(place, fault)) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(place, fault))
      if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
      sum.add(file.filename().string() + "\n");
      SLIPWAY_CHECK(add_file(file, sum));
    }
  } else {
    SLIPWAY_CHECK(add_file(place, sum));
  }
  return "dump " + hex(sum.finish_raw());
}

}  // namespace

Result<OpenSource> open_source(const RunOptions& options, Progress& progress) {
  OpenSource source;
  if (options.source.kind == SourceAddress::Kind::dump) {
    SLIPWAY_TRY(source.scratch, load_dump(options.source.file, options.dump, progress));
    SLIPWAY_TRY(source.identity, identify_files(options.source.file));
    source.endpoint = source.scratch->endpoint();
  } else {
    SLIPWAY_TRY(source.endpoint, to_endpoint(options.source, options.access));
  }
  return source;
}

Result<std::string> identify(const OpenSource& source, const Plan& plan) {
  if (!source.identity.empty()) return source.identity;
  SLIPWAY_TRY(sql::Connection connection, sql::Connection::open(source.endpoint));
  // MySQL names every server itself; of a MariaDB the machine and the place of its data are as good.
  const char* question = connection.is_mariadb() ? "SELECT CONCAT(@@hostname, ':', @@datadir)" : "SELECT @@server_uuid";
  SLIPWAY_TRY(const auto row, connection.query_one(question));
  return connection.server_version() + " " + (row && !row->is_null(0) ? row->text(0) : std::string()) + " " +
         plan.product.database;
}

Result<std::string> digest_of_profile(const std::filesystem::path& directory) {
  if (directory.empty()) return std::string{};
  SLIPWAY_TRY(const Profile profile, load_profile(directory));
  return digest_of_steps(profile);
}

std::optional<Timestamp> newest_change(const std::filesystem::path& place) {
  namespace fs = std::filesystem;
  std::optional<Timestamp> newest;
  std::error_code fault;
  const auto look = [&](const fs::path& file) {
    const auto written = fs::last_write_time(file, fault);
    if (fault) return;
    const auto at = std::chrono::floor<Timestamp::duration>(std::chrono::file_clock::to_sys(written));
    newest = std::max(newest.value_or(at), at);
  };
  if (!fs::is_directory(place, fault)) {
    look(place);
    return newest;
  }
  for (const auto& entry : fs::directory_iterator(place, fault))
    if (entry.is_regular_file(fault)) look(entry.path());
  return newest;
}

Result<std::string> digest_of(const std::filesystem::path& file) {
  if (file.empty()) return std::string();
  std::ifstream in(file, std::ios::binary);
  if (!in) return file_error(file, "cannot be read", errno);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return crypto::sha256_hex(text);
}

}  // namespace slipway::migrate
