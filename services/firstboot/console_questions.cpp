// The questions of the console menu.
#include <algorithm>

#include "appliance/firstboot/check.hpp"
#include "services/firstboot/console.hpp"

namespace slipway::firstboot {
namespace {

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

bool always(const Answers&) { return true; }
bool own_certificate(const Answers& a) { return a.certificate.kind == "own"; }
bool fixed(const Answers& a) { return !a.network.address.empty(); }
bool needs_credentials(const std::string& address) { return !address.empty() && !address.starts_with("file://"); }
bool any_sftp(const Answers& a) {
  return a.backup.even.starts_with("sftp://") || a.backup.odd.starts_with("sftp://") ||
         a.start.repository.starts_with("sftp://");
}

std::string joined(const Texts& texts) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : ", ").append(text);
  return out;
}

Texts split(const std::string& text, std::string_view separators) {
  Texts parts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    std::string part = text.substr(begin, end - begin);
    part.erase(0, std::min(part.find_first_not_of(' '), part.size()));
    while (!part.empty() && part.back() == ' ') part.pop_back();
    if (!part.empty()) parts.push_back(std::move(part));
    begin = end + 1;
  }
  return parts;
}

constexpr std::string_view kBlanks = ", ;";

std::vector<Question> machine_questions() {
  return {
      {"hostname",
       Kind::text,
       {"Full name of this machine", "Nom complet de cette machine"},
       {"Such as desk.example.org. Empty: it keeps the name that it has.",
        "Par exemple desk.example.org. Vide : elle garde son nom."},
       always,
       [](const Answers& a) { return a.hostname; },
       [](Answers& a, const std::string& t) { a.hostname = t; }},
      {"timezone",
       Kind::text,
       {"Time zone", "Fuseau horaire"},
       {"Such as Europe/Paris.", "Par exemple Europe/Paris."},
       always,
       [](const Answers& a) { return a.timezone; },
       [](Answers& a, const std::string& t) { a.timezone = t.empty() ? "Etc/UTC" : t; }},
      {"network.address",
       Kind::list,
       {"Fixed addresses", "Adresses fixes"},
       {"With prefix length, such as 192.0.2.10/24; several with commas. Empty: DHCP.",
        "Avec longueur de préfixe, par exemple 192.0.2.10/24 ; plusieurs avec des virgules. Vide : DHCP."},
       always,
       [](const Answers& a) { return joined(a.network.address); },
       [](Answers& a, const std::string& t) {
         a.network.address = split(t, kBlanks);
         if (t.empty()) a.network.gateway.clear();
       }},
      {"network.gateway",
       Kind::list,
       {"Router", "Passerelle"},
       {"Address of the router, such as 192.0.2.1.", "Adresse du routeur, par exemple 192.0.2.1."},
       fixed,
       [](const Answers& a) { return joined(a.network.gateway); },
       [](Answers& a, const std::string& t) { a.network.gateway = split(t, kBlanks); }},
      {"network.dns",
       Kind::list,
       {"Name servers", "Serveurs de noms"},
       {"Addresses, with commas. Empty: those that DHCP names.",
        "Adresses, avec des virgules. Vide : ceux que donne DHCP."},
       always,
       [](const Answers& a) { return joined(a.network.dns); },
       [](Answers& a, const std::string& t) { a.network.dns = split(t, kBlanks); }},
      {"management.networks",
       Kind::list,
       {"Networks that may use SSH", "Réseaux autorisés en SSH"},
       {"Such as 192.0.2.0/28, with commas. Empty: nobody.",
        "Par exemple 192.0.2.0/28, avec des virgules. Vide : personne."},
       always,
       [](const Answers& a) { return joined(a.management.networks); },
       [](Answers& a, const std::string& t) { a.management.networks = split(t, kBlanks); }},
      {"management.public_keys",
       Kind::keys,
       {"SSH public keys of the operators", "Clés publiques SSH des exploitants"},
       {"One line of a .pub file each; they sign in as user 'admin'. Ends with an empty line.",
        "Une ligne de fichier .pub chacune ; connexion comme utilisateur « admin ». Finit par une ligne vide."},
       always,
       [](const Answers& a) {
         return a.management.public_keys.empty() ? "" : std::to_string(a.management.public_keys.size());
       },
       [](Answers& a, const std::string& t) { a.management.public_keys = split(t, "\n"); }},
  };
}

std::vector<Question> desk_questions() {
  return {
      {"administrator.email",
       Kind::text,
       {"Administrator's mail address", "Adresse de courriel de l'administrateur"},
       {"Of the first administrator, whose login is 'admin'. May be empty.",
        "Du premier administrateur, dont l'identifiant est « admin ». Peut rester vide."},
       always,
       [](const Answers& a) { return a.administrator.email; },
       [](Answers& a, const std::string& t) { a.administrator.email = t; }},
      {"administrator.password",
       Kind::secret,
       {"Administrator's password", "Mot de passe de l'administrateur"},
       {"At least 12 characters; it is not shown. Empty: one is made, for root to read in "
        "/etc/slipway/secrets/admin_production.",
        "12 caractères au moins ; il ne s'affiche pas. Vide : il en est fait un, que root lit dans "
        "/etc/slipway/secrets/admin_production."},
       always,
       [](const Answers& a) { return a.administrator.password.reveal(); },
       [](Answers& a, const std::string& t) { a.administrator.password = Secret(t); }},
      {"certificate.kind",
       Kind::choice,
       {"Certificate", "Certificat"},
       {"self-made: browsers ask once. own: from your authority, pasted here.",
        "self-made : les navigateurs demandent une fois. own : de votre autorité, à coller ici."},
       always,
       [](const Answers& a) { return a.certificate.kind; },
       [](Answers& a, const std::string& t) {
         a.certificate.kind = t;
         if (t != "own") {
           a.certificate.chain.clear();
           a.certificate.key = Secret();
         }
       },
       {"self-made", "own"}},
      {"certificate.contract_end",
       Kind::text,
       {"End of the contract", "Fin du contrat"},
       {"The certificate must last as long; such as 2027-12-31. Empty: 30 days.",
        "Le certificat doit durer jusque-là ; par exemple 2027-12-31. Vide : 30 jours."},
       own_certificate,
       [](const Answers& a) { return a.certificate.contract_end; },
       [](Answers& a, const std::string& t) { a.certificate.contract_end = t; }},
      {"certificate.key",
       Kind::secret_paste,
       {"Private key", "Clé privée"},
       {"PEM, without a password; it is not shown. Ends with a line that has one point.",
        "PEM, sans mot de passe ; elle ne s'affiche pas. Finit par une ligne d'un seul point."},
       own_certificate,
       [](const Answers& a) { return a.certificate.key.reveal(); },
       [](Answers& a, const std::string& t) { a.certificate.key = Secret(t); }},
      {"certificate.chain",
       Kind::paste,
       {"Certificate and its chain", "Certificat et sa chaîne"},
       {"PEM, the machine's own first. Ends with a line that has one point.",
        "PEM, celui de la machine d'abord. Finit par une ligne d'un seul point."},
       own_certificate,
       [](const Answers& a) { return a.certificate.chain; },
       [](Answers& a, const std::string& t) { a.certificate.chain = t; }},
      {"site.role",
       Kind::choice,
       {"Role of this site", "Rôle de ce site"},
       {"single: the only one. primary, secondary: of two sites.",
        "single : le seul. primary, secondary : de deux sites."},
       always,
       [](const Answers& a) { return a.site.role; },
       [](Answers& a, const std::string& t) { a.site.role = t; },
       {"single", "primary", "secondary"}},
  };
}

std::vector<Question> backup_questions() {
  return {
      {"backup.even",
       Kind::text,
       {"First backup repository", "Premier dépôt de sauvegarde"},
       {"sftp://USER@HOST/DIR, s3://BUCKET, ftps://USER@HOST/DIR or file:///DIR. Empty: none yet.",
        "sftp://UTILISATEUR@HOTE/REP, s3://SEAU, ftps://UTILISATEUR@HOTE/REP ou file:///REP. Vide : pas encore."},
       always,
       [](const Answers& a) { return a.backup.even; },
       [](Answers& a, const std::string& t) {
         a.backup.even = t;
         if (!needs_credentials(t)) a.backup.even_credentials = Secret();
       }},
      {"backup.even_credentials",
       Kind::secret_paste,
       {"What opens it", "Ce qui l'ouvre"},
       {"sftp: the private key; s3: access and secret key on two lines; ftps: the password. Not shown; ends with a "
        "line that has one point.",
        "sftp : la clé privée ; s3 : clé d'accès et clé secrète sur deux lignes ; ftps : le mot de passe. Ne s'affiche "
        "pas ; finit par une ligne d'un seul point."},
       [](const Answers& a) { return needs_credentials(a.backup.even); },
       [](const Answers& a) { return a.backup.even_credentials.reveal(); },
       [](Answers& a, const std::string& t) { a.backup.even_credentials = Secret(t); }},
      {"backup.odd",
       Kind::text,
       {"Second backup repository", "Second dépôt de sauvegarde"},
       {"Best in another place. Empty: none yet.", "De préférence ailleurs. Vide : pas encore."},
       [](const Answers& a) { return !a.backup.even.empty(); },
       [](const Answers& a) { return a.backup.odd; },
       [](Answers& a, const std::string& t) {
         a.backup.odd = t;
         if (!needs_credentials(t)) a.backup.odd_credentials = Secret();
       }},
      {"backup.odd_credentials",
       Kind::secret_paste,
       {"What opens it", "Ce qui l'ouvre"},
       {"As for the first. Ends with a line that has one point.",
        "Comme pour le premier. Finit par une ligne d'un seul point."},
       [](const Answers& a) { return needs_credentials(a.backup.odd); },
       [](const Answers& a) { return a.backup.odd_credentials.reveal(); },
       [](Answers& a, const std::string& t) { a.backup.odd_credentials = Secret(t); }},
      {"start.from",
       Kind::choice,
       {"Begin with", "Commencer avec"},
       {"new: an empty desk. repository: restore from a backup repository. server: migrate from another service desk.",
        "new : un service vide. repository : restaurer depuis un dépôt. server : migrer depuis un autre logiciel."},
       always,
       [](const Answers& a) { return a.start.from; },
       [](Answers& a, const std::string& t) {
         a.start = {};
         a.start.from = t;
         if (t != "repository") a.backup.key = Secret();
       },
       {"new", "repository", "server"}},
      {"start.repository",
       Kind::text,
       {"Repository to restore from", "Dépôt d'où restaurer"},
       {"Empty: the ones above.", "Vide : ceux d'au-dessus."},
       [](const Answers& a) { return a.start.from == "repository"; },
       [](const Answers& a) { return a.start.repository; },
       [](Answers& a, const std::string& t) { a.start.repository = t; }},
      {"start.repository_credentials",
       Kind::secret_paste,
       {"What opens it", "Ce qui l'ouvre"},
       {"As for the first. Ends with a line that has one point.",
        "Comme pour le premier. Finit par une ligne d'un seul point."},
       [](const Answers& a) { return a.start.from == "repository" && needs_credentials(a.start.repository); },
       [](const Answers& a) { return a.start.repository_credentials.reveal(); },
       [](Answers& a, const std::string& t) { a.start.repository_credentials = Secret(t); }},
      {"backup.key",
       Kind::secret,
       {"Recovery key of the repository", "Clé de secours du dépôt"},
       {"The printed groups, on one line.", "Les groupes imprimés, sur une ligne."},
       [](const Answers& a) { return a.start.from == "repository"; },
       [](const Answers& a) { return a.backup.key.reveal(); },
       [](Answers& a, const std::string& t) { a.backup.key = Secret(t); }},
      {"backup.known_hosts",
       Kind::paste,
       {"Host keys of the sftp hosts", "Clés des hôtes sftp"},
       {"What ssh-keyscan HOST prints. Ends with a line that has one point.",
        "Ce qu'affiche ssh-keyscan HOTE. Finit par une ligne d'un seul point."},
       any_sftp,
       [](const Answers& a) { return a.backup.known_hosts; },
       [](Answers& a, const std::string& t) { a.backup.known_hosts = t; }},
      {"start.server",
       Kind::text,
       {"Database to migrate from", "Base à migrer"},
       {"Such as mysql://reader@old-server.example.org:3306/rt5.",
        "Par exemple mysql://lecteur@ancien.example.org:3306/rt5."},
       [](const Answers& a) { return a.start.from == "server"; },
       [](const Answers& a) { return a.start.server; },
       [](Answers& a, const std::string& t) { a.start.server = t; }},
      {"start.server_password",
       Kind::secret,
       {"Password of its user", "Mot de passe de son utilisateur"},
       {"Not shown.", "Ne s'affiche pas."},
       [](const Answers& a) { return a.start.from == "server"; },
       [](const Answers& a) { return a.start.server_password.reveal(); },
       [](Answers& a, const std::string& t) { a.start.server_password = Secret(t); }},
  };
}

std::vector<Question> all_questions() {
  std::vector<Question> all = machine_questions();
  for (auto more : {desk_questions(), backup_questions()})
    for (Question& question : more) all.push_back(std::move(question));
  return all;
}

bool is_secret(Kind kind) { return kind == Kind::secret || kind == Kind::secret_paste; }

/// What may be shown of an answer.
std::string shown(const Question& question, const Answers& answers, Language language) {
  const std::string value = question.get(answers);
  if (value.empty()) return Said{"(none)", "(aucun)"}.in(language);
  if (is_secret(question.kind) || question.kind == Kind::paste) return Said{"(given)", "(donné)"}.in(language);
  return value;
}

enum class Step { next, back, interrupted, end };

class Interview {
 public:
  Interview(Terminal& terminal, Language language, Answers& answers)
      : terminal_(terminal), language_(language), answers_(answers) {}

  Asked run() {
    std::size_t at = 0;
    while (true) {
      Step step = at < questions_.size() ? (questions_[at].asked(answers_) ? ask(questions_[at]) : skip_) : summary(at);
      if (step == Step::interrupted) return Asked::interrupted;
      if (step == Step::end) return Asked::end;
      if (confirmed_) return Asked::confirmed;
      if (at >= questions_.size()) continue;  // summary() has said where to go on
      skip_ = step;
      if (step == Step::next) ++at;
      if (step == Step::back && at > 0) --at;
      // Nothing is in front of the first question.
      if (step == Step::back && at == 0) skip_ = Step::next;
      if (single_ && step == Step::next) at = questions_.size();
    }
  }

 private:
  [[nodiscard]] const char* words(const Said& said) const { return said.in(language_); }

  Step ask(const Question& question) {
    terminal_.line();
    terminal_.say(words(question.text));
    terminal_.say(words(question.help), 2);
    while (true) {
      std::string value;
      bool kept = false;
      const Step step = read(question, value, kept);
      if (step != Step::next) return step;
      Answers trial = answers_;
      if (!kept) question.set(trial, value);
      if (accept(question, trial)) return Step::next;
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

  Step read(const Question& question, std::string& value, bool& kept) {
    if (question.kind == Kind::paste || question.kind == Kind::secret_paste || question.kind == Kind::keys)
      return read_lines(question, value, kept);
    std::string prompt = "[" + shown(question, answers_, language_) + "] > ";
    if (question.kind == Kind::choice) {
      for (std::size_t i = 0; i < question.choices.size(); ++i)
        terminal_.say(std::to_string(i + 1) + ") " + question.choices[i], 2);
    }
    const auto typed = terminal_.ask(prompt, question.kind != Kind::secret);
    if (const Step step = meaning(typed); step != Step::next) return step;
    kept = typed.text.empty();
    value = typed.text == "-" ? "" : typed.text;
    if (question.kind == Kind::choice && !kept) value = chosen(question, value);
    if (question.kind != Kind::secret || value.empty() || kept || std::string_view(question.key) == "backup.key")
      return Step::next;
    const auto again = terminal_.ask(words({"once more > ", "encore une fois > "}), false);
    if (const Step step = meaning(again); step != Step::next) return step;
    if (again.text == value) return Step::next;
    terminal_.say(words({"! the two differ", "! les deux diffèrent"}), 2);
    return read(question, value, kept);
  }

  static std::string chosen(const Question& question, const std::string& typed) {
    const std::size_t number =
        typed.size() == 1 && typed[0] >= '1' ? static_cast<std::size_t>(typed[0] - '1') : question.choices.size();
    return number < question.choices.size() ? question.choices[number] : typed;
  }

  Step read_lines(const Question& question, std::string& value, bool& kept) {
    const bool keys = question.kind == Kind::keys;
    terminal_.say("[" + shown(question, answers_, language_) + "]");
    for (bool first = true;; first = false) {
      const auto typed = terminal_.ask("> ", question.kind != Kind::secret_paste);
      if (typed.kind != Terminal::Answer::line) return meaning(typed);
      if (first && typed.text == "<") return Step::back;
      if (first && typed.text.empty()) {
        kept = true;
        return Step::next;
      }
      if (typed.text == "." || (keys && typed.text.empty())) return Step::next;
      if (first && typed.text == "-") return Step::next;
      value.append(typed.text).append("\n");
    }
  }

  static Step meaning(const Terminal::Typed& typed) {
    if (typed.kind == Terminal::Answer::interrupted) return Step::interrupted;
    if (typed.kind == Terminal::Answer::end) return Step::end;
    return typed.text == "<" ? Step::back : Step::next;
  }

  Step summary(std::size_t& at) {
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
    const Step step = meaning(typed);
    if (step == Step::interrupted || step == Step::end) return step;
    confirmed_ = typed.text == word && faults.empty();
    single_ = false;
    if (step == Step::back && !listed.empty()) at = listed.back();
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
    skip_ = Step::next;
    return Step::next;
  }

  Terminal& terminal_;
  Language language_;
  Answers& answers_;
  std::vector<Question> questions_ = all_questions();
  Step skip_ = Step::next;  ///< which way a question that is not asked is passed
  bool single_ = false;
  bool confirmed_ = false;
};

}  // namespace

Asked ask_answers(Terminal& terminal, Language language, Answers& answers) {
  return Interview(terminal, language, answers).run();
}

}  // namespace slipway::firstboot
