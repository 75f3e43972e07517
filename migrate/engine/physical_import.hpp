// One table's file given to the target server.
#pragma once

#include <filesystem>

#include "migrate/engine/checkpoint.hpp"

namespace slipway::migrate {

struct ImportTask {
  const Table* table = nullptr;
  std::string definition;  ///< of the source
  KeysOfTable keys;
  std::filesystem::path files;      ///< directory that has FILE.ibd and FILE.cfg
  std::filesystem::path directory;  ///< of the target database
  std::string file_name;            ///< without its ending
};

/// Makes the table with its keys, moves its file into its place, imports it, and records it as imported. Whenever it is
/// interrupted the record says that the table is not built; take_back() clears the place then. `target` is a session
/// that become_builder() has prepared. Errors: those of the server and the checkpoint, permission, no_space.
[[nodiscard]] Status import_table(sql::Connection& target, const ImportTask& task);

/// Removes a table that was not imported to its end and whatever files it left in its place.
[[nodiscard]] Status take_back(sql::Connection& target, const std::string& table,
                               const std::filesystem::path& directory, const std::string& file_name);

}  // namespace slipway::migrate
