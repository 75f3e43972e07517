#include "migrate/sample/sample_text.hpp"

namespace slipway::migrate {

std::span<const SampleStory> sample_stories() {
  static constexpr std::array<SampleStory, 16> stories{{
      {false, "Workplace", "{device} in {site} prints blank pages",
       "Hello,\n\nsince this morning {device} on the second floor in {site} takes paper in and puts it out blank. We "
       "have changed the toner, "
       "no difference.\n\nThree teams share it, so we would be glad of a quick look.\n\nThanks,\n{person}",
       "Hello {person},\n\ndid the status page print as well, or was that blank too? Hold the green button for five "
       "seconds.",
       "The status page is fine, only our documents come out blank. Picture attached.",
       "Driver was replaced by last night's update. Queue {n} on the print server still has the old one.",
       "The print queue used a driver that does not match this model. We have put the right one back; please print "
       "once more and tell us.",
       "fix", SampleFile::picture},
      {false, "Network", "VPN drops every {n} minutes from {site}",
       "The VPN connection from {site} breaks off every {n} minutes since Monday. Reconnecting works at once, but "
       "calls are cut each time.",
       "Could you send us the log of the client? Menu, Diagnostics, Save log.",
       "Here it is. The last drop was at the end of the file.",
       "Keep-alive shorter than the NAT timeout of the new line. Known with this provider.",
       "The provider's router forgot idle connections. The new profile sends a sign of life every 20 seconds; it "
       "installs itself at the next start.",
       "workaround", SampleFile::log},
      {false, "Applications", "{app}: export of {n} rows stops half-way",
       "When I export the open orders from {app}, the file ends in the middle of a line. It always stops at the same "
       "place.\n\nOur accountants need "
       "the list before Friday.",
       "Does it happen with the filter 'this month' as well?",
       "With one month it works. The broken file for the whole year is attached.",
       "Gateway cuts answers after 60 s. Streaming is off in this version.",
       "The export took longer than the gateway allows. Version 4.2 writes it in the background and mails a link; we "
       "have switched it on for you.",
       "fix", SampleFile::table},
      {false, "Accounts", "New colleague {person} needs access to {app}",
       "Please give {person} the same access to {app} as the rest of the team in {site}, from the first of the month.",
       "Happy to. Which of the two roles, reader or editor?", "Editor, please. The manager has agreed.",
       "Approval is on file.", "Done: {person} can sign in and finds the guide on the start page.", "information",
       SampleFile::none},
      {false, "Workplace", "{device} does not wake up after the week-end",
       "Every Monday {device} stays dark until I pull the plug. The rest of the week it wakes up normally.",
       "Is the docking station connected over the week-end?", "Yes, always.", "Firmware 1.{n} of the dock has this.",
       "The dock got new firmware over the network. Should it stay dark once more, hold the power button for 15 "
       "seconds and tell us.",
       "fix", SampleFile::none},
      {false, "Network", "Meeting room {n} in {site} has no Wi-Fi",
       "Visitors in meeting room {n} see the network but get no address. In the corridor it works.",
       "How many people were in the room?", "About twenty, it was the customer day.",
       "Address range of the guest network was used up.",
       "The guest network had run out of addresses. The range is four times as large now and addresses are given back "
       "after an hour.",
       "fix", SampleFile::log},
      {false, "Applications", "{app} shows amounts with the wrong decimal sign",
       "Since the update {app} shows 1.234,50 instead of 1,234.50 for everybody in {site}.",
       "Is the language of the browser English?", "It is, and the profile in {app} as well.",
       "Works as specified: format follows the legal entity since 4.1.",
       "Since 4.1 amounts follow the country of the legal entity. Each person can choose another format under Profile, "
       "Display.",
       "works_as_designed", SampleFile::picture},
      {false, "Accounts", "Locked out after changing my password",
       "I changed my password yesterday, and today I am locked out of everything. My phone keeps asking for it.",
       "Please switch the phone to flight mode for ten minutes and try at the computer.", "That helped, thank you!",
       "Phone kept sending the old password.",
       "Your phone still used the old password and locked the account. Enter the new one in its mail settings.",
       "information", SampleFile::none},
      {true, "Support", "{app} : impossible d’ouvrir les pièces jointes",
       "Bonjour,\n\ndepuis hier, les pièces jointes de {app} ne s’ouvrent plus : la fenêtre reste vide. Tout le "
       "service à {site} est concerné.\n\n"
       "Cordialement,\n{person}",
       "Bonjour {person},\n\nquel navigateur utilisez-vous, et depuis quand l’avez-vous mis à jour ?",
       "C’est celui du poste, mis à jour lundi. Je joins une capture d’écran.",
       "Bloqueur de fenêtres activé par la nouvelle stratégie.",
       "La nouvelle version bloquait les fenêtres de {app}. L’adresse est désormais autorisée pour tous ; un simple "
       "redémarrage du navigateur suffit.",
       "fix", SampleFile::picture},
      {true, "Support", "Lenteurs du réseau à {site} l’après-midi",
       "Entre 14 h et 16 h, tout est très lent à {site} : messagerie, {app}, et même les lecteurs partagés.",
       "Pourriez-vous lancer le test de débit vers 15 h et nous envoyer le journal ?",
       "Voici le journal d’aujourd’hui, à 15 h 10.", "Sauvegarde du serveur de fichiers décalée par erreur à 14 h.",
       "Une sauvegarde s’exécutait l’après-midi au lieu de la nuit. Elle est de nouveau planifiée à 2 h ; le débit est "
       "redevenu normal.",
       "fix", SampleFile::log},
      {true, "Support", "Demande d’un second écran pour {person}",
       "Merci de prévoir un second écran pour {person}, bureau {n} à {site}, à la suite de son changement de poste.",
       "Le modèle 24 pouces convient-il, avec un bras articulé ?", "Oui, parfait.", "Deux en stock.",
       "L’écran est installé. Le câble est fourni ; le bras se règle avec la clé fixée dessous.", "information",
       SampleFile::none},
      {true, "Applications", "{app} : le total de la facture {n} est faux",
       "Sur la facture n° {n}, le total affiché par {app} ne correspond pas à la somme des lignes (écart de 0,01 €).",
       "Pouvez-vous exporter les lignes en CSV ?", "Le fichier est joint. L’écart vient peut-être de la remise.",
       "Arrondi par ligne, comme l’exige la réglementation.",
       "L’arrondi se fait ligne par ligne, comme la loi le demande : l’écart d’un centime est normal. La page d’aide "
       "l’explique désormais.",
       "works_as_designed", SampleFile::table},
      {true, "Accounts", "Compte de {person} à fermer",
       "{person} quitte l’entreprise vendredi. Merci de fermer ses accès, et de transmettre sa boîte à l’équipe de "
       "{site}.",
       "Faut-il un message d’absence, et jusqu’à quand ?", "Oui, pendant trois mois.", "Procédure de départ lancée.",
       "Les accès seront fermés vendredi à 18 h ; la boîte est partagée avec l’équipe et le message d’absence est "
       "prêt.",
       "information", SampleFile::none},
      {true, "Workplace", "{device} : bourrage papier répété",
       "{device} se bloque toutes les dix pages. Nous avons changé de papier, sans effet.",
       "Le bac 2 fait-il la même chose ?", "Oui, les deux. Photo jointe.",
       "Galets d’entraînement usés ({n} 000 pages).",
       "Les galets d’entraînement ont été remplacés ce matin. N’hésitez pas à rouvrir la demande si cela recommence.",
       "fix", SampleFile::picture},
      {true, "Network", "Téléphone IP muet au bureau {n}",
       "On m’entend, mais moi je n’entends rien. J’ai essayé le casque et le combiné.",
       "Le problème existe-t-il aussi en interne ?", "Non, seulement avec l’extérieur.",
       "Le pare-feu ne laissait passer qu’un sens.",
       "Une règle du pare-feu ne laissait passer la voix que dans un sens. Elle est corrigée pour tout {site}.", "fix",
       SampleFile::none},
      {true, "Applications", "Formation à {app} pour l’équipe de {site}",
       "Serait-il possible d’organiser une formation d’une heure à {app} ? Nous serions {n}.",
       "Le jeudi matin conviendrait-il ?", "Oui, jeudi prochain à 10 h.", "Salle réservée.",
       "La formation est prévue jeudi à 10 h ; le support de cours se trouve dans l’espace partagé.", "information",
       SampleFile::none},
  }};
  return stories;
}

std::span<const SamplePerson> sample_agents() {
  static constexpr std::array<SamplePerson, 9> people{{{"Maya Okafor", "maya", false},
                                                       {"Tom Lindqvist", "tom", false},
                                                       {"Chloé Bernard", "chloe", true},
                                                       {"Idris Haddad", "idris", true},
                                                       {"Grace Miller", "grace", false},
                                                       {"Jérôme Lefèvre", "jerome", true},
                                                       {"Priya Nair", "priya", false},
                                                       {"Zoë van den Berg", "zoe", false},
                                                       {"Łukasz Nowak", "lukasz", false}}};
  return people;
}

std::span<const SamplePerson> sample_requesters() {
  static constexpr std::array<SamplePerson, 24> people{
      {{"Anne-Sophie Dubois", "as.dubois", true}, {"Ben Carter", "b.carter", false},
       {"Camille Moreau", "c.moreau", true},      {"Daniel O’Connor", "d.oconnor", false},
       {"Élodie Garnier", "e.garnier", true},     {"François Petit", "f.petit", true},
       {"Gülsün Yılmaz", "g.yilmaz", false},      {"Hiroshi Tanaka 田中", "h.tanaka", false},
       {"Inès Fontaine", "i.fontaine", true},     {"Jack Thompson", "j.thompson", false},
       {"Karin Åström", "k.astrom", false},       {"Luc Rousseau", "l.rousseau", true},
       {"Marta Fernández", "m.fernandez", false}, {"Noémie Chevalier", "n.chevalier", true},
       {"Oliver Schmidt", "o.schmidt", false},    {"Paula Costa", "p.costa", false},
       {"Quentin Marchand", "q.marchand", true},  {"Rosa Bianchi", "r.bianchi", false},
       {"Samir Benali", "s.benali", true},        {"Tess Williams", "t.williams", false},
       {"Ольга Смирнова", "o.smirnova", false},   {"Victor Lambert", "v.lambert", true},
       {"Wendy Zhang 张", "w.zhang", false},      {"Yann Le Goff", "y.legoff", true}}};
  return people;
}

std::span<const std::string_view> sample_devices() {
  static constexpr std::array<std::string_view, 6> names{"PRN-204",  "PRN-311", "LAP-0875",
                                                         "LAP-1140", "MFP-02",  "WKS-377"};
  return names;
}

std::span<const std::string_view> sample_sites() {
  static constexpr std::array<std::string_view, 6> names{"Lyon", "Dublin", "Nantes", "Leeds", "Genève", "Ghent"};
  return names;
}

std::span<const std::string_view> sample_apps() {
  static constexpr std::array<std::string_view, 5> names{"Ledger", "Atlas", "TimeSheet", "Kontrakt", "PlanBoard"};
  return names;
}

}  // namespace slipway::migrate
