// The facts of an appliance on which nothing is wrong, for tests of the doctor's checks.
#pragma once

#include "services/doctor/facts.hpp"

namespace slipway::test {

/// Every fact is known, and no check has anything to say of it.
[[nodiscard]] doctor::Facts healthy_facts();

}  // namespace slipway::test
