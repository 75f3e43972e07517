// Sequences: made before the tables whose defaults draw from them, brought to their values after all rows.
#pragma once

#include <set>

#include "migrate/engine/objects.hpp"

namespace slipway::migrate {

/// Creates the sequences that are not there yet. What the target refuses is a problem in `report`.
[[nodiscard]] Status create_sequences(sql::Connection& source, sql::Connection& target, const Catalog& catalog,
                                      const std::set<std::string>& skip, ObjectsReport& report);

/// Lets every sequence go on where the source's would after a restart: numbers that the source holds in its cache are
/// left out.
[[nodiscard]] Status finish_sequences(sql::Connection& source, sql::Connection& target, const Catalog& catalog,
                                      const std::set<std::string>& skip, ObjectsReport& report);

/// "CREATE SEQUENCE …" as a server shows it, for the target: of InnoDB, unless it is there. What changed is added to
/// `changes`. Pure.
[[nodiscard]] std::string port_sequence(std::string_view text, std::vector<std::string>& changes);

}  // namespace slipway::migrate
