// Asking the questions of the console menu: forth and back, with the rules, to a summary that is confirmed.
#include <algorithm>

#include "appliance/firstboot/check.hpp"
#include "services/firstboot/console_question.hpp"

namespace slipway::firstboot {
namespace {

bool is_secret(Kind kind) { return kind == Kind::secret || kind == Kind::secret_paste; }

/// What may be shown of an answer.
std::string shown(const Question& question, const Answers& answers, Language language) {
  const std::string value = question.get(answers);
  if (value.empty()) return Said{"(none)", "(aucun)"}.in(language);
  if (is_secret(question.kind) || question.kind == Kind::paste) return Said{"(given)", "(donné)"}.in(language);
  return value;
}

enum class Move { next, back, interrupted, end };

class Interview {
 public:
  Interview(Terminal& terminal, Language language, Answers& answers)
      : terminal_(terminal), language_(language), answers_(answers) {}

  Asked run() {
    std::size_t at = 0;
    while (true) {
      Move step = at < questions_.size() ? (questions_[at].asked(answers_) ? ask(questions_[at]) : skip_) : summary(at);
      if (step == Move::interrupted) return Asked::interrupted;
      if (step == Move::end) return Asked::end;
      if (confirmed_) return Asked::confirmed;
      if (at >= questions_.size()) continue;  // summary() has said where to go on
      skip_ = step;
      if (step == Move::next) ++at;
      if (step == Move::back && at > 0) --at;
      // Nothing is in front of the first question.
      if (step == Move::back && at == 0) skip_ = Move::next;
      if (single_ && step == Move::next) at = questions_.size();
    }
  }

 private:
  [[nodiscard]] const char* words(const Said& said) const { return said.in(language_); }

  Move ask(const Question& question) {
    terminal_.line();
    terminal_.say(words(question.text));
    terminal_.say(words(question.help), 2);
    while (true) {
      std::string value;
      bool kept = false;
      const Move step = read(question, value, kept);
      if (step != Move::next) return step;
      Answers trial = answers_;
      if (!kept) question.set(trial, value);
      if (accept(question, trial)) return Move::next;
    }
  }

  /// The faults of this one answer are said; an answer without one is taken.
  bool accept(const Question& question, const Answers& trial) {
    bool good = true;
    for (const Fault& fault : check_answers(trial)) {
      if (fault.key != question.key) continue;
      // Of a key that is pasted before its chain, the chain's question tells.
      if (fault.key == "certificate.key" && trial.certificate.chain.empty() && fault.wrong != Wrong::key_missing)
        continue;
      const Words said = describe(fault, language_);
      terminal_.say(std::string("! ").append(said.what), 2);
      terminal_.say(said.way_out, 4);
      good = false;
    }
    if (question.kind == Kind::paste && std::string_view(question.key) == "certificate.chain")
      for (const Fault& fault : check_answers(trial))
        if (fault.key == "certificate.key") terminal_.say(std::string("! ").append(describe(fault, language_).what), 2);
    if (good) answers_ = trial;
    return good;
  }

  Move read(const Question& question, std::string& value, bool& kept) {
    if (question.kind == Kind::paste || question.kind == Kind::secret_paste || question.kind == Kind::keys)
      return read_lines(question, value, kept);
    std::string prompt = "[" + shown(question, answers_, language_) + "] > ";
    if (question.kind == Kind::choice) {
      for (std::size_t i = 0; i < question.choices.size(); ++i)
        terminal_.say(std::to_string(i + 1) + ") " + question.choices[i], 2);
    }
    const auto typed = terminal_.ask(prompt, question.kind != Kind::secret);
    if (const Move step = meaning(typed); step != Move::next) return step;
    kept = typed.text.empty();
    value = typed.text == "-" ? "" : typed.text;
    if (question.kind == Kind::choice && !kept) value = chosen(question, value);
    if (question.kind != Kind::secret || value.empty() || kept || std::string_view(question.key) == "backup.key")
      return Move::next;
    const auto again = terminal_.ask(words({"once more > ", "encore une fois > "}), false);
    if (const Move step = meaning(again); step != Move::next) return step;
    if (again.text == value) return Move::next;
    terminal_.say(words({"! the two differ", "! les deux diffèrent"}), 2);
    return read(question, value, kept);
  }

  static std::string chosen(const Question& question, const std::string& typed) {
    const std::size_t number =
        typed.size() == 1 && typed[0] >= '1' ? static_cast<std::size_t>(typed[0] - '1') : question.choices.size();
    return number < question.choices.size() ? question.choices[number] : typed;
  }

  Move read_lines(const Question& question, std::string& value, bool& kept) {
    const bool keys = question.kind == Kind::keys;
    terminal_.say("[" + shown(question, answers_, language_) + "]");
    for (bool first = true;; first = false) {
      const auto typed = terminal_.ask("> ", question.kind != Kind::secret_paste);
      if (typed.kind != Terminal::Answer::line) return meaning(typed);
      if (first && typed.text == "<") return Move::back;
      if (first && typed.text.empty()) {
        kept = true;
        return Move::next;
      }
      if (typed.text == "." || (keys && typed.text.empty())) return Move::next;
      if (first && typed.text == "-") return Move::next;
      value.append(typed.text).append("\n");
    }
  }

  static Move meaning(const Terminal::Typed& typed) {
    if (typed.kind == Terminal::Answer::interrupted) return Move::interrupted;
    if (typed.kind == Terminal::Answer::end) return Move::end;
    return typed.text == "<" ? Move::back : Move::next;
  }

  Move summary(std::size_t& at) {
    terminal_.clear();
    terminal_.say(words({"Summary", "Résumé"}));
    std::vector<std::size_t> listed;
    for (std::size_t i = 0; i < questions_.size(); ++i) {
      if (!questions_[i].asked(answers_)) continue;
      listed.push_back(i);
      std::string line = std::to_string(listed.size());
      line.insert(0, line.size() < 2 ? " " : "")
          .append(") ")
          .append(words(questions_[i].text))
          .append(": ")
          .append(shown(questions_[i], answers_, language_));
      terminal_.say(line, 1);
    }
    const auto faults = check_answers(answers_);
    for (const Fault& fault : faults) terminal_.say("! " + fault.key + ": " + describe(fault, language_).what, 1);
    const std::string word = words({"yes", "oui"});
    terminal_.say(words({"Type 'yes' to carry this out, or the number of an answer to change it.",
                         "Tapez « oui » pour exécuter, ou le numéro d'une réponse pour la changer."}));
    const auto typed = terminal_.ask("> ");
    const Move step = meaning(typed);
    if (step == Move::interrupted || step == Move::end) return step;
    confirmed_ = typed.text == word && faults.empty();
    single_ = false;
    if (step == Move::back && !listed.empty()) at = listed.back();
    std::size_t number = 0;
    for (const char letter : typed.text)
      number =
          letter >= '0' && letter <= '9' && number < 1000 ? number * 10 + static_cast<std::size_t>(letter - '0') : 1000;
    if (number >= 1 && number <= listed.size()) {
      at = listed[number - 1];
      // An answer that opens further questions leads through them.
      single_ = std::string_view(questions_[at].key) != "start.from" &&
                std::string_view(questions_[at].key) != "certificate.kind" && questions_[at].kind != Kind::list;
    }
    skip_ = Move::next;
    return Move::next;
  }

  Terminal& terminal_;
  Language language_;
  Answers& answers_;
  std::vector<Question> questions_ = all_questions();
  Move skip_ = Move::next;  ///< which way a question that is not asked is passed
  bool single_ = false;
  bool confirmed_ = false;
};

}  // namespace

Asked ask_answers(Terminal& terminal, Language language, Answers& answers) {
  return Interview(terminal, language, answers).run();
}

}  // namespace slipway::firstboot
