#include "tests/integration/otrs_desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <regex>

namespace slipway::migrate {
namespace {

using test::Facts;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
  return text;
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// The product's tables as the desk that its users see.
class OtrsReader {
 public:
  explicit OtrsReader(const sql::Endpoint& source) : db_(test::connect(source)) {}

  Facts all() {
    read_lists();
    people();
    tickets();
    articles();
    attachments();
    fields();
    links();
    history();
    return std::move(facts_);
  }

 private:
  using Row = sql::Row;
  struct Customer {
    std::string label;
    std::string mail;
  };
  struct Ticket {
    std::string requester;
    std::string state_type;
  };

  sql::Rows rows(const std::string& query) {
    auto found = db_.query(query);
    EXPECT_TRUE(found.has_value()) << query;
    return found ? std::move(*found) : sql::Rows{};
  }

  std::map<std::string, std::string> list(const std::string& query) {
    std::map<std::string, std::string> found;
    for (const auto& row : rows(query)) found[row.text(0)] = row.optional_text(1).value_or("");
    return found;
  }

  void read_lists() {
    state_names_ = list("SELECT id, name FROM ticket_state");
    state_types_ = list("SELECT s.id, t.name FROM ticket_state s JOIN ticket_state_type t ON t.id = s.type_id");
    types_ = list("SELECT id, name FROM ticket_type");
    services_ = list("SELECT id, name FROM service");
    agreements_ = list("SELECT id, name FROM sla");
    companies_ = list("SELECT customer_id, name FROM customer_company");
    senders_ = list("SELECT id, name FROM article_sender_type");
    history_types_ = list("SELECT id, name FROM ticket_history_type");
    for (const auto& row : rows("SELECT id, name, comments, valid_id FROM queue ORDER BY id")) {
      // Two queues here differ in the case of letters only, which the account's team names do not.
      queues_[row.text(0)] = row.text(1) == "RAW" ? "RAW (" + row.text(0) + ")" : row.text(1);
      facts_["team " + queues_[row.text(0)]] = row.optional_text(2).value_or("") + (row.text(3) == "1" ? "|1" : "|0");
    }
  }

  void people() {
    const auto mails =
        list("SELECT user_id, preferences_value FROM user_preferences WHERE preferences_key = 'UserEmail'");
    const auto languages =
        list("SELECT user_id, preferences_value FROM user_preferences WHERE preferences_key = 'UserLanguage'");
    for (const auto& row :
         rows("SELECT id, login, first_name, last_name, valid_id, create_time FROM users ORDER BY id")) {
      agents_[row.text(0)] = row.text(1);
      const auto mail = mails.find(row.text(0));
      const auto language = languages.find(row.text(0));
      const std::string name = trimmed(row.text(2) + " " + row.text(3));
      facts_["person " + row.text(1)] =
          (name.empty() ? row.text(1) : name) + "|" +
          (mail == mails.end() || mail->second.empty() ? "none" : mail->second) + "|agent|" +
          (language != languages.end() && language->second.starts_with("fr") ? "fr" : "en") +
          (row.text(4) == "1" ? "|1|" : "|0|") + row.text(5);
    }
    const auto spoken =
        list("SELECT user_id, preferences_value FROM customer_preferences WHERE preferences_key = 'UserLanguage'");
    for (const auto& row :
         rows("SELECT id, login, email, first_name, last_name, valid_id, create_time FROM customer_user ORDER BY id")) {
      // An agent has the login already.
      const bool taken = facts_.contains("person " + row.text(1));
      Customer customer{taken ? row.text(1) + " (customer " + row.text(0) + ")" : row.text(1), row.text(2)};
      const auto language = spoken.find(row.text(1));
      facts_["person " + customer.label] =
          trimmed(row.text(3) + " " + row.text(4)) + "|" + row.text(2) + "|requester|" +
          (language != spoken.end() && language->second.starts_with("fr") ? "fr" : "en") +
          (row.text(5) == "1" ? "|1|" : "|0|") + row.text(6);
      customers_by_login_[lower(row.text(1))] = customer.label;
      customers_by_mail_.emplace(lower(row.text(2)), customer.label);
    }
  }

  /// A person of whom the desk has no more than this.
  std::string stranger(const std::string& known_as, const std::string& seen_at) {
    const std::string key = "person ~" + known_as;
    const auto [fact, is_new] = facts_.emplace(key, "");
    if (is_new || strangers_[known_as] > seen_at) strangers_[known_as] = seen_at;
    fact->second = known_as + "|" + (known_as.find('@') == std::string::npos ? "none" : known_as) + "|requester|en|1|" +
                   strangers_[known_as];
    return "~" + known_as;
  }

  std::string customer(const std::string& named, const std::string& seen_at) {
    const std::string known_as = lower(trimmed(named));
    if (const auto found = customers_by_login_.find(known_as); found != customers_by_login_.end()) return found->second;
    if (const auto found = customers_by_mail_.find(known_as); found != customers_by_mail_.end()) return found->second;
    return stranger(known_as, seen_at);
  }

  std::string agent(const std::string& id) {
    const auto found = agents_.find(id);
    return found == agents_.end() ? agents_["1"] : found->second;
  }

  /// The status table of docs/migration.md.
  static std::string status_of(const std::string& state) {
    if (state == "new" || state == "open") return state;
    if (state.starts_with("pending") || state == "waiting for vendor") return "suspended";
    return state == "closed successful" ? "resolved" : "closed";
  }
  static std::string severity_of(int priority) {
    return priority >= 5 ? "1" : priority == 4 ? "2" : priority == 3 ? "3" : "4";
  }

  void tickets() {
    for (const auto& row :
         rows("SELECT id, tn, title, queue_id, user_id, ticket_priority_id, ticket_state_id, customer_id, "
              "customer_user_id, "
              "create_time, create_by, change_time, type_id, service_id, sla_id FROM ticket ORDER BY id")) {
      const std::string& id = row.text(0);
      const std::string key = "request " + id + " ";
      const std::string title = trimmed(row.optional_text(2).value_or(""));
      const std::string named = trimmed(row.optional_text(8).value_or(""));
      const std::string state = lower(state_names_[row.text(6)]);
      Ticket& ticket = tickets_[id];
      ticket = {named.empty() ? agent(row.text(10)) : customer(named, row.text(9)), state_types_[row.text(6)]};
      facts_[key + "subject"] = title.empty() ? "(no subject)" : title;
      facts_[key + "status"] = status_of(state);
      facts_[key + "severity"] = severity_of(static_cast<int>(row.integer(5)));
      facts_[key + "requester"] = ticket.requester;
      facts_[key + "assignee"] = row.text(4) == "1" || !agents_.contains(row.text(4)) ? "none" : agents_[row.text(4)];
      facts_[key + "team"] = queues_.contains(row.text(3)) ? queues_[row.text(3)] : "none";
      facts_[key + "close reason"] = status_of(state) == "closed" ? state + " in OTRS" : "none";
      facts_[key + "created"] = row.text(9);
      facts_[key + "updated"] = row.text(11);
      facts_[key + "deleted"] = state == "removed" ? row.text(11) : "none";
      facts_[key + "merged"] = "none";
      facts_["value " + id + " Ticket number 0"] = row.text(1);
      if (!row.is_null(12)) facts_["value " + id + " Type 0"] = types_[row.text(12)];
      if (!row.is_null(13)) facts_["value " + id + " Service 0"] = services_[row.text(13)];
      if (!row.is_null(14)) facts_["value " + id + " Service level agreement 0"] = agreements_[row.text(14)];
      if (const std::string company = row.optional_text(7).value_or(""); !company.empty())
        facts_["value " + id + " Company 0"] = companies_.contains(company) ? companies_[company] : company;
    }
    for (const auto& row : rows("SELECT ticket_id, SUM(time_unit) FROM time_accounting GROUP BY ticket_id"))
      facts_["value " + row.text(0) + " Accounted time 0"] = row.text(1);
    for (const auto& row : rows("SELECT DISTINCT ticket_id, user_id FROM ticket_watcher"))
      if (tickets_.contains(row.text(0)) && agents_.contains(row.text(1)))
        test::count_fact(facts_, "watcher " + row.text(0) + " " + agents_[row.text(1)] + " agent_copy");
  }

  void articles() {
    std::map<std::string, std::pair<std::string, std::string>> mime;  // article → From, content type
    std::map<std::string, std::string> bodies;
    for (const auto& row : rows("SELECT article_id, a_from, a_content_type, a_body FROM article_data_mime")) {
      mime[row.text(0)] = {row.optional_text(1).value_or(""), row.optional_text(2).value_or("")};
      bodies[row.text(0)] = row.optional_text(3).value_or("");
    }
    for (const auto& row : rows("SELECT article_id, create_time, chat_participant_name, message_text FROM "
                                "article_data_otrs_chat ORDER BY id")) {
      std::string& body = bodies[row.text(0)];
      body +=
          (body.empty() ? "[" : "\n[") + row.text(1) + "] " + row.text(2) + ": " + row.optional_text(3).value_or("");
    }
    static const std::regex address("[^\\s<>(),;:\"]+@[^\\s<>(),;:\"]+");
    for (const auto& row : rows("SELECT id, ticket_id, article_sender_type_id, is_visible_for_customer, create_time, "
                                "create_by FROM article ORDER BY id")) {
      // Senders of articles without a ticket are people the desk knows too.
      std::string author = agent(row.text(5));
      if (senders_[row.text(2)] == "customer") {
        std::smatch found;
        const std::string from = mime[row.text(0)].first;
        author = std::regex_search(from, found, address) ? customer_by_mail(found.str(), row.text(4))
                                                         : tickets_[row.text(1)].requester;
      }
      if (!tickets_.contains(row.text(1)) || tickets_[row.text(1)].requester.empty()) continue;
      const std::string key = "message article:" + row.text(0);
      facts_[key] = row.text(1) + "|" + author + (row.text(3) == "1" ? "|public|" : "|internal|") +
                    (mime[row.text(0)].second.starts_with("text/html") ? "html|" : "plain|") + row.text(4);
      facts_[key + " body"] = bodies[row.text(0)];
    }
  }

  std::string customer_by_mail(const std::string& address, const std::string& seen_at) {
    if (const auto found = customers_by_mail_.find(lower(address)); found != customers_by_mail_.end())
      return found->second;
    return customer(address, seen_at);
  }

  void attachments() {
    static const std::map<std::string, std::string> endings{{"text/plain", ".txt"}, {"image/png", ".png"}};
    for (const auto& row :
         rows("SELECT id, article_id, filename, content_type, content FROM article_data_mime_attachment")) {
      if (!facts_.contains("message article:" + row.text(1))) continue;
      const std::string stored_type = row.optional_text(3).value_or("");
      std::string type = lower(trimmed(stored_type.substr(0, stored_type.find(';'))));
      std::string name = trimmed(row.optional_text(2).value_or(""));
      if (name.empty()) name = "part-" + row.text(0) + (endings.contains(type) ? endings.at(type) : ".bin");
      if (type.empty()) type = "application/octet-stream";
      facts_["file article_data_mime_attachment:" + row.text(0)] =
          "article:" + row.text(1) + "|" + name + "|" + type + "|" + test::sum_of(row.optional_text(4).value_or(""));
    }
  }

  /// What the product shows for a stored value of a choice.
  static std::string shown(const std::string& field, const std::string& stored) {
    static const Facts words{{"Colour 1", "One"},   {"Colour 2", "Two: of many"}, {"Colour b.*", "Bleu d'été"},
                             {"Colour g", "Grün"},  {"Parts door", "Door"},       {"Parts wheel", "Wheel"},
                             {"Parts same", "same"}};
    const auto found = words.find(field + " " + stored);
    return found == words.end() ? stored : found->second;
  }

  void fields() {
    static const std::map<std::string, std::string> kinds{{"TextArea", "long_text"}, {"Date", "date"},
                                                          {"DateTime", "date"},      {"Dropdown", "choice"},
                                                          {"Multiselect", "choice"}, {"Checkbox", "choice"}};
    for (const auto& [name, kind] : Facts{{"Ticket number", "text"},
                                          {"Type", "choice"},
                                          {"Service", "choice"},
                                          {"Service level agreement", "choice"},
                                          {"Company", "text"},
                                          {"Accounted time", "number"}})
      facts_["field " + name] = kind + "|1";
    std::map<std::string, std::pair<std::string, std::string>> known;  // id → name, type
    for (const auto& row :
         rows("SELECT id, name, label, field_type, valid_id FROM dynamic_field WHERE object_type = 'Ticket'")) {
      // Two fields are labelled "Serial number", and one as a field that every ticket has.
      const bool twice = row.text(2) == "Serial number" || row.text(2) == "Type";
      known[row.text(0)] = {twice ? row.text(2) + " (" + row.text(1) + ")" : row.text(2), row.text(3)};
      facts_["field " + known[row.text(0)].first] =
          (kinds.contains(row.text(3)) ? kinds.at(row.text(3)) : "text") + (row.text(4) == "1" ? "|1" : "|0");
    }
    std::map<std::string, int> places;
    for (const auto& row :
         rows("SELECT field_id, object_id, value_text, value_date, value_int FROM dynamic_field_value ORDER BY id")) {
      const auto field = known.find(row.text(0));
      if (field == known.end() || !facts_.contains("request " + row.text(1) + " subject")) continue;
      const auto& [name, type] = field->second;
      std::string value = shown(name, row.optional_text(2).value_or(""));
      if (type == "Date") value = row.text(3).substr(0, 10);
      if (type == "DateTime") value = row.text(3);
      if (type == "Checkbox") value = row.text(4) == "1" ? "Checked" : "Unchecked";
      const std::string key = "value " + row.text(1) + " " + name + " ";
      facts_[key + std::to_string(places[key]++)] = value;
    }
  }

  void links() {
    std::map<std::string, std::string> merged;
    for (const auto& row : rows("SELECT h.ticket_id, h.name FROM ticket_history h JOIN ticket_history_type y ON y.id = "
                                "h.history_type_id AND y.name = 'Merged' ORDER BY h.id")) {
      if (tickets_[row.text(0)].state_type != "merged") continue;
      const std::string& name = row.text(1);
      const auto slash = name.rfind('/');
      merged[row.text(0)] =
          name.starts_with("%%") ? name.substr(name.rfind("%%") + 2) : name.substr(slash + 1, name.size() - slash - 2);
    }
    for (const auto& row :
         rows("SELECT l.source_key, l.target_key, y.name FROM link_relation l JOIN link_type y ON y.id = l.type_id "
              "WHERE l.source_object_id = 1 AND l.target_object_id = 1 AND l.state_id = 1")) {
      const std::string& from = row.text(0);
      const std::string& to = row.text(1);
      if (!facts_.contains("request " + from + " subject") || !facts_.contains("request " + to + " subject")) continue;
      const bool child = row.text(2) == "ParentChild";
      if (child && tickets_[to].state_type == "merged") merged.emplace(to, from);
      if (child && merged.contains(to) && merged[to] == from) continue;
      test::count_fact(facts_,
                       child ? "link " + to + " child_of " + from
                             : "link " + from + (row.text(2) == "DependsOn" ? " depends_on " : " refers_to ") + to);
    }
    for (const auto& [number, target] : merged) facts_["request " + number + " merged"] = target;
  }

  static std::vector<std::string> parts_of(const std::string& name) {
    std::vector<std::string> parts;
    for (std::size_t at = name.find("%%"); at != std::string::npos;) {
      const auto next = name.find("%%", at + 2);
      parts.push_back(name.substr(at + 2, next == std::string::npos ? next : next - at - 2));
      at = next;
    }
    parts.resize(std::max<std::size_t>(parts.size(), 4));
    return parts;
  }

  struct Event {
    std::string kind;
    std::string old_value;
    std::string new_value;
    std::string detail;
  };

  /// What a line of history tells, by its type.
  Event told(const std::string& type, const std::string& name) {
    const auto parts = parts_of(name);
    const auto status = [](const std::string& state) {
      return state == "a state that is gone" ? state : status_of(lower(state));
    };
    if (type == "NewTicket") return {"opened", "", "new", name};
    if (type == "StateUpdate") return {"status", status(parts[0]), status(parts[1]), parts[0] + " → " + parts[1]};
    if (type == "OwnerUpdate" && agents_.contains(parts[1]))
      return {"assignee", "", agents_[parts[1]], agents_[parts[1]]};
    if (type == "OwnerUpdate") return {"assignee", "", "", parts[0]};
    if (type == "Move") return {"team", parts[3], parts[1], name};
    if (type == "PriorityUpdate" && parts[3] == "42")
      return {"priorityupdate", severity_of(std::stoi(parts[1])), parts[2], name};
    if (type == "PriorityUpdate")
      return {"severity", severity_of(std::stoi(parts[1])), severity_of(std::stoi(parts[3])), name};
    if (type == "TitleUpdate") return {"titleupdate", parts[0], parts[1], name};
    return {lower(type), "", "", name};
  }

  void history() {
    static const std::vector<std::string> writing{"AddNote",    "EmailCustomer",  "FollowUp",
                                                  "SendAnswer", "PhoneCallAgent", "ChatExternal"};
    for (const auto& row :
         rows("SELECT ticket_id, create_time, create_by, history_type_id, name, article_id FROM ticket_history")) {
      if (!facts_.contains("request " + row.text(0) + " subject")) continue;
      const std::string& type = history_types_[row.text(3)];
      const std::string article = "article:" + row.optional_text(5).value_or("");
      Event event = told(type, row.text(4));
      if (const auto message = facts_.find("message " + article); message != facts_.end()) {
        event.new_value = article;
        if (std::find(writing.begin(), writing.end(), type) != writing.end())
          event.kind = message->second.find("|public|") != std::string::npos ? "answered" : "noted";
      }
      const std::string actor = agents_.contains(row.text(2)) ? agents_[row.text(2)] : "none";
      test::count_fact(facts_, "event " + row.text(0) + " " + row.text(1) + "|" + actor + "|" + event.kind + "|" +
                                   event.old_value + "|" + event.new_value + "|" + event.detail);
    }
  }

  sql::Connection db_;
  Facts facts_;
  Facts state_names_, state_types_, types_, services_, agreements_, companies_, senders_, history_types_, queues_;
  Facts agents_, customers_by_login_, customers_by_mail_, strangers_;
  std::map<std::string, Ticket> tickets_;
};

/// Files of articles by path, with their types; "" for those that are no attachment.
const std::vector<std::array<std::string, 3>>& article_files() {
  static const std::vector<std::array<std::string, 3>> files{
      {"2019/03/01/4/plain.txt", "", "From: x\n\nraw"},
      {"2019/03/01/4/Übersicht 表.pdf", "application/pdf; name=\"x\"", std::string("%PDF\0\xff", 6)},
      {"2019/03/01/4/file-2", "text/html; charset=\"utf-8\"", "<p>on disk</p>"},
      {"2019/03/01/10/plain.txt", "", "From: y\n\nraw"},
      {"2019/03/01/10/no-type", "", std::string(300, 'z')},
      {"2019/03/02/10/of-another-day.txt", "text/plain", "not of article 10"},
      {"2019/07/01/2001/plain.txt", "", "From: z\n\nraw"},
      {"2019/07/01/2001/empty.bin", "application/x-empty", ""}};
  return files;
}

}  // namespace

void write_otrs_files(const std::filesystem::path& directory) {
  for (const auto& [path, type, bytes] : article_files()) {
    std::filesystem::create_directories((directory / path).parent_path());
    test::write_file(directory / path, bytes);
    if (!type.empty()) test::write_file(directory / (path + ".content_type"), type);
    if (!type.empty()) test::write_file(directory / (path + ".disposition"), "attachment");
  }
}

Facts facts_of_otrs(const sql::Endpoint& source) {
  Facts facts = OtrsReader(source).all();
  // Those of article 4 in the order of their names.
  facts["file article:4:file:1"] = "article:4|file-2|text/html|" + test::sum_of("<p>on disk</p>");
  facts["file article:4:file:2"] =
      "article:4|Übersicht 表.pdf|application/pdf|" + test::sum_of(std::string("%PDF\0\xff", 6));
  facts["file article:10:file:1"] =
      "article:10|no-type|application/octet-stream|" + test::sum_of(std::string(300, 'z'));
  facts["file article:2001:file:1"] = "article:2001|empty.bin|application/x-empty|" + test::sum_of("");
  return facts;
}

}  // namespace slipway::migrate
