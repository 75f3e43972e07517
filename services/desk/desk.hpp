// The desk's use cases. Pages, REST and later SOAP and mail are doors to these and hold no rule of their own.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "appliance/base/secret.hpp"
#include "appliance/base/time.hpp"
#include "appliance/http/message.hpp"
#include "appliance/sql/pool.hpp"
#include "services/desk/case_rules.hpp"
#include "services/desk/list_rules.hpp"

namespace slipway::desk {

/// Whoever asks. Every use case decides by `role` and `id` what this person may see and do.
struct Person {
  std::int64_t id = 0;
  std::string display_name;
  std::string email;  ///< "" when unknown
  std::string login;  ///< "" when the person cannot sign in
  Role role = Role::requester;
  std::string language = "en";  ///< "en" or "fr"
};

struct SignInAttempt {
  std::string login;
  Secret password;
  std::string client_address;
};

struct SignedIn {
  Secret token;  ///< new at every sign-in (no fixation); only its SHA-256 is stored
  Person person;
  bool must_change_password = false;
};

struct SessionState {
  Person person;
  bool must_change_password = false;
};

/// Enough of a person to show.
struct PersonRef {
  std::int64_t id = 0;
  std::string display_name;
};

struct TeamRef {
  std::int64_t id = 0;
  std::string name;
};

/// A request without its conversation.
struct RequestSummary {
  std::int64_t number = 0;
  std::string subject;
  CaseStatus status = CaseStatus::fresh;
  int severity = kUsualSeverity;
  PersonRef requester;
  std::optional<PersonRef> assignee;
  std::optional<TeamRef> team;
  Timestamp created_at;
  Timestamp updated_at;
  bool deleted = false;
  std::optional<std::int64_t> merged_into;
};

/// Who a listed request is assigned to.
struct AssigneeFilter {
  enum class Kind { any, nobody, person } kind = Kind::any;
  std::int64_t person_id = 0;
};

inline constexpr int kDefaultRows = 50;
inline constexpr int kMostRows = 500;

struct ListQuery {
  std::vector<CaseStatus> statuses = {};  ///< empty: all
  std::vector<int> severities = {};       ///< empty: all
  AssigneeFilter assignee = {};
  std::optional<std::int64_t> requester_id = {};
  std::optional<std::int64_t> team_id = {};
  std::string search = {};       ///< words of subject and public messages, or a number ("4711", "#4711")
  bool include_deleted = false;  ///< staff only; ignored for requesters
  bool include_merged = false;
  Sort sort = {};
  int max_rows = kDefaultRows;  ///< 1 to kMostRows
  std::string cursor = {};      ///< "" for the first page, or one of RequestPage's
};

/// One page of a list. There is no total: counting every row would cost more than the page.
struct RequestPage {
  std::vector<RequestSummary> rows;
  std::string next;      ///< cursor, "" on the last page
  std::string previous;  ///< cursor, "" on the first page
};

struct AttachmentInfo {
  std::int64_t id = 0;
  std::string file_name;
  std::string media_type;  ///< as stored; downloads are served by safe_media_type()
  std::uint64_t size_bytes = 0;
};

struct Message {
  std::int64_t id = 0;
  PersonRef author;
  bool from_staff = false;
  Visibility visibility = Visibility::everyone;
  std::string body;
  bool is_html = false;  ///< migrated HTML: show as text or through a sanitiser, never as it is
  Timestamp written_at;
  std::vector<AttachmentInfo> attachments;
};

/// kind: "opened", "status", "severity", "assignee", "team", "answered", "noted"; a migration adds kinds of its own.
struct Event {
  Timestamp happened_at;
  std::optional<PersonRef> actor;
  std::string kind;
  std::string old_value;
  std::string new_value;
  std::string detail;
};

struct Link {
  std::string kind;      ///< "refers_to", "depends_on", "child_of"
  bool outgoing = true;  ///< false: the other request points here
  std::optional<std::int64_t> number;
  std::string subject;  ///< of the other request when this person may see it
  std::string url;      ///< of a target outside; may have any scheme, link only http(s)
};

struct CustomValue {
  std::string name;
  std::string kind;
  std::string value;
};

struct Watcher {
  PersonRef person;
  bool agent_copy = false;
};

struct RequestDetail {
  RequestSummary summary;
  std::optional<Solution> solution;
  std::string close_reason;
  std::vector<Message> messages;  ///< in the order written; at most kMostMessages, the newest
  bool older_messages_left_out = false;
  std::vector<Event> events;  ///< newest kMostMessages, in order
  std::vector<Link> links;
  std::vector<CustomValue> custom_values;
  std::vector<Watcher> watchers;
  std::vector<CaseStatus> moves;  ///< what this person may choose now
};
inline constexpr int kMostMessages = 2000;

struct NewRequest {
  std::string subject = {};      ///< 1 to 500 characters
  std::string description = {};  ///< 1 byte to kMostTextBytes
  int severity = kUsualSeverity;
  std::string requester_email =
      {};  ///< staff only; "" is the person itself; an unknown address becomes a new requester
  std::optional<std::int64_t> team_id = {};  ///< staff only
  std::vector<http::Upload> attachments = {};
};

struct Answer {
  std::string body = {};  ///< may be empty when there is an attachment
  Visibility visibility = Visibility::everyone;
  std::vector<http::Upload> attachments = {};
};
inline constexpr std::size_t kMostTextBytes = 1U << 20U;
inline constexpr std::size_t kMostAttachments = 20;

/// Names the status the person saw: when another was faster the move is refused (conflict) and nothing changes.
struct Move {
  CaseStatus expected = CaseStatus::fresh;
  CaseStatus to = CaseStatus::fresh;
  std::string reason = {};                ///< required to close (B6), 1 to 500 characters
  std::optional<Solution> solution = {};  ///< required to resolve (B7)
};

/// An attachment to hand out; `stream` reads piece by piece and holds no connection between pieces.
struct AttachmentFile {
  AttachmentInfo info;
  std::function<Status(const http::BodyWriter&)> stream;
};

/// What a desk needs beside its database.
struct DeskSettings {
  Secret cursor_key;                            ///< signs list cursors
  std::uint64_t attachment_limit = 64U << 20U;  ///< bytes each
};

/// The desk of one account. Cheap to make per request; thread-safe (each call lends a connection of its own). Times
/// come in as `now` so that tests own the clock.
/// Errors of all calls besides those named: the connection's; invalid_argument carries context parameter=<field>.
/// not_found is also the answer for what exists but is not this person's to see.
class Desk {
 public:
  Desk(std::shared_ptr<sql::Pool> pool, DeskSettings settings);

  // Sign-in (A15, A19).
  /// Errors: unauthenticated (same text and time whether the login exists), too_many_requests with context
  /// retry_after_seconds, even for the right password.
  [[nodiscard]] Result<SignedIn> sign_in(const SignInAttempt& attempt, Timestamp now);
  [[nodiscard]] Status sign_out(const Secret& token);
  /// Who holds this browser session: 8 h idle, 7 d at most. Error: unauthenticated.
  [[nodiscard]] Result<SessionState> session(const Secret& token, Timestamp now);
  /// Error: unauthenticated (old password wrong; throttled like sign-in), invalid_argument naming the rule of the
  /// password policy (A19). Ends the person's other sessions.
  [[nodiscard]] Status change_password(const Person& person, const Secret& old_password, const Secret& new_password,
                                       const Secret& kept_token, Timestamp now);
  /// What pages and mail to this person are written in. Error: invalid_argument (not "en" or "fr").
  [[nodiscard]] Status set_language(const Person& person, const std::string& language);
  /// Who holds this API token. Error: unauthenticated.
  [[nodiscard]] Result<Person> bearer(const Secret& token, Timestamp now);
  /// Shown once; only its SHA-256 is stored.
  [[nodiscard]] Result<Secret> create_api_token(const Person& person, const std::string& label,
                                                std::optional<Timestamp> expires_at, Timestamp now);

  // Requests.
  /// Staff see every request; a requester those of its own and those it watches. Error: invalid_argument (cursor, …).
  [[nodiscard]] Result<RequestPage> list(const Person& person, const ListQuery& query);
  [[nodiscard]] Result<RequestDetail> get(const Person& person, std::int64_t number);
  /// The number of the new request.
  [[nodiscard]] Result<std::int64_t> open(const Person& person, const NewRequest& request, Timestamp now);
  /// The id of the new message. Errors: conflict when closed, too_large, forbidden (an internal note of a requester).
  [[nodiscard]] Result<std::int64_t> answer(const Person& person, std::int64_t number, const Answer& answer,
                                            Timestamp now);
  /// Errors: those of check_move(); conflict when the status is no longer `expected`. Opening takes the request: the
  /// person becomes the assignee when there is none (B3).
  [[nodiscard]] Status move(const Person& person, std::int64_t number, const Move& move, Timestamp now);
  /// Staff only; `assignee` must be active staff. A new request becomes open (B3).
  [[nodiscard]] Status assign(const Person& person, std::int64_t number, std::int64_t assignee, Timestamp now);
  /// Staff only; nothing takes it away from its team.
  [[nodiscard]] Status set_team(const Person& person, std::int64_t number, std::optional<std::int64_t> team,
                                Timestamp now);
  /// Staff only (B1: support decides the final severity).
  [[nodiscard]] Status set_severity(const Person& person, std::int64_t number, int severity, Timestamp now);
  [[nodiscard]] Result<AttachmentFile> attachment(const Person& person, std::int64_t attachment_id);

  // For choosers; staff only, empty for requesters.
  [[nodiscard]] Result<std::vector<PersonRef>> staff(const Person& person);
  [[nodiscard]] Result<std::vector<TeamRef>> teams(const Person& person);

  /// Removes what has expired: sessions, tokens, throttle rows. Called by housekeeping.
  [[nodiscard]] Status remove_expired(Timestamp now);

 private:
  std::shared_ptr<sql::Pool> pool_;
  DeskSettings settings_;
};

}  // namespace slipway::desk
