// One question of the console menu, and all of them. Inside this folder only.
#pragma once

#include <string>
#include <vector>

#include "services/firstboot/console.hpp"

namespace slipway::firstboot {

enum class Kind { text, list, keys, choice, secret, paste, secret_paste };

struct Question {
  const char* key;  ///< of the answers file: its faults are shown here
  Kind kind;
  Said text;
  Said help;
  bool (*asked)(const Answers&);
  std::string (*get)(const Answers&);
  void (*set)(Answers&, const std::string&);
  std::vector<const char*> choices = {};
};

/// In the order in which they are asked.
[[nodiscard]] std::vector<Question> all_questions();

}  // namespace slipway::firstboot
