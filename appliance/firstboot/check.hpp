// Checking answers on this machine: with its time zones, its certificate authorities and its clock.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "appliance/firstboot/answers.hpp"
#include "appliance/firstboot/answers_rules.hpp"

namespace slipway::firstboot {

inline constexpr const char* kZoneInfo = "/usr/share/zoneinfo";

/// What is known of this machine.
[[nodiscard]] Surroundings this_machine(Timestamp now, std::filesystem::path zone_info = kZoneInfo);

/// All faults, in the order of the file's keys; empty: the answers can be carried out. Thread-safe.
[[nodiscard]] std::vector<Fault> check_answers(const Answers& answers);

/// The names of all time zones, sorted; empty when there is no list on this machine.
[[nodiscard]] std::vector<std::string> time_zones(const std::filesystem::path& zone_info = kZoneInfo);

/// The faults as one error (invalid_argument), a line each: "KEY: what is wrong (what to do)". Nothing when there is
/// none.
[[nodiscard]] Status to_status(const std::vector<Fault>& faults, Language language = Language::english);

}  // namespace slipway::firstboot
