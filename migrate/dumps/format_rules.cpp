#include "migrate/dumps/format_rules.hpp"

#include <array>

namespace slipway::migrate {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  const char* what;
  const char* way_out;
};

constexpr const char* kMakeDump = "make a dump of the MariaDB or MySQL database with mariadb-dump or mysqldump";
constexpr const char* kRepack = "unpack it, or pack the dump with gzip, zstd, xz or zip";
constexpr const char* kUnpackOnce = "unpack it once and name what comes out";
constexpr const char* kTakeOut = "unpack it and name the dump in it: a file, or a directory made by mydumper";

constexpr std::array kForeign{
    Magic{0, "PGDMP"sv, "is a PostgreSQL dump (custom format)", kMakeDump},
    Magic{0, "SQLite format 3"sv, "is an SQLite database", kMakeDump},
    Magic{0, "XBSTCK01"sv, "is a stream of mariadb-backup", "restore it to a server and migrate from that"},
    Magic{257, "ustar"sv, "is a tar archive", kTakeOut},
    Magic{0, "BZh"sv, "is packed with bzip2", kRepack},
    Magic{0, "7z\xBC\xAF\x27\x1C"sv, "is a 7z archive", kRepack},
    Magic{0, "Rar!"sv, "is a RAR archive", kRepack},
    Magic{0, "\x04\x22\x4D\x18"sv, "is packed with lz4", kRepack},
    Magic{0, "\x1F\x8B"sv, "is packed twice (gzip inside)", kUnpackOnce},
    Magic{0, "\x28\xB5\x2F\xFD"sv, "is packed twice (zstd inside)", kUnpackOnce},
    Magic{0,
          "\xFD"
          "7zXZ"sv,
          "is packed twice (xz inside)", kUnpackOnce},
    Magic{0, "PK\x03\x04"sv, "is packed twice (zip inside)", kUnpackOnce},
    Magic{0, "%PDF"sv, "is a PDF document", kMakeDump},
    Magic{0, "<?xml"sv, "is XML", "make the dump without --xml"},
    Magic{0, "<!DOCTYPE"sv, "is a web page", "the download failed: fetch the dump again"},
    Magic{0, "<html"sv, "is a web page", "the download failed: fetch the dump again"},
    Magic{0, "\xFF\xFE"sv, "is UTF-16 text, as PowerShell's '>' writes it",
          "make the dump with --result-file=FILE instead of '>'"},
    Magic{0, "\xFE\xFF"sv, "is UTF-16 text", "make the dump with --result-file=FILE instead of '>'"},
};

}  // namespace

Packing packing_of(std::string_view head) noexcept {
  if (head.starts_with("\x1F\x8B")) return Packing::gzip;
  if (head.starts_with("\x28\xB5\x2F\xFD")) return Packing::zstd;
  if (head.starts_with("\xFD"
                       "7zXZ"))
    return Packing::xz;
  // An archive with files, or one without.
  if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) return Packing::zip;
  return Packing::plain;
}

std::string_view packing_name(Packing packing) noexcept {
  constexpr std::array names{"plain"sv, "gzip"sv, "zstd"sv, "xz"sv, "zip"sv};
  return names.at(static_cast<std::size_t>(packing));
}

Status check_content(std::string_view head) {
  if (head.empty())
    return Error{Code::corrupt, "is empty", "copy the file again from where it was made, or make the dump anew"};
  for (const Magic& magic : kForeign) {
    if (head.size() > magic.offset && head.substr(magic.offset).starts_with(magic.bytes))
      return Error{Code::unsupported, magic.what, magic.way_out};
  }
  head = head.substr(0, kHeadBytes);
  if (head.find('\0') != std::string_view::npos)
    return Error{Code::unsupported, "is a binary file, not a dump in SQL", kMakeDump};
  if (head.find("\n-- PostgreSQL database ") != std::string_view::npos || head.starts_with("-- PostgreSQL database "))
    return Error{Code::unsupported, "is a PostgreSQL dump", kMakeDump};
  if (head.starts_with("PRAGMA foreign_keys")) return Error{Code::unsupported, "is an SQLite dump", kMakeDump};
  return {};
}

std::string_view database_in_header(std::string_view head) noexcept {
  constexpr std::string_view label = "    Database: ";
  const auto host = head.find("\n-- Host: ");
  if (host == std::string_view::npos) return {};
  std::string_view line = head.substr(host + 1);
  line = line.substr(0, line.find('\n'));
  const auto at = line.find(label);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + label.size());
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  return line;
}

}  // namespace slipway::migrate
