// Dumps made by real programs, and packed by them, for tests.
#pragma once

#include "tests/support/migration.hpp"

namespace slipway::test {

/// A new database with rows of every byte, a view, a trigger, a routine, an event, and a sequence.
[[nodiscard]] sql::Endpoint database_for_dumps();

/// Names of tables, with their checksums, and of all other objects of the endpoint's database, one a line.
[[nodiscard]] std::string content_of(const sql::Endpoint& database);

/// What mariadb-dump says of it. With `arguments` that hold --databases, of those.
[[nodiscard]] std::string dump_of(const sql::Endpoint& database, std::vector<std::string> arguments = {});

/// Runs mydumper into `directory`.
void mydump(const sql::Endpoint& database, const std::filesystem::path& directory, bool compressed);

/// `text` packed by the usual program: plain, gzip, zstd, xz, zip, "encrypted zip", tar.
[[nodiscard]] std::string pack(const std::string& text, const std::string& packing);

/// A zip archive with these files under exactly these names.
[[nodiscard]] std::string zip(const std::vector<std::pair<std::string, std::string>>& files);

/// A zstd file of so many megabytes of blanks.
void make_bomb(const std::filesystem::path& file, int megabytes);

/// A dump as mysqldump of MySQL 8.0 writes it, shortened: its header, GTIDs, collations, a trigger, a view.
[[nodiscard]] std::string mysql_eight_dump();

}  // namespace slipway::test
