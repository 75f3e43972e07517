// The platform's own database: made and brought up to date, with one least-privilege user per program.
#pragma once

#include "appliance/base/secret.hpp"
#include "appliance/sql/connection.hpp"

namespace slipway::account {

/// The platform database's name.
inline constexpr std::string_view kPlatformDatabase = "slipway";

struct ProgramUser {
  std::string name;  ///< "slipway_web", "slipway_job"
  Secret password;
  /// Reads everything there is, and the binary log: for the backup agent. It may change no data.
  bool backs_up = false;
  /// Opens and closes the server for writes, directs its replication, ends sessions: for the site agent. It may change
  /// no data but its own tables.
  bool keeps_site = false;
  /// The other site replicates as this user, and reads which site began which epoch where.
  bool replicates = false;
  bool over_tls_only = false;
};

/// Creates database `slipway`, applies the platform schema, creates or updates the programs' users (each may read the
/// account list; nothing else) and sets their passwords. `root` needs all rights. Idempotent; may be killed and
/// repeated.
[[nodiscard]] Status provision_platform(sql::Connection& root, const std::vector<ProgramUser>& programs);

}  // namespace slipway::account
