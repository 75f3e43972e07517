// Where an upgrade goes from each phase, whatever happens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "services/upgrade/phase_rules.hpp"

namespace slipway::upgrade {
namespace {

using enum Phase;
constexpr std::array<Event, 3> kEvents{Event::succeeded, Event::failed, Event::interrupted};

// The order in which the work of an upgrade that goes well is done, and of one that comes back with its data changed.
const std::vector<Phase> kForward{prepared, closing, copying, installing, migrating, testing, committed, done};
const std::vector<Phase> kBack{setting_aside, putting_back, reinstalling, proving, reopening, returned};

void expect_chain(const std::vector<Phase>& chain) {
  for (std::size_t i = 0; i + 1 < chain.size(); ++i)
    EXPECT_EQ(next_phase(chain[i], Event::succeeded), chain[i + 1]) << to_text(chain[i]);
}

// C9
TEST(UpgradePhase, GoesForwardWhenAllGoesWellAndTheWholeWayBackWhenItDoesNot) {
  expect_chain(kForward);
  expect_chain(kBack);
}

struct Turn {
  Phase from;
  Phase failed;
  Phase interrupted;
};

// C9
TEST(UpgradePhase, ComesBackFromEveryPhaseBeforeTheCommitAndFromNoneAfterIt) {
  const std::vector<Turn> turns{
      {prepared, reopening, closing},
      {closing, reopening, reopening},
      {copying, reopening, reopening},
      {installing, reinstalling, reinstalling},
      {migrating, setting_aside, setting_aside},
      {testing, setting_aside, setting_aside},
      {committed, committed, committed},
      {done, done, done},
      {setting_aside, setting_aside, setting_aside},
      {putting_back, putting_back, putting_back},
      {reinstalling, reinstalling, reinstalling},
      {proving, reopening, proving},
      {reopening, reopening, reopening},
      {returned, returned, returned},
  };
  ASSERT_EQ(turns.size(), kPhases);
  for (const Turn& turn : turns) {
    EXPECT_EQ(next_phase(turn.from, Event::failed), turn.failed) << to_text(turn.from);
    EXPECT_EQ(next_phase(turn.from, Event::interrupted), turn.interrupted) << to_text(turn.from);
  }
}

// What has been done to the machine when a phase is entered, and what each history must leave behind.
struct Machine {
  bool new_programs = false;
  bool changed_data = false;
  bool copy = false;
  bool within_reach = true;
  bool aside = false;

  void work(Phase phase, bool whole) {
    if (phase == closing) within_reach = false;
    if (phase == copying && whole) copy = true;
    if (phase == installing) new_programs = true;
    if (phase == migrating || phase == testing) changed_data = true;
    if (phase == setting_aside && whole) aside = true;
    if (phase == putting_back && whole) {
      EXPECT_TRUE(copy && aside);
      changed_data = false;
      copy = false;
    }
    if (phase == reinstalling && whole) new_programs = false;
    if ((phase == committed || phase == reopening) && whole) {
      copy = false;
      within_reach = true;
    }
  }
};

// C9: one machine serves or is on its way to, never a mixture of both versions within reach.
TEST(UpgradePhase, AnyHistoryEndsWithTheOldVersionAndItsDataOrTheNewOneAndIts) {
  std::mt19937 draw(20261130);
  for (int history = 0; history < 20'000; ++history) {
    Machine machine;
    Phase phase = prepared;
    for (int step = 0; step < 400 && !is_final(phase); ++step) {
      const Event event = kEvents.at(draw() % kEvents.size());
      machine.work(phase, event == Event::succeeded);
      if (phase == installing || phase == migrating || phase == testing) {
        ASSERT_FALSE(machine.within_reach);
      }
      const Phase next = next_phase(phase, event);
      ASSERT_FALSE(goes_back(phase) && !goes_back(next)) << to_text(phase);
      ASSERT_FALSE(phase == committed && next != committed && next != done);
      // An old version that fails its test is opened as well: what it has are its own data and programs.
      if (next == reopening || next == proving) {
        ASSERT_FALSE(machine.changed_data) << to_text(phase);
      }
      phase = next;
    }
    ASSERT_TRUE(is_final(phase)) << to_text(phase);
    ASSERT_TRUE(machine.within_reach);
    ASSERT_EQ(machine.new_programs, phase == done);
    ASSERT_EQ(machine.changed_data, phase == done);
    ASSERT_FALSE(machine.copy);
  }
}

TEST(UpgradePhase, InsistsWhereThereIsNoOtherWay) {
  std::vector<Phase> insisting;
  std::ranges::copy_if(all_phases(), std::back_inserter(insisting), insists);
  EXPECT_THAT(insisting,
              testing::UnorderedElementsAre(committed, setting_aside, putting_back, reinstalling, reopening));
}

TEST(UpgradePhase, NamesAreReadBack) {
  for (const Phase phase : all_phases()) {
    EXPECT_EQ(parse_phase(to_text(phase)), phase);
    EXPECT_FALSE(in_words(phase).empty());
  }
  EXPECT_EQ(parse_phase("halfway"), std::nullopt);
}

}  // namespace
}  // namespace slipway::upgrade
