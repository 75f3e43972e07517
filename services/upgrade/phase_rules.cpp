#include "services/upgrade/phase_rules.hpp"

namespace slipway::upgrade {
namespace {

struct Row {
  Phase phase;
  std::string_view name;
  std::string_view words;
  Phase succeeded;
  Phase failed;
  Phase interrupted;
};

using enum Phase;

/// One row a phase, in the order of the enumeration. Each is done again from its beginning where it is interrupted and
/// stays; what it has to be for that is said where its work is.
constexpr std::array<Row, kPhases> kTable{{
    // Nothing is touched yet, so an order that was only recorded is carried out.
    {prepared, "prepared", "ordered", closing, reopening, closing},
    {closing, "closing", "stopping the programs", copying, reopening, reopening},
    {copying, "copying", "copying the databases", installing, reopening, reopening},
    // The database server has not run since the copy: its data are as they were.
    {installing, "installing", "installing the new packages", migrating, reinstalling, reinstalling},
    {migrating, "migrating", "migrating the databases", testing, setting_aside, setting_aside},
    {testing, "testing", "testing the new version", committed, setting_aside, setting_aside},
    {committed, "committed", "the new version takes over", done, committed, committed},
    {done, "done", "done", done, done, done},
    {setting_aside, "setting_aside", "setting the changed databases aside", putting_back, setting_aside, setting_aside},
    {putting_back, "putting_back", "putting the databases back", reinstalling, putting_back, putting_back},
    {reinstalling, "reinstalling", "installing the old packages", proving, reinstalling, reinstalling},
    // An old version that fails as well serves as far as it can: that is more than nothing, and is reported.
    {proving, "proving", "testing the old version", reopening, reopening, proving},
    {reopening, "reopening", "the old version takes over", returned, reopening, reopening},
    {returned, "returned", "returned to the old version", returned, returned, returned},
}};

const Row& row(Phase phase) { return kTable.at(static_cast<std::size_t>(phase)); }

}  // namespace

std::string_view to_text(Phase phase) { return row(phase).name; }

std::optional<Phase> parse_phase(std::string_view text) {
  for (const Row& one : kTable)
    if (one.name == text) return one.phase;
  return std::nullopt;
}

const std::array<Phase, kPhases>& all_phases() {
  static constexpr std::array<Phase, kPhases> all{prepared,     closing,   copying,   installing,    migrating,
                                                  testing,      committed, done,      setting_aside, putting_back,
                                                  reinstalling, proving,   reopening, returned};
  return all;
}

bool is_final(Phase phase) { return phase == done || phase == returned; }

bool goes_back(Phase phase) { return phase >= setting_aside; }

bool insists(Phase phase) { return !is_final(phase) && row(phase).failed == phase; }

Phase next_phase(Phase phase, Event event) {
  switch (event) {
    case Event::succeeded:
      return row(phase).succeeded;
    case Event::failed:
      return row(phase).failed;
    case Event::interrupted:
      break;
  }
  return row(phase).interrupted;
}

std::string_view in_words(Phase phase) { return row(phase).words; }

}  // namespace slipway::upgrade
