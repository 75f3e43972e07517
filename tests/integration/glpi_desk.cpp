#include "tests/integration/glpi_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

namespace slipway::migrate {
namespace {

using test::Facts;

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

/// The text that was made safe for pages: numbers for & < > in 10, &lt; and &gt; before.
std::string plain(std::string text) {
  if (text.find_first_of("<>") != std::string::npos) return text;
  const bool ten = text.find("&#38;") != std::string::npos || text.find("&#60;") != std::string::npos ||
                   text.find("&#62;") != std::string::npos;
  replace_all(text, ten ? "&#62;" : "&gt;", ">");
  replace_all(text, ten ? "&#60;" : "&lt;", "<");
  if (ten) replace_all(text, "&#38;", "&");
  return text;
}

/// Every document of this case is its path and some bytes; "empty" has none.
std::string bytes_of(const std::string& path) {
  if (path.ends_with("/4.TXT")) return "";
  const std::string once = path + std::string("\0\xff\r\n", 4);
  std::string bytes;
  for (std::size_t i = 0; i <= path.size() % 70; ++i) bytes.append(once);
  return bytes;
}

class GlpiReader {
 public:
  explicit GlpiReader(const sql::Endpoint& source) : db_(test::connect(source)) {}

  Facts all() {
    people();
    tickets();
    actors();
    timeline();
    documents();
    values();
    plugin_values();
    links();
    history();
    return std::move(facts_);
  }

 private:
  struct Writing {
    std::string number;
    std::string user;
    bool hidden = false;
    std::string written_at;
    std::string stored;
  };

  sql::Rows rows(const std::string& query) {
    auto found = db_.query(query);
    EXPECT_TRUE(found.has_value()) << query;
    return found ? std::move(*found) : sql::Rows{};
  }

  Facts list(const std::string& query) {
    Facts found;
    for (const auto& row : rows(query)) found[row.text(0)] = plain(row.optional_text(1).value_or(""));
    return found;
  }

  void people() {
    Facts mails;
    for (const auto& row : rows("SELECT users_id, email FROM glpi_useremails ORDER BY is_default DESC, id"))
      mails.emplace(row.text(0), row.text(1));
    std::map<std::string, bool> staff;
    for (const auto& row : rows("SELECT users_id FROM glpi_profiles_users WHERE profiles_id IN (2, 4, 6)"))
      staff[row.text(0)] = true;
    for (const auto& row :
         rows("SELECT id, name, firstname, realname, language, is_active, is_deleted, COALESCE(date_creation, "
              "'1970-01-01 00:00:00') FROM glpi_users ORDER BY id")) {
      const std::string login = row.optional_text(1).value_or("");
      std::string name =
          trimmed(plain(row.optional_text(2).value_or("")) + " " + plain(row.optional_text(3).value_or("")));
      if (name.empty()) name = login.empty() ? "user " + row.text(0) : login;
      // Two directories know a tech.one.
      users_[row.text(0)] = login.empty() ? "~" + name : login == "TECH.ONE" ? "TECH.ONE (6)" : login;
      const std::string& mail = mails[row.text(0)];
      if (!mail.empty()) by_mail_.emplace(lower(mail), users_[row.text(0)]);
      staff_[users_[row.text(0)]] = staff[row.text(0)];
      facts_["person " + users_[row.text(0)]] =
          name + "|" + (mail.empty() ? "none" : mail) + (staff[row.text(0)] ? "|agent|" : "|requester|") +
          (row.optional_text(4).value_or("").starts_with("fr") ? "fr" : "en") +
          (row.text(5) == "1" && row.text(6) == "0" ? "|1|" : "|0|") + row.text(7);
    }
    for (const auto& row : rows("SELECT id, COALESCE(completename, name), comment FROM glpi_groups ORDER BY id")) {
      // "helpdesk" and "Helpdesk" are one name for the account.
      teams_[row.text(0)] = row.text(0) == "3" ? "helpdesk (3)" : plain(row.text(1));
      facts_["team " + teams_[row.text(0)]] = row.optional_text(2).value_or("") + "|1";
    }
  }

  std::string user_or(const std::string& id, const std::string& otherwise) {
    return users_.contains(id) ? users_[id] : otherwise;
  }

  std::string by_address(const std::string& stored, const std::string& seen_at) {
    const std::string address = lower(trimmed(stored));
    if (const auto found = by_mail_.find(address); found != by_mail_.end()) return found->second;
    std::string& first = strangers_[address];
    if (first.empty() || seen_at < first) first = seen_at;
    facts_["person ~" + address] = address + "|" + address + "|requester|en|1|" + first;
    return "~" + address;
  }

  void tickets() {
    static const Facts statuses{{"1", "new"},      {"2", "open"},   {"3", "in_progress"}, {"4", "suspended"},
                                {"5", "resolved"}, {"6", "closed"}, {"10", "suspended"}};
    for (const auto& row : rows("SELECT id, name, status, priority, COALESCE(date, date_creation, '1970-01-01 "
                                "00:00:00'), COALESCE(date_mod, "
                                "date, date_creation, '1970-01-01 00:00:00'), is_deleted, users_id_recipient FROM "
                                "glpi_tickets ORDER BY id")) {
      const std::string key = "request " + row.text(0) + " ";
      const std::string subject = trimmed(plain(row.optional_text(1).value_or("")));
      const std::int64_t priority = row.integer(3);
      facts_[key + "subject"] = subject.empty() ? "(no subject)" : subject;
      facts_[key + "status"] = statuses.at(row.text(2));
      facts_[key + "severity"] = priority >= 5 ? "1" : priority == 4 ? "2" : priority == 3 ? "3" : "4";
      facts_[key + "requester"] = user_or(row.text(7), users_["2"]);
      facts_[key + "assignee"] = "none";
      facts_[key + "team"] = "none";
      facts_[key + "close reason"] = row.text(2) == "6" ? "closed in GLPI" : "none";
      facts_[key + "created"] = row.text(4);
      facts_[key + "updated"] = row.text(5);
      facts_[key + "deleted"] = row.text(6) == "1" ? row.text(5) : "none";
      facts_[key + "merged"] = "none";
    }
  }

  bool is_ticket(const std::string& id) { return facts_.contains("request " + id + " subject"); }

  void actors() {
    std::map<std::string, std::map<std::string, std::vector<std::string>>> people;  // ticket → type → people in order
    for (const auto& row :
         rows("SELECT u.tickets_id, u.type, u.users_id, u.alternative_email, t.date FROM glpi_tickets_users u "
              "LEFT JOIN glpi_tickets t ON t.id = u.tickets_id ORDER BY u.id")) {
      if (!is_ticket(row.text(0))) continue;
      const std::string who = row.text(2) != "0" ? user_or(row.text(2), "") : by_address(row.text(3), row.text(4));
      if (!who.empty()) people[row.text(0)][row.text(1)].push_back(who);
    }
    std::map<std::string, std::vector<std::string>> members;
    for (const auto& row : rows("SELECT groups_id, users_id FROM glpi_groups_users"))
      members[row.text(0)].push_back(users_[row.text(1)]);
    for (const auto& row : rows("SELECT tickets_id, groups_id, type FROM glpi_groups_tickets ORDER BY id")) {
      std::string& team = facts_["request " + row.text(0) + " team"];
      if (row.text(2) == "2" && team == "none" && teams_.contains(row.text(1))) team = teams_[row.text(1)];
      if (row.text(2) != "2")
        for (const std::string& who : members[row.text(1)]) people[row.text(0)]["3"].push_back(who);
    }
    for (auto& [number, types] : people) {
      std::string& requester = facts_["request " + number + " requester"];
      std::string& assignee = facts_["request " + number + " assignee"];
      if (!types["1"].empty()) requester = types["1"].front();
      if (!types["2"].empty()) assignee = types["2"].front();
      for (const char* type : {"1", "3"})
        for (const std::string& who : types[type])
          if (who != requester) facts_.emplace("watcher " + number + " " + who + " copy", "1");
      for (const std::string& who : types["2"])
        if (who != assignee) facts_.emplace("watcher " + number + " " + who + " agent_copy", "1");
    }
  }

  void write_down(const std::string& source_key, const Writing& writing) {
    static const std::regex tags("<(a|b|em|i|img|span|strong|br|hr|blockquote|div|h[1-6]|p|pre|table|ul|ol)(\\s|>|/>)",
                                 std::regex::icase);
    if (!is_ticket(writing.number)) return;
    const std::string body = plain(writing.stored);
    const bool html = std::regex_search(body.substr(0, 2000), tags);
    const std::string author = user_or(writing.user, facts_["request " + writing.number + " requester"]);
    facts_["message " + source_key] = writing.number + "|" + author + (writing.hidden ? "|internal|" : "|public|") +
                                      (html ? "html|" : "plain|") + writing.written_at;
    facts_["message " + source_key + " body"] = body;
  }

  void timeline() {
    const auto read = [&](const std::string& table, const std::string& query) {
      for (const auto& row : rows(query))
        write_down(table + ":" + row.text(0),
                   {row.text(1), row.text(2), row.text(3) == "1", row.text(4), row.optional_text(5).value_or("")});
    };
    read("glpi_tickets",
         "SELECT id, id, users_id_recipient, 0, COALESCE(date, date_creation, '1970-01-01 00:00:00'), content FROM "
         "glpi_tickets");
    read("glpi_itilfollowups",
         "SELECT id, items_id, users_id, is_private, COALESCE(date, date_creation, (SELECT t.date FROM glpi_tickets t "
         "WHERE t.id = items_id), ''), content "
         "FROM glpi_itilfollowups WHERE itemtype = 'Ticket'");
    read("glpi_tickettasks", "SELECT id, tickets_id, users_id, is_private, date, content FROM glpi_tickettasks");
    read("glpi_itilsolutions",
         "SELECT id, items_id, users_id, 0, date_creation, content FROM glpi_itilsolutions WHERE itemtype = 'Ticket'");
    for (const auto& row : rows("SELECT id, tickets_id, users_id, users_id_validate, COALESCE(submission_date, ''), "
                                "COALESCE(validation_date, submission_date), "
                                "comment_submission, comment_validation FROM glpi_ticketvalidations")) {
      const std::string key = "glpi_ticketvalidations:" + row.text(0);
      write_down(key + ":asked", {row.text(1), row.text(2), true, row.text(4), row.optional_text(6).value_or("")});
      if (const std::string answer = row.optional_text(7).value_or(""); !answer.empty())
        write_down(key + ":answered", {row.text(1), row.text(3), true, row.text(5), answer});
    }
  }

  void documents() {
    static const Facts tables{{"Ticket", "glpi_tickets"},
                              {"ITILFollowup", "glpi_itilfollowups"},
                              {"TicketTask", "glpi_tickettasks"},
                              {"ITILSolution", "glpi_itilsolutions"}};
    for (const auto& row :
         rows("SELECT i.id, i.items_id, i.itemtype, d.filename, d.filepath, d.mime, d.link, d.is_deleted FROM "
              "glpi_documents_items i JOIN glpi_documents d ON d.id = i.documents_id ORDER BY i.id")) {
      const auto table = tables.find(row.text(2));
      if (table == tables.end() || row.text(7) == "1") continue;
      const std::string message = table->second + ":" + row.text(1);
      const auto said = facts_.find("message " + message);
      if (said == facts_.end()) continue;
      const std::string path = row.optional_text(4).value_or("");
      if (path.empty()) {
        const std::string number = said->second.substr(0, said->second.find('|'));
        test::count_fact(facts_, "link " + number + " refers_to " + row.text(6));
        continue;
      }
      if (path.ends_with("missing.TXT") || path.starts_with("..")) continue;
      const std::string type = lower(row.optional_text(5).value_or("application/octet-stream"));
      std::string name = trimmed(plain(row.optional_text(3).value_or("")));
      if (name.empty()) name = "part-" + row.text(0) + ".png";
      facts_["file glpi_documents_items:" + row.text(0)] =
          message + "|" + name + "|" + type + "|" + test::sum_of(bytes_of(path));
    }
  }

  void values() {
    static const std::vector<std::string> grades{"", "Very low", "Low", "Medium", "High", "Very high"};
    for (const auto& [name, kind] : Facts{{"Entity", "choice"},
                                          {"Category", "choice"},
                                          {"Type", "choice"},
                                          {"Location", "choice"},
                                          {"Request source", "choice"},
                                          {"Urgency", "choice"},
                                          {"Impact", "choice"},
                                          {"Time to own (SLA)", "choice"},
                                          {"Time to resolve (SLA)", "choice"},
                                          {"Due", "date"},
                                          {"Minutes worked", "number"}})
      facts_["field " + name] = kind + "|1";
    const Facts entities = list("SELECT id, completename FROM glpi_entities");
    const Facts categories = list("SELECT id, COALESCE(completename, name) FROM glpi_itilcategories");
    const Facts locations = list("SELECT id, completename FROM glpi_locations");
    const Facts sources = list("SELECT id, name FROM glpi_requesttypes");
    const Facts agreements = list("SELECT id, name FROM glpi_slas");
    for (const auto& row : rows("SELECT id, entities_id, itilcategories_id, type, locations_id, requesttypes_id, "
                                "urgency, impact, slas_id_tto, "
                                "slas_id_ttr, time_to_resolve, actiontime FROM glpi_tickets")) {
      const auto say = [&](const std::string& name, const Facts& words, std::size_t column) {
        if (const auto word = words.find(row.text(column)); word != words.end())
          facts_["value " + row.text(0) + " " + name + " 0"] = word->second;
      };
      say("Entity", entities, 1);
      say("Category", categories, 2);
      say("Location", locations, 4);
      say("Request source", sources, 5);
      say("Time to own (SLA)", agreements, 8);
      say("Time to resolve (SLA)", agreements, 9);
      const std::string key = "value " + row.text(0) + " ";
      facts_[key + "Type 0"] = row.text(3) == "2" ? "Request" : "Incident";
      facts_[key + "Urgency 0"] = grades[static_cast<std::size_t>(row.integer(6))];
      facts_[key + "Impact 0"] = grades[static_cast<std::size_t>(row.integer(7))];
      if (!row.is_null(10)) facts_[key + "Due 0"] = row.text(10);
      if (row.integer(11) > 0) facts_[key + "Minutes worked 0"] = std::to_string(row.integer(11) / 60);
    }
  }

  void plugin_values() {
    for (const auto& [name, kind] : Facts{{"Serial", "text|1"},
                                          {"Story", "long_text|1"},
                                          {"Colour", "choice|1"},
                                          {"Agreed", "choice|1"},
                                          {"Day", "date|1"},
                                          {"Count", "number|0"},
                                          {"Serial (serialfieldtwo 8)", "text|0"},
                                          {"Entity (entityfield 9)", "text|0"}})
      facts_["field " + name] = kind;
    const Facts colours = list("SELECT id, COALESCE(completename, name) FROM glpi_plugin_fields_colourfielddropdowns");
    for (const auto& row : rows("SELECT items_id, serialfield, storyfield, plugin_fields_colourfielddropdowns_id, "
                                "agreedfield, dayfield, countfield FROM "
                                "glpi_plugin_fields_ticketextras")) {
      if (!is_ticket(row.text(0))) continue;
      const auto say = [&](const std::string& name, const std::string& value) {
        if (!value.empty()) facts_["value " + row.text(0) + " " + name + " 0"] = value;
      };
      say("Serial", row.text(1));
      say("Story", plain(row.optional_text(2).value_or("")));
      if (colours.contains(row.text(3))) say("Colour", colours.at(row.text(3)));
      say("Agreed", row.text(4) == "1" ? "Yes" : "No");
      say("Day", row.optional_text(5).value_or(""));
      say("Count", row.optional_text(6).value_or(""));
    }
    for (const auto& row : rows("SELECT items_id, serialfieldtwo, entityfield FROM glpi_plugin_fields_ticketmores")) {
      facts_["value " + row.text(0) + " Serial (serialfieldtwo 8) 0"] = row.text(1);
      facts_["value " + row.text(0) + " Entity (entityfield 9) 0"] = row.text(2);
    }
  }

  void links() {
    for (const auto& row : rows("SELECT tickets_id_1, tickets_id_2, link FROM glpi_tickets_tickets")) {
      if (!is_ticket(row.text(0)) || !is_ticket(row.text(1))) continue;
      const bool parent = row.text(2) == "4";
      test::count_fact(facts_, "link " + row.text(parent ? 1 : 0) +
                                   (parent || row.text(2) == "3" ? " child_of " : " refers_to ") +
                                   row.text(parent ? 0 : 1));
    }
    facts_.insert_or_assign("request 401 merged", "1");  // what was said there stands in 1, with its number
    facts_.insert_or_assign("request 402 merged", "1");
  }

  /// "Côté Zoé (3)" → "3".
  static std::string id_in(const std::string& text) {
    const auto open = text.rfind('(');
    return open == std::string::npos ? "" : text.substr(open + 1, text.size() - open - 2);
  }

  void history() {
    static const Facts words{{"1", "new"}, {"2", "open"}, {"4", "suspended"}, {"77", "77"}};
    for (const auto& row : rows("SELECT items_id, date_mod, user_name, linked_action, id_search_option, old_value, "
                                "new_value FROM glpi_logs WHERE itemtype = 'Ticket'")) {
      if (!is_ticket(row.text(0))) continue;
      const std::string what = row.text(3) + "/" + row.text(4);
      std::string was = plain(row.optional_text(5).value_or(""));
      std::string became = plain(row.optional_text(6).value_or(""));
      std::string detail = was + " → " + became;
      std::string kind = "action_17_itilfollowup";
      if (what == "20/0") kind = "opened";
      if (what == "0/3") kind = "severity";
      if (what == "0/7") kind = "set_category";
      if (what == "0/12") kind = "status";
      if (what == "0/21") kind = "set_description";
      if (what == "0/150") kind = "set_150";
      if (what == "15/5" || what == "16/5") kind = "assignee";
      if (what == "15/8") kind = "team";
      if (kind == "opened") became = "new";
      if (kind == "opened") detail.clear();
      if (kind == "status") was = words.at(was);
      if (kind == "status") became = words.at(became);
      if (kind == "severity") was = "3";
      if (kind == "severity") became = "1";
      if (kind == "team") became = "2";
      if (kind == "assignee") {
        was = user_or(id_in(was), "");
        became = user_or(id_in(became), "");
        detail = became;
      }
      test::count_fact(facts_, "event " + row.text(0) + " " + row.text(1) + "|" + user_or(id_in(row.text(2)), "none") +
                                   "|" + kind + "|" + was + "|" + became + "|" + detail);
    }
  }

  sql::Connection db_;
  Facts facts_;
  Facts users_, teams_, by_mail_, strangers_;
  std::map<std::string, bool> staff_;
};

}  // namespace

void write_glpi_files(const sql::Endpoint& source, const std::filesystem::path& directory) {
  auto db = test::connect(source);
  const auto paths =
      db.query("SELECT filepath FROM glpi_documents WHERE filepath IS NOT NULL AND filepath NOT LIKE '..%'");
  ASSERT_TRUE(paths.has_value());
  for (const auto& row : *paths) {
    if (row.text(0).ends_with("missing.TXT")) continue;
    const auto file = directory / row.text(0);
    std::filesystem::create_directories(file.parent_path());
    test::write_file(file, bytes_of(row.text(0)));
  }
}

test::Facts facts_of_glpi(const sql::Endpoint& source) { return GlpiReader(source).all(); }

}  // namespace slipway::migrate
