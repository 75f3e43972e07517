// What a user may do, read from SHOW GRANTS.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::migrate::assess {

class Grants {
 public:
  /// `statements`: what SHOW GRANTS gives. None at all means a server that checks no rights.
  explicit Grants(const std::vector<std::string>& statements);

  /// True when the privilege ("SHOW VIEW") is held for everything in `database` (or in one table, written
  /// "`db`.`table`"); an empty name asks for the whole server.
  [[nodiscard]] bool has(std::string_view privilege, std::string_view database = {}) const;

 private:
  bool unchecked_;
  std::map<std::string, std::set<std::string>> held_;     ///< by database pattern, "" for the server
  std::map<std::string, std::set<std::string>> revoked_;  ///< MySQL's partial revokes
};

}  // namespace slipway::migrate::assess
