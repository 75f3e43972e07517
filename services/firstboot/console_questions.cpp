// The questions of the console menu.
#include <algorithm>

#include "services/firstboot/console_question.hpp"

namespace slipway::firstboot {
namespace {

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

}  // namespace

std::vector<Question> all_questions() {
  std::vector<Question> all = machine_questions();
  for (auto more : {desk_questions(), backup_questions()})
    for (Question& question : more) all.push_back(std::move(question));
  return all;
}

}  // namespace slipway::firstboot
