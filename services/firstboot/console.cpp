#include "services/firstboot/console.hpp"

#include <unistd.h>

#include "appliance/base/file.hpp"
#include "services/firstboot/keyboard.hpp"
#include "services/firstboot/machine.hpp"

namespace slipway::firstboot {
namespace {

constexpr std::chrono::seconds kLook{1};
constexpr std::chrono::seconds kRefresh{30};
// At a boot, answers wait for the platform's settings; an upgrade does not end by itself so soon.
constexpr std::chrono::seconds kPatience{180};
constexpr std::chrono::seconds kHeldPatience{5};
// While it is there, slipway-first-boot.service does not start (slipway upgrade).
constexpr const char* kUpgradeHold = "/var/lib/slipway/upgrade/hold";

class Console {
 public:
  Console(const Places& places, std::optional<Language> language)
      : places_(places), language_(language), terminal_([this] { return phase() != started_in_; }) {}

  /// Returns when the terminal is gone.
  Status run() {
    while (!gone_) {
      started_in_ = phase();
      if (started_in_ == Phase::done) {
        show_machine();
      } else if (started_in_ == Phase::running || started_in_ == Phase::pending) {
        SLIPWAY_CHECK(follow());
      } else {
        SLIPWAY_CHECK(interview());
      }
    }
    return {};
  }

 private:
  [[nodiscard]] Phase phase() const {
    const auto progress = read_progress(places_);
    return progress ? progress->phase : Phase::failed;
  }
  [[nodiscard]] Language language() const { return language_.value_or(Language::english); }
  [[nodiscard]] const char* words(const Said& said) const { return said.in(language()); }

  void greet() {
    terminal_.clear();
    terminal_.say("Slipway");
    terminal_.say("=======");
    for (const std::string& address : own_addresses()) {
      const bool v6 = address.find(':') != std::string::npos;
      terminal_.say(words({"In a browser: ", "Dans un navigateur : "}) + std::string("https://") +
                    (v6 ? "[" + address + "]" : address) + "/");
    }
    if (own_addresses().empty())
      terminal_.say(words({"This machine has no address yet: give it a fixed one here.",
                           "Cette machine n'a pas encore d'adresse : donnez-lui-en une ici."}));
    if (const auto code = one_time_code(places_))
      terminal_.say(words({"One-time code for it: ", "Code à usage unique : "}) + code->reveal());
    terminal_.line();
  }

  bool choose_language() {
    if (language_) return true;
    terminal_.say("1) English   2) Francais");
    const bool french = suggested_ == Language::french;
    const auto typed = terminal_.ask(french ? "[2] > " : "[1] > ");
    if (typed.kind != Terminal::Answer::line) {
      gone_ = typed.kind == Terminal::Answer::end;
      return false;
    }
    const bool other = typed.text == "2" || typed.text == "fr" || (french && typed.text.empty());
    language_ = other ? Language::french : Language::english;
    return true;
  }

  /// Before anything else is typed; a screen's keyboard is an American one until somebody says otherwise.
  bool choose_keyboard() {
    const auto keyboards = keyboards_to_choose_from();
    if (keyboard_chosen_ || keyboards.size() < 2) return true;
    std::string line = "Keyboard / Clavier:";
    for (std::size_t i = 0; i < keyboards.size(); ++i)
      line.append("  ").append(std::to_string(i + 1)).append(") ").append(keyboards[i]);
    terminal_.say(line);
    const auto typed = terminal_.ask("[1] > ");
    gone_ = typed.kind == Terminal::Answer::end;
    if (typed.kind != Terminal::Answer::line) return false;
    keyboard_chosen_ = true;
    const std::string& chosen = keyboards[chosen_keyboard(keyboards, typed.text)];
    if (const Status loaded = load_keyboard(chosen); !loaded) {
      // Read before the screen is cleared.
      terminal_.say(to_text(loaded.error()));
      if (terminal_.ask("> ").kind != Terminal::Answer::line) return false;
    }
    if (chosen == "fr" && !language_) suggested_ = Language::french;
    return true;
  }

  Status interview() {
    greet();
    if (!choose_keyboard()) return {};
    if (!choose_language()) return {};
    if (const auto progress = read_progress(places_); progress && progress->failure) {
      terminal_.say(words({"The last attempt stopped:", "La dernière tentative s'est arrêtée :"}));
      terminal_.say(progress->failure->message, 2);
      if (!progress->failure->hint.empty()) terminal_.say(progress->failure->hint, 2);
      terminal_.line();
    }
    terminal_.say(words({"Empty keeps what stands in brackets, - empties it, < goes back.",
                         "Vide garde ce qui est entre crochets, - l'efface, < revient en arrière."}));
    Answers answers;
    // Of a failed attempt: what was said need not be said again.
    if (auto before = read_answers(places_.answers)) answers = *std::move(before);
    const Asked asked = ask_answers(terminal_, language(), answers);
    gone_ = asked == Asked::end;
    if (asked != Asked::confirmed) return {};
    SLIPWAY_CHECK(replace_file(places_.answers, render_answers(answers).reveal(), 0600));
    return start();
  }

  /// The unit of the path has seen the new answers; where it does not run, this starts them.
  Status start() {
    const Machine machine;
    const Status started = machine.tell({"systemctl", "--no-block", "start", "slipway-first-boot.service"},
                                        "run: slipway first-boot apply");
    if (!started) terminal_.say(to_text(started.error()));
    terminal_.say(words({"The answers are carried out now.", "Les réponses sont maintenant exécutées."}));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (phase() != Phase::running && phase() != Phase::done && std::chrono::steady_clock::now() < deadline)
      terminal_.wait(kLook);
    return follow();
  }

  /// Until the answers are carried out, or have stopped. A person who sees that they wait may give others.
  Status follow() {
    std::optional<Step> shown;
    std::string note;
    auto waits_since = std::chrono::steady_clock::now();
    for (Phase now = phase(); now == Phase::running || now == Phase::pending; now = phase()) {
      if (now == Phase::running) waits_since = std::chrono::steady_clock::now();
      const bool held = is_held_by_upgrade();
      if (std::chrono::steady_clock::now() - waits_since > (held ? kHeldPatience : kPatience)) {
        if (wants_to_answer(held)) return interview();
        if (gone_) return {};
        waits_since = std::chrono::steady_clock::now();
        continue;
      }
      if (const auto progress = read_progress(places_); progress && progress->current) {
        if (progress->current != shown)
          terminal_.say(std::to_string(static_cast<std::size_t>(*progress->current) + 1) + "/" +
                        std::to_string(kSteps) + " " + std::string(title(*progress->current, language())));
        if (progress->note != note && !progress->note.empty()) terminal_.say(progress->note, 4);
        shown = progress->current;
        note = progress->note;
      }
      terminal_.wait(kLook);
    }
    return {};
  }

  static bool is_held_by_upgrade() {
    std::error_code ignored;
    return std::filesystem::exists(kUpgradeHold, ignored);
  }

  /// Says why nothing happens, and waits for a person or for the first boot to go on.
  bool wants_to_answer(bool held) {
    started_in_ = Phase::pending;
    terminal_.line();
    terminal_.say(
        held ? words({"The answers wait: an upgrade is under way ('slipway upgrade status'), and they are carried out "
                      "when it is over.",
                      "Les réponses attendent : une mise à niveau est en cours (« slipway upgrade status ») ; elles "
                      "seront exécutées ensuite."})
             : words({"The answers wait, and nothing carries them out: systemctl status slipway-first-boot says why.",
                      "Les réponses attendent et rien ne les exécute : systemctl status slipway-first-boot dit "
                      "pourquoi."}));
    terminal_.say(words({"Enter asks the questions again.", "Entrée repose les questions."}));
    const auto typed = terminal_.ask("> ");
    gone_ = typed.kind == Terminal::Answer::end;
    return typed.kind == Terminal::Answer::line;
  }

  void show_machine() {
    terminal_.clear();
    terminal_.say(status_screen(language()));
    const auto typed = terminal_.wait(kRefresh) ? terminal_.ask("") : Terminal::Typed{Terminal::Answer::line, ""};
    if (typed.text == "fr") language_ = Language::french;
    if (typed.text == "en") language_ = Language::english;
    gone_ = typed.kind == Terminal::Answer::end;
  }

  const Places& places_;
  std::optional<Language> language_;
  Phase started_in_ = Phase::waiting;
  Terminal terminal_;
  Language suggested_ = Language::english;
  bool keyboard_chosen_ = false;
  bool gone_ = false;
};

}  // namespace

Status console(const Places& places, const command::Context&, std::optional<Language> language) {
  if (::geteuid() != 0)
    return Error{Code::permission, "console: writes the answers of a whole machine", "run it as root"};
  std::error_code failure;
  std::filesystem::create_directories(places.code.parent_path(), failure);
  return Console(places, language).run();
}

}  // namespace slipway::firstboot
