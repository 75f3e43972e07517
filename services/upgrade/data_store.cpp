#include "services/upgrade/data_store.hpp"

namespace slipway::upgrade {

Result<std::filesystem::path> data_directory(sql::Connection& connection) {
  SLIPWAY_TRY(const auto row, connection.query_one("SELECT @@datadir"));
  if (!row) return Error{Code::internal, "database server: does not say where its data are"};
  std::filesystem::path path = row->text(0);
  return path.has_filename() ? path : path.parent_path();
}

Result<std::vector<std::string>> busy_accounts(sql::Connection& platform) {
  SLIPWAY_TRY(const auto rows, platform.query("SELECT name, state FROM account "
                                              "WHERE state IN ('creating', 'migrating', 'deleting') ORDER BY name"));
  std::vector<std::string> names;
  for (const auto& row : rows) names.push_back(row.text(0) + " (" + row.text(1) + ")");
  return names;
}

Result<std::int64_t> newest_request(sql::Connection& account) {
  SLIPWAY_TRY(const auto row, account.query_one("SELECT MAX(number) FROM request"));
  return row ? row->optional_integer(0).value_or(0) : 0;
}

}  // namespace slipway::upgrade
