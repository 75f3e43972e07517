// SET statements of dumps.
#pragma once

#include "migrate/dumps/filter_rules.hpp"
#include "migrate/dumps/word_rules.hpp"

namespace slipway::migrate {

/// Judges what follows the word SET. Runs when it sets nothing but user variables and those session variables that
/// change how a dump is read; a statement that also sets anything else (GLOBAL, sql_log_bin, passwords) is skipped as a
/// whole.
[[nodiscard]] Verdict judge_set(WordReader words);

}  // namespace slipway::migrate
