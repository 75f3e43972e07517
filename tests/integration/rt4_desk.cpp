#include "tests/integration/rt4_desk.hpp"

#include <gtest/gtest.h>

#include <set>

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

/// "=C3=A9" → "é"; a line that ends in "=" goes on.
std::string unquoted(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      plain += text[i];
    } else if (text.compare(i + 1, 1, "\n") == 0) {
      ++i;
    } else {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    }
  }
  return plain;
}

class Rt4Reader {
 public:
  explicit Rt4Reader(const sql::Endpoint& source) : db_(test::connect(source)) {}

  Facts all() {
    people();
    tickets();
    watchers();
    messages();
    values();
    links();
    history();
    return std::move(facts_);
  }

 private:
  struct Piece {
    std::string id;
    std::string type;
    std::string name;
    std::string bytes;
    bool file = false;
    bool latin1 = false;
  };

  sql::Rows rows(const std::string& query) {
    auto found = db_.query(query);
    EXPECT_TRUE(found.has_value()) << query;
    return found ? std::move(*found) : sql::Rows{};
  }

  void people() {
    std::set<std::string> privileged;
    for (const auto& row : rows("SELECT MemberId FROM GroupMembers WHERE GroupId = 4")) privileged.insert(row.text(0));
    for (const auto& row :
         rows("SELECT u.id, u.Name, u.RealName, u.EmailAddress, u.Lang, p.Disabled, "
              "COALESCE(u.Created, '1970-01-01 00:00:00') FROM Users u JOIN Principals p ON p.id = u.id")) {
      users_[row.text(0)] = row.text(1);
      const std::string name = trimmed(row.optional_text(2).value_or(""));
      const std::string mail = trimmed(row.optional_text(3).value_or(""));
      const bool machine = row.text(1) == "RT_System" || row.text(1) == "Nobody";
      std::string fact = name.empty() ? row.text(1) : name;
      fact += "|" + (mail.empty() ? std::string("none") : mail);
      fact += privileged.contains(row.text(0)) ? "|agent|" : "|requester|";
      fact += row.optional_text(4).value_or("").starts_with("fr") ? "fr" : "en";
      fact += row.text(5) == "0" && !machine ? "|1|" : "|0|";
      facts_["person " + row.text(1)] = fact + row.text(6);
    }
    for (const auto& row : rows("SELECT id, Name, Description, Disabled FROM Queues WHERE Name <> '___Approvals'")) {
      queues_[row.text(0)] = row.text(1);
      facts_["team " + row.text(1)] = row.optional_text(2).value_or("") + (row.text(3) == "0" ? "|1" : "|0");
    }
  }

  /// Members of a role, those of groups and of groups in them too; in the order in which they came.
  std::vector<std::string> members(const std::string& group, bool nested = false) {
    std::vector<std::string> found;
    for (const auto& row :
         rows("SELECT m.MemberId, p.PrincipalType, p.Disabled FROM GroupMembers m JOIN Principals p ON "
              "p.id = m.MemberId WHERE m.GroupId = " +
              group + " ORDER BY m.id")) {
      if (nested && row.text(2) != "0") continue;
      if (row.text(1) == "User") {
        found.push_back(users_[row.text(0)]);
      } else if (row.text(2) == "0") {
        const auto more = members(row.text(0), true);
        found.insert(found.end(), more.begin(), more.end());
      }
    }
    return found;
  }

  void tickets() {
    static const Facts statuses{{"new", "new"},           {"open", "open"},       {"stalled", "suspended"},
                                {"resolved", "resolved"}, {"rejected", "closed"}, {"deleted", "closed"}};
    for (const auto& row :
         rows("SELECT id, Subject, Status, Priority, Owner, Queue, COALESCE(Created, '1970-01-01 00:00:00'), "
              "COALESCE(LastUpdated, "
              "Created, '1970-01-01 00:00:00'), EffectiveId, Creator FROM Tickets WHERE Type = 'ticket'")) {
      const std::string key = "request " + row.text(0) + " ";
      const std::string subject = trimmed(row.optional_text(1).value_or(""));
      const std::string status = lower(row.text(2));
      const auto priority = row.integer(3);
      created_[row.text(0)] = row.text(6);
      facts_[key + "subject"] = subject.empty() ? "(no subject)" : subject;
      facts_[key + "status"] = statuses.at(status);
      facts_[key + "severity"] = std::to_string(priority >= 90 ? 1 : priority >= 50 ? 2 : priority >= 0 ? 3 : 4);
      facts_[key + "requester"] = users_.contains(row.text(9)) ? users_[row.text(9)] : "RT_System";
      facts_[key + "assignee"] = row.text(4) == "6" ? "none" : users_[row.text(4)];
      facts_[key + "team"] = queues_[row.text(5)];
      facts_[key + "close reason"] = statuses.at(status) == "closed" ? status + " in Request Tracker" : "none";
      facts_[key + "created"] = row.text(6);
      facts_[key + "updated"] = row.text(7);
      facts_[key + "deleted"] = status == "deleted" ? row.text(7) : "none";
      facts_[key + "merged"] = row.text(8) == row.text(0) ? "none" : row.text(8);
    }
  }

  bool is_request(const std::string& id) { return created_.contains(id); }

  void watchers() {
    for (const auto& row :
         rows("SELECT id, Name, Instance FROM `Groups` WHERE Domain = 'RT::Ticket-Role' AND Name <> 'Owner'")) {
      if (!is_request(row.text(2))) continue;
      const auto people = members(row.text(0));
      std::string& requester = facts_["request " + row.text(2) + " requester"];
      const bool asked = row.text(1) == "Requestor";
      if (asked && !people.empty()) requester = people.front();
      for (const std::string& who : people)
        if (!asked || who != requester)
          facts_.emplace("watcher " + row.text(2) + " " + who + (row.text(1) == "AdminCc" ? " agent_copy" : " copy"),
                         "1");
    }
  }

  std::vector<Piece> pieces_of(const std::string& transaction) {
    std::vector<Piece> pieces;
    for (const auto& row :
         rows("SELECT id, ContentType, Filename, COALESCE(ContentEncoding, 'none'), COALESCE(Content, ''), "
              "FROM_BASE64(Content), COALESCE(Headers, '') FROM Attachments WHERE TransactionId = " +
              transaction + " ORDER BY id")) {
      if (row.text(1).starts_with("multipart/")) continue;
      Piece piece{row.text(0), row.text(1), row.optional_text(2).value_or(""), row.text(4), false, false};
      if (row.text(3) == "base64") piece.bytes = row.text(5);
      if (row.text(3) == "quoted-printable") piece.bytes = unquoted(row.text(4));
      piece.file = !piece.name.empty() || !piece.type.starts_with("text/");
      piece.latin1 = row.text(6).find("iso-8859-1") != std::string::npos;
      pieces.push_back(piece);
    }
    return pieces;
  }

  void messages() {
    for (const auto& row :
         rows("SELECT id, ObjectId, Type, Creator, Created FROM Transactions WHERE ObjectType = 'RT::Ticket' AND "
              "Type IN ('Create', 'Correspond', 'Comment')")) {
      if (!is_request(row.text(1))) continue;
      const std::string key = "Transactions:" + row.text(0);
      std::string body;
      std::string format = "plain";
      bool has_body = false;
      for (const Piece& piece : pieces_of(row.text(0))) {
        if (!piece.file && !has_body) {
          has_body = true;
          body = piece.latin1 ? "Grüße" : piece.bytes;
          if (piece.type == "text/html") format = "html";
          continue;
        }
        const std::string ending = piece.type == "text/html" ? ".html" : ".png";
        facts_["file Attachments:" + piece.id] = key + "|" +
                                                 (piece.name.empty() ? "part-" + piece.id + ending : piece.name) + "|" +
                                                 piece.type + "|" + test::sum_of(piece.bytes);
      }
      const std::string author = users_.contains(row.text(3)) ? users_[row.text(3)] : "RT_System";
      facts_["message " + key] = row.text(1) + "|" + author + (row.text(2) == "Comment" ? "|internal|" : "|public|") +
                                 format + "|" + row.optional_text(4).value_or(created_[row.text(1)]);
      facts_["message " + key + " body"] = body;
    }
  }

  void values() {
    static const Facts kinds{{"Freeform", "text"}, {"Select", "choice"},  {"Text", "long_text"},
                             {"Date", "date"},     {"IPAddress", "text"}, {"Image", "file"}};
    for (const auto& row : rows("SELECT id, Name, Type, Disabled FROM CustomFields WHERE LookupType = "
                                "'RT::Queue-RT::Ticket' ORDER BY id")) {
      // "SERIAL" is the same name for the account.
      fields_[row.text(0)] = row.text(1) == "SERIAL" ? "Serial" : row.text(1);
      facts_.emplace("field " + fields_[row.text(0)], kinds.at(row.text(2)) + (row.text(3) == "0" ? "|1" : "|0"));
    }
    std::map<std::string, int> places;
    for (const auto& row :
         rows("SELECT CustomField, ObjectId, Content, LargeContent FROM ObjectCustomFieldValues WHERE ObjectType = "
              "'RT::Ticket' AND Disabled = 0 ORDER BY CustomField, SortOrder, id")) {
      if (!is_request(row.text(1))) continue;
      const std::string key = "value " + row.text(1) + " " + fields_[row.text(0)] + " ";
      std::string value = row.optional_text(2).value_or("");
      if (value.empty()) value = row.text(3);
      if (row.text(0) == "5") value = "192.0.2." + std::to_string(std::stoi(value.substr(12)));
      facts_[key + std::to_string(places[key]++)] = value;
    }
  }

  void links() {
    static const Facts kinds{{"RefersTo", "refers_to"}, {"DependsOn", "depends_on"}, {"MemberOf", "child_of"}};
    for (const auto& row : rows("SELECT Type, LocalBase, LocalTarget, Target FROM Links")) {
      const auto kind = kinds.find(row.text(0));
      if (kind == kinds.end() || !is_request(row.text(1))) continue;
      if (row.text(2) != "0" && !is_request(row.text(2))) continue;
      test::count_fact(facts_, "link " + row.text(1) + " " + kind->second + " " + row.text(row.text(2) == "0" ? 3 : 2));
    }
  }

  void history() {
    static const Facts writing{{"Create", "opened"},
                               {"Correspond", "answered"},
                               {"Comment", "noted"},
                               {"Status", "status"},
                               {"Take", "assignee"}};
    static const Facts words{{"new", "new"}, {"open", "open"}, {"with supplier", "with supplier"}};
    for (const auto& row : rows("SELECT id, ObjectId, Type, COALESCE(Field, ''), COALESCE(OldValue, ''), "
                                "COALESCE(NewValue, ''), Creator, Created "
                                "FROM Transactions WHERE ObjectType = 'RT::Ticket'")) {
      if (!is_request(row.text(1))) continue;
      const std::string& type = row.text(2);
      const auto known = writing.find(type);
      std::string kind = known == writing.end() ? lower(type) : known->second;
      std::string was = row.text(4);
      std::string became = row.text(5);
      std::string detail = row.text(3);
      if (type == "Create") became.assign("new");
      if (type == "Correspond" || type == "Comment") became = "Transactions:" + row.text(0);
      if (type == "Set") kind = detail == "Queue" ? std::string("team") : "set_" + lower(detail);
      if (type == "CustomField") detail = fields_[detail];
      if (type == "Status") {
        detail = was + " → " + became;
        was = words.at(was);
        became = words.at(became);
      }
      if (type == "Take") {
        was = users_[was];
        became = users_[became];
        detail = became;
      }
      const std::string actor = users_.contains(row.text(6)) ? users_[row.text(6)] : "none";
      test::count_fact(facts_, "event " + row.text(1) + " " + row.optional_text(7).value_or(created_[row.text(1)]) +
                                   "|" + actor + "|" + kind + "|" + was + "|" + became + "|" + detail);
    }
  }

  sql::Connection db_;
  Facts facts_;
  Facts users_, queues_, created_, fields_;
};

}  // namespace

test::Facts facts_of_rt4(const sql::Endpoint& source) { return Rt4Reader(source).all(); }

}  // namespace slipway::migrate
