// A plain terminal: lines of at most 79 columns, ASCII alone, no cursor movement. It is a serial line as well as a
// screen. Inside this folder only.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"
#include "appliance/base/secret.hpp"

namespace slipway::firstboot {

/// Letters with accents and signs beyond ASCII as those that every terminal has.
[[nodiscard]] std::string to_ascii(std::string_view text);

/// Standard input and output. Not thread-safe.
class Terminal {
 public:
  /// Asked every second while a person is waited for; true: stop waiting.
  using Interrupted = std::function<bool()>;
  explicit Terminal(Interrupted interrupted) : interrupted_(std::move(interrupted)) {}

  /// A paragraph, wrapped; `indent` blanks in front of each line.
  void say(std::string_view text, std::size_t indent = 0) const;
  void line() const { say(""); }
  /// Clears a screen that can do so; a serial log gets a rule.
  void clear() const;

  enum class Answer { line, interrupted, end };
  struct Typed {
    Answer kind = Answer::end;
    std::string text = {};
  };
  /// What a person types behind the prompt; without `echo` it is not shown.
  [[nodiscard]] Typed ask(std::string_view prompt, bool echo = true);
  /// Waits for a typed line, at most so long; true: one came.
  bool wait(std::chrono::milliseconds limit);

 private:
  [[nodiscard]] Typed read_line();
  Interrupted interrupted_;
  std::string pending_;
  bool ended_ = false;
};

}  // namespace slipway::firstboot
