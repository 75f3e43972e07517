// For each of the doctor's checks, facts that turn it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "services/doctor/check_rules.hpp"

namespace slipway::test {

struct DoctorTurn {
  std::string id;
  doctor::Verdict verdict;  ///< what the check says then
  std::function<void(doctor::Facts&)> change;
};

[[nodiscard]] const std::vector<DoctorTurn>& doctor_turns();
/// The part of them that is about database, programs, backups and monitoring.
[[nodiscard]] std::vector<DoctorTurn> doctor_service_turns();

}  // namespace slipway::test
