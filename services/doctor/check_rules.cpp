#include "services/doctor/check_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace slipway::doctor {

std::string_view to_text(Verdict verdict) {
  static constexpr std::array<std::string_view, kVerdicts> names{"failure", "warning", "unknown",
                                                                 "note",    "ok",      "not_applicable"};
  return names.at(static_cast<std::size_t>(verdict));
}

Outcome ok(std::string reason) { return {Verdict::ok, std::move(reason)}; }
Outcome note(std::string reason, std::string way_out) { return {Verdict::note, std::move(reason), std::move(way_out)}; }
Outcome warning(std::string reason, std::string way_out) {
  return {Verdict::warning, std::move(reason), std::move(way_out)};
}
Outcome failure(std::string reason, std::string way_out) {
  return {Verdict::failure, std::move(reason), std::move(way_out)};
}
Outcome not_applicable(std::string reason) { return {Verdict::not_applicable, std::move(reason)}; }

Outcome no_answer(const Facts& facts, const Unknown& unknown, std::string way_out) {
  if (facts.place.root || facts.place.embedded) return failure(unknown.reason, std::move(way_out));
  return {Verdict::unknown, unknown.reason, unknown.way_out};
}

Outcome none_of(const Fact<Names>& fact, std::string_view none, Verdict otherwise, std::string_view what,
                std::string_view way_out) {
  return about(fact, [&](const Names& names) -> Outcome {
    if (names.empty()) return ok(std::string(none));
    return {otherwise, std::string(what) + ": " + join(names), std::string(way_out)};
  });
}

namespace {

constexpr std::array<std::string_view, 12> kAreaNames{"system",  "files",      "packages", "network",
                                                      "tls",     "ssh",        "database", "programs",
                                                      "backups", "monitoring", "security", "identity"};

constexpr std::array<Area, 12> kAreas{Area::system,  Area::files,      Area::packages, Area::network,
                                      Area::tls,     Area::ssh,        Area::database, Area::programs,
                                      Area::backups, Area::monitoring, Area::security, Area::identity};

Outcome look(const Check& check, const Facts& facts) {
  try {
    return check.look(facts);
  } catch (const std::exception& fault) {
    return {Verdict::unknown, std::string("the check itself failed: ") + fault.what(),
            "report it with the output of 'slipway support-bundle'"};
  }
}

}  // namespace

std::string_view to_text(Area area) { return kAreaNames.at(static_cast<std::size_t>(area)); }
std::span<const Area> all_areas() { return kAreas; }

const Checks& all_checks() {
  static const Checks table = [] {
    Checks all;
    for (const auto part : {system_checks, disk_checks, file_checks, package_checks, network_checks, tls_checks,
                            ssh_checks, database_setting_checks, database_state_checks, program_checks, backup_checks,
                            monitoring_checks, security_checks, identity_checks})
      std::ranges::move(part(), std::back_inserter(all));
    return all;
  }();
  return table;
}

std::vector<Finding> examine(const Facts& facts, std::span<const Area> areas) {
  std::vector<Finding> findings;
  for (const Check& check : all_checks())
    if (areas.empty() || std::ranges::find(areas, check.area) != areas.end())
      findings.push_back({&check, look(check, facts)});
  return findings;
}

std::string join(const Names& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
  return text;
}

std::string size_text(std::uint64_t bytes) {
  static constexpr std::array<const char*, 5> units{"bytes", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024.0 && unit + 1 < units.size(); ++unit) value /= 1024.0;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units.at(unit));
  return text.data();
}

std::string percent_text(double part) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), part < 1.0 && part > 0.0 ? "%.2f %%" : "%.0f %%", part);
  return text.data();
}

std::string span_text(std::chrono::seconds span) {
  std::string text = span.count() < 0 ? "-" : "";
  const auto seconds = std::abs(span.count());
  if (seconds < 120) return text.append(std::to_string(seconds)).append(" s");
  if (seconds < 7200) return text.append(std::to_string(seconds / 60)).append(" min");
  if (seconds < 2 * 86'400) return text.append(std::to_string(seconds / 3600)).append(" h");
  return text.append(std::to_string(seconds / 86'400)).append(" d");
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

}  // namespace slipway::doctor
