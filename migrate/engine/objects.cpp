#include "migrate/engine/objects.hpp"

#include "appliance/sql/failure.hpp"
#include "migrate/engine/object_definition.hpp"
#include "migrate/engine/sequences.hpp"
#include "migrate/engine/table_end.hpp"

namespace slipway::migrate {
namespace {

/// What the user of the target lacks for an object of this kind.
std::string privilege_for(const std::string& kind) {
  if (kind == "view") return "CREATE VIEW, DROP and SELECT";
  if (kind == "trigger") return "TRIGGER";
  if (kind == "event") return "EVENT";
  return "CREATE ROUTINE and ALTER ROUTINE";
}

std::string way_out(const OtherObject& object, const Error& error) {
  constexpr unsigned kUnsafeWithBinaryLog = 1419;
  constexpr unsigned kSyntax = 1064;
  constexpr unsigned kNoSuchEvent = 1539;
  if (sql::mysql_errno_of(error) == kUnsafeWithBinaryLog)
    return "set log_bin_trust_function_creators=1 on the target, or copy as a user with SUPER, and run the copy again";
  if (sql::mysql_errno_of(error) == kSyntax)
    return "the target does not understand its text: rewrite it and create it on the target by hand";
  if (sql::mysql_errno_of(error) == kNoSuchEvent)
    return "its time has passed, so the target dropped it at once: run its statement by hand if that still matters";
  if (error.code == Code::permission)
    return error.hint.starts_with("GRANT")
               ? error.hint
               : "GRANT " + privilege_for(object.kind) + " on the target database to the copying user";
  return "see whether it works on the source; mend or drop it there, or create it on the target by hand";
}

/// The copy of one database's objects.
class ObjectCopy {
 public:
  ObjectCopy(sql::Connection source, sql::Connection target, sql::Connection check, Names names, EventState events)
      : source_(std::move(source)),
        target_(std::move(target)),
        check_(std::move(check)),
        names_(std::move(names)),
        events_(events) {}

  Status begin() {
    SLIPWAY_TRY(const auto row, target_.query_one("SELECT @@collation_database, CURRENT_USER(), DATABASE()"));
    home_collation_ = collation_ = row->text(0);
    user_ = row->text(1);
    SLIPWAY_TRY(database_, sql::quote_identifier(row->text(2)));
    SLIPWAY_CHECK(become_definition_reader(check_));
    return become_definition_reader(source_);
  }

  /// Error: the connections' only. Anything else is a problem of this object, kept in `problem`.
  Status copy(const OtherObject& object, std::optional<Error>& problem) {
    problem.reset();
    auto done = port(object);
    if (done) {
      ++report_.copied;
      return {};
    }
    if (done.error().code == Code::unavailable || done.error().code == Code::no_space) return std::move(done).error();
    problem = std::move(done).error();
    return {};
  }

  void give_up(const OtherObject& object, const Error& error) {
    report_.problems.push_back({object.kind, object.name, error.message, way_out(object, error)});
  }

  Status copy_each(const std::vector<OtherObject>& objects) {
    std::optional<Error> problem;
    for (const OtherObject& object : objects) {
      SLIPWAY_CHECK(copy(object, problem));
      if (problem) give_up(object, *problem);
    }
    return {};
  }

  /// Views stand on views. An alias may look like a view's name and close a circle that is none, so those that fail are
  /// tried again as long as others succeed.
  Status copy_views(const std::vector<OtherObject>& all) {
    SLIPWAY_TRY(std::vector<OtherObject> views, in_order(all));
    std::vector<Error> errors;
    for (std::size_t before = views.size() + 1; !views.empty() && views.size() < before;) {
      before = views.size();
      errors.clear();
      std::vector<OtherObject> waiting;
      for (OtherObject& view : views) {
        std::optional<Error> problem;
        SLIPWAY_CHECK(copy(view, problem));
        if (!problem) continue;
        errors.push_back(std::move(*problem));
        waiting.push_back(std::move(view));
      }
      views = std::move(waiting);
    }
    for (std::size_t i = 0; i < views.size(); ++i) give_up(views[i], errors[i]);
    return {};
  }

  Result<ObjectsReport> end() {
    SLIPWAY_CHECK(use_database_collation(home_collation_));
    definers_.erase(user_);
    if (!definers_.empty()) {
      std::string list;
      for (const std::string& definer : definers_) list.append(list.empty() ? "" : ", ").append(definer);
      report_.notes.push_back("definer " + list + " became " + user_ +
                              "; SQL SECURITY was kept, users and grants were not copied");
    }
    return std::move(report_);
  }

 private:
  Result<std::vector<OtherObject>> in_order(const std::vector<OtherObject>& views) {
    std::map<std::string, std::string> texts;
    for (const OtherObject& view : views) {
      auto definition = read_definition(source_, view);
      if (!definition && definition.error().code == Code::unavailable) return std::move(definition).error();
      texts[view.name] = definition ? definition->text : "";
    }
    std::vector<OtherObject> ordered;
    for (const std::string& name : order_by_mention(texts)) ordered.push_back({"view", name});
    return ordered;
  }

  Status port(const OtherObject& object) {
    SLIPWAY_TRY(Definition definition, read_definition(source_, object));
    const PortedObject ported =
        port_object(object.kind, definition.text, QuoteMode::of(definition.sql_mode), names_, events_);
    SLIPWAY_CHECK(use_database_collation(definition.database_collation));
    SLIPWAY_CHECK(restore_context(target_, definition));
    SLIPWAY_CHECK(target_.execute_text(ported.text));
    SLIPWAY_CHECK(restore_comment(object, definition));
    SLIPWAY_CHECK(compare(object, definition, ported));
    tell(object, definition, ported);
    return {};
  }

  /// A routine's comment is UTF-8 amid a text in another character set, so it was misread.
  Status restore_comment(const OtherObject& object, const Definition& definition) {
    if (definition.client_charset.starts_with("utf8") || (object.kind != "function" && object.kind != "procedure"))
      return {};
    SLIPWAY_TRY(const auto row,
                source_.query_one("SELECT routine_comment FROM information_schema.routines WHERE routine_schema = "
                                  "DATABASE() AND routine_name = ? AND LOWER(routine_type) = ?",
                                  {object.name, object.kind}));
    if (!row || row->text(0).empty()) return {};
    std::string comment;
    for (const char c : row->text(0)) comment.append(c == '\'' || c == '\\' ? 2 : 1, c);
    SLIPWAY_TRY(const std::string name, sql::quote_identifier(object.name));
    SLIPWAY_CHECK(target_.execute_text("SET SESSION sql_mode = '', character_set_client = utf8mb4"));
    SLIPWAY_CHECK(target_.execute_text("ALTER " + object.kind + " " + name + " COMMENT '" + comment + "'"));
    return {};
  }

  /// Reads the object back. Views are printed anew by every version of a server, and MySQL prints what MariaDB does
  /// not.
  Status compare(const OtherObject& object, const Definition& wanted, const PortedObject& ported) {
    SLIPWAY_TRY(Definition arrived, read_definition(check_, object));
    if (object.kind == "view" || !source_.is_mariadb()) return {};
    Names same = names_;
    same.same_name = true;
    PortedObject again = port_object(object.kind, arrived.text, QuoteMode::of(arrived.sql_mode), same, events_);
    if (again.text == ported.text && arrived.sql_mode == wanted.sql_mode && arrived.collation == wanted.collation &&
        arrived.client_charset == wanted.client_charset)
      return {};
    return Error{Code::corrupt,
                 object.kind + " '" + object.name + "': the target keeps it differently than it was given",
                 "compare SHOW CREATE on both sides"};
  }

  void tell(const OtherObject& object, const Definition& definition, const PortedObject& ported) {
    const auto note = [&](const std::string& text) {
      report_.notes.push_back(object.kind + " " + object.name + ": " + text);
    };
    if (!ported.definer.empty()) definers_.insert(ported.definer);
    if (ported.disabled) note("arrived disabled; ALTER EVENT … ENABLE starts it");
    if (ported.unqualified && object.kind != "view")
      note("names of database '" + names_.database + "' in it now mean the database it is in");
    if (ported.dynamic)
      note("a string in it names database '" + names_.database + "', perhaps as SQL; it was left as it is");
    if (definition.converted) note("its text was converted to utf8mb4");
    for (const std::string& other : ported.abroad)
      note("uses database '" + other + "', which is not part of this copy");
  }

  /// A routine's variables have the collation that its database had when it was created.
  Status use_database_collation(const std::string& collation) {
    std::vector<std::string> changes;
    const std::string wanted = replace_collations(collation, changes);
    if (wanted.empty() || wanted == collation_) return {};
    SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(wanted));
    SLIPWAY_CHECK(target_.execute_text("ALTER DATABASE " + database_ + " COLLATE " + quoted));
    collation_ = wanted;
    return {};
  }

  sql::Connection source_;
  sql::Connection target_;
  sql::Connection check_;
  Names names_;
  EventState events_;
  std::string home_collation_;
  std::string collation_;  ///< of the target database at present
  std::string user_;
  std::string database_;
  std::set<std::string> definers_;
  ObjectsReport report_;
};

Result<Names> names_of(sql::Connection& source, const sql::Endpoint& target, const Catalog& catalog) {
  Names names;
  names.database = source.endpoint().database;
  names.same_name = names.database == target.database;
  SLIPWAY_TRY(const auto row, source.query_one("SELECT @@lower_case_table_names"));
  names.database_case_folds = row->integer(0) != 0;
  for (const Table& table : catalog.tables) names.objects.insert(lower_case(table.name));
  for (const OtherObject& other : catalog.others) names.objects.insert(lower_case(other.name));
  SLIPWAY_TRY(const auto databases, list_databases(source));
  names.databases.insert(databases.begin(), databases.end());
  names.databases.erase(names.database);
  return names;
}

/// Kinds of objects that a server does not show to this user, so that they would stay behind unseen.
Result<std::vector<std::string>> unseen(sql::Connection& source) {
  SLIPWAY_TRY(const auto rows,
              source.query("SELECT privilege_type FROM information_schema.user_privileges WHERE grantee = "
                           "CONCAT('''', SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''@''', "
                           "SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''') UNION "
                           "SELECT privilege_type FROM information_schema.schema_privileges WHERE ? LIKE table_schema",
                           {source.endpoint().database}));
  std::set<std::string> held;
  for (const auto& row : rows) held.insert(row.text(0));
  std::vector<std::string> notes;
  const auto demand = [&](const std::string& what, std::initializer_list<const char*> any, const std::string& grant) {
    if (std::any_of(any.begin(), any.end(), [&](const char* privilege) { return held.contains(privilege); })) return;
    notes.push_back(what + " of the source may be hidden from " + source.endpoint().user + ": GRANT " + grant +
                    " and run the copy again");
  };
  demand("triggers", {"TRIGGER"}, "TRIGGER");
  demand("events", {"EVENT"}, "EVENT");
  demand("procedures and functions", {"EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE"}, "EXECUTE");
  return notes;
}

std::vector<OtherObject> of_kind(const Catalog& catalog, std::string_view kind, const std::set<std::string>& skip) {
  std::vector<OtherObject> objects;
  for (const OtherObject& object : catalog.others)
    if (object.kind == kind && !skip.contains(object.table.empty() ? object.name : object.table))
      objects.push_back(object);
  return objects;
}

Result<sql::Connection> open(sql::Endpoint endpoint) {
  endpoint.statement_limit = std::chrono::seconds{0};
  return sql::Connection::open(endpoint);
}

/// What stands in the way before anything is written.
Status refuse(sql::Connection& target, const Catalog& catalog, const std::set<std::string>& skip) {
  std::vector<std::string> names;
  for (const Table& table : catalog.tables) {
    if (skip.contains(table.name)) continue;
    names.push_back(table.name);
    if (!table.shape.blockers.empty())
      return Error{Code::unsupported, "table '" + table.name + "': " + table.shape.blockers.front(),
                   "leave the table out, or change it on the source"};
  }
  for (const OtherObject& view : of_kind(catalog, "view", skip)) names.push_back(view.name);
  SLIPWAY_TRY(const auto row, target.query_one("SELECT @@lower_case_table_names"));
  const auto colliding = colliding_names(names);
  if (row->integer(0) == 0 || colliding.empty()) return {};
  return Error{Code::conflict,
               "tables " + colliding.front() + ": their names differ by case only, and the target ignores case",
               "rename one of them on the source, or set lower_case_table_names=0 on a new target"};
}

/// Routines and new tables take their defaults from the database.
Status adopt_collation(sql::Connection& source, sql::Connection& target, ObjectsReport& report) {
  SLIPWAY_TRY(const auto there, source.query_one("SELECT @@collation_database"));
  SLIPWAY_TRY(const auto here, target.query_one("SELECT @@collation_database, DATABASE()"));
  std::vector<std::string> changes;
  const std::string wanted = replace_collations(there->text(0), changes);
  if (wanted == here->text(0)) return {};
  SLIPWAY_TRY(const std::string collation, sql::quote_identifier(wanted));
  SLIPWAY_TRY(const std::string database, sql::quote_identifier(here->text(1)));
  const auto done = target.execute_text("ALTER DATABASE " + database + " COLLATE " + collation);
  if (!done && done.error().code == Code::unavailable) return done.error();
  if (!done)
    report.notes.push_back("the target database keeps its default collation " + here->text(0) + "; the source's is " +
                           wanted);
  return {};
}

}  // namespace

Status adapt_history(sql::Connection& source, sql::Connection& target, Catalog& catalog) {
  const std::string later_end = "SELECT FROM_UNIXTIME(4294967295) IS NOT NULL";
  SLIPWAY_TRY(const auto there, source.query_one(later_end));
  SLIPWAY_TRY(const auto here, target.query_one(later_end));
  if (there->boolean(0) == here->boolean(0)) return {};
  const std::string of_2038 = "TIMESTAMP'2038-01-19 03:14:07.999999'";
  const std::string of_2106 = "TIMESTAMP'2106-02-07 06:28:15.999999'";
  for (Table& table : catalog.tables) {
    if (!table.history) continue;
    Column& end = table.columns.back();
    end.selected = "IF(" + end.selected + " = " + (there->boolean(0) ? of_2106 : of_2038) + ", " +
                   (there->boolean(0) ? of_2038 : of_2106) + ", " + end.selected + ")";
  }
  return {};
}

Result<ObjectsReport> prepare_objects(const sql::Endpoint& source, const sql::Endpoint& target, Catalog& catalog,
                                      const std::set<std::string>& skip) {
  SLIPWAY_TRY(sql::Connection reader, open(source));
  SLIPWAY_TRY(sql::Connection writer, open(target));
  SLIPWAY_CHECK(refuse(writer, catalog, skip));
  ObjectsReport report;
  SLIPWAY_CHECK(adapt_history(reader, writer, catalog));
  SLIPWAY_CHECK(adopt_collation(reader, writer, report));
  SLIPWAY_CHECK(create_sequences(reader, writer, catalog, skip, report));
  return report;
}

Result<ObjectsReport> copy_objects(const sql::Endpoint& source, const sql::Endpoint& target, const Catalog& catalog,
                                   const std::set<std::string>& skip, EventState events, Progress& progress) {
  progress.begin("copy views, routines, triggers and events");
  SLIPWAY_TRY(sql::Connection reader, open(source));
  SLIPWAY_TRY(sql::Connection writer, open(target));
  SLIPWAY_TRY(sql::Connection check, open(target));
  SLIPWAY_TRY(std::vector<std::string> hidden, unseen(reader));
  ObjectsReport before;
  SLIPWAY_CHECK(finish_tables(writer, catalog, skip, before));
  SLIPWAY_CHECK(finish_sequences(reader, writer, catalog, skip, before));
  SLIPWAY_TRY(Names names, names_of(reader, target, catalog));
  ObjectCopy copy(std::move(reader), std::move(writer), std::move(check), std::move(names), events);
  SLIPWAY_CHECK(copy.begin());
  for (const char* kind : {"function", "procedure", "package", "package body"})
    SLIPWAY_CHECK(copy.copy_each(of_kind(catalog, kind, skip)));
  SLIPWAY_CHECK(copy.copy_views(of_kind(catalog, "view", skip)));
  for (const char* kind : {"trigger", "event"}) SLIPWAY_CHECK(copy.copy_each(of_kind(catalog, kind, skip)));
  SLIPWAY_TRY(ObjectsReport report, copy.end());
  report.copied += before.copied;
  report.notes.insert(report.notes.begin(), before.notes.begin(), before.notes.end());
  report.notes.insert(report.notes.begin(), hidden.begin(), hidden.end());
  report.problems.insert(report.problems.begin(), before.problems.begin(), before.problems.end());
  return report;
}

}  // namespace slipway::migrate
