#include "migrate/engine/table_option_rules.hpp"

#include <algorithm>
#include <array>

namespace slipway::migrate {
namespace {

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return upper;
}

std::string spaced(std::string_view text) { return std::string(1, ' ').append(text); }

struct Option {
  std::string name;  ///< upper case; "DATA DIRECTORY"
  std::string_view value;
  std::string_view written;  ///< all of it
};

/// "ENGINE=MyISAM DEFAULT CHARSET=utf8mb4 UNION=(`a`,`b`)" one by one. Ends of executable comments are passed over.
std::vector<Option> options_in(std::string_view text) {
  std::vector<Option> options;
  const auto tokens = tokens_of(text);
  for (std::size_t i = 0; i < tokens.size();) {
    if (!tokens[i].is_name()) {
      ++i;
      continue;
    }
    const std::size_t first = i;
    std::string name = upper_case(tokens[i].name());
    const bool two_words = (name == "DATA" || name == "INDEX" || name == "DEFAULT" || name == "WITH") &&
                           i + 1 < tokens.size() && tokens[i + 1].is_name();
    if (two_words) name.append(1, ' ').append(upper_case(tokens[++i].name()));
    ++i;
    if (i < tokens.size() && tokens[i].is_sign('=')) ++i;
    const std::size_t value = i;
    if (i < tokens.size() && tokens[i].is_sign('(')) {
      while (i < tokens.size() && !tokens[i].is_sign(')')) ++i;
    }
    if (i < tokens.size() && !tokens[i].text.ends_with("*/")) ++i;
    const std::size_t end = tokens[i - 1].end();
    const std::size_t from = value < tokens.size() ? std::min(tokens[value].begin, end) : end;
    options.push_back(
        {name, text.substr(from, end - from), text.substr(tokens[first].begin, end - tokens[first].begin)});
  }
  return options;
}

std::string engine_in(const std::vector<Option>& options) {
  const auto found = std::find_if(options.begin(), options.end(), [](const Option& o) { return o.name == "ENGINE"; });
  return found == options.end() ? "InnoDB" : std::string(found->value);
}

void engine_becomes(const std::string& engine, TableShape& shape) {
  static constexpr std::array<std::string_view, 9> elsewhere{
      "MRG_MYISAM", "MERGE", "FEDERATED", "CONNECT", "SPIDER", "SPHINX", "OQGRAPH", "SEQUENCE", "PERFORMANCE_SCHEMA"};
  const std::string name = upper_case(engine);
  if (name == "INNODB") return;
  if (among(elsewhere, name))
    shape.blockers.push_back("engine " + engine + " has no rows of its own, it shows those of other tables or servers");
  else
    shape.changes.push_back("engine " + engine + " became InnoDB");
}

class Porting {
 public:
  Porting(Keep keep, bool was_innodb, TableShape& shape) : keep_(keep), was_innodb_(was_innodb), shape_(shape) {}

  std::string port(const Option& option) {
    static constexpr std::array<std::string_view, 12> kept{
        "AUTO_INCREMENT",  "DEFAULT CHARSET",    "COLLATE",         "COMMENT",
        "MIN_ROWS",        "MAX_ROWS",           "AVG_ROW_LENGTH",  "STATS_PERSISTENT",
        "DEFAULT COLLATE", "STATS_SAMPLE_PAGES", "PAGE_COMPRESSED", "PAGE_COMPRESSION_LEVEL"};
    // They say how another engine stores what InnoDB stores its own way.
    static constexpr std::array<std::string_view, 9> meaningless{"ENGINE",         "CHECKSUM",      "DELAY_KEY_WRITE",
                                                                 "PACK_KEYS",      "PAGE_CHECKSUM", "TRANSACTIONAL",
                                                                 "TABLE_CHECKSUM", "INSERT_METHOD", "UNION"};
    const std::string& name = option.name;
    if (among(kept, name)) return spaced(option.written);
    if (among(meaningless, name)) return "";
    if (name == "WITH SYSTEM") return keep_ == Keep::everything ? " WITH SYSTEM VERSIONING" : "";
    if (name == "STATS_AUTO_RECALC") {
      shape_.statistics = option.written;
      return "";
    }
    if (name == "ROW_FORMAT" || name == "KEY_BLOCK_SIZE") return storage(option);
    shape_.changes.push_back("option " + name + " was left away");
    return "";
  }

 private:
  std::string storage(const Option& option) {
    static constexpr std::array<std::string_view, 4> formats{"DYNAMIC", "COMPRESSED", "COMPACT", "REDUNDANT"};
    const bool known = option.name == "KEY_BLOCK_SIZE" ? was_innodb_ : among(formats, option.value);
    return known ? spaced(option.written) : std::string{};
  }

  Keep keep_;
  bool was_innodb_;
  TableShape& shape_;
};

}  // namespace

std::string port_options(std::string_view options, Keep keep, TableShape& shape) {
  const auto all = options_in(options);
  const std::string engine = engine_in(all);
  engine_becomes(engine, shape);
  Porting porting(keep, engine == "InnoDB", shape);
  std::string ported = " ENGINE=InnoDB";
  for (const Option& option : all) ported += porting.port(option);
  return ported + " STATS_AUTO_RECALC=0";
}

std::string port_partitions(std::string_view partitions, TableShape& shape) {
  const auto tokens = tokens_of(partitions);
  std::vector<Edit> edits;
  bool directories = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i + 2 < tokens.size() && tokens[i].is("ENGINE") && tokens[i + 1].is_sign('=')) {
      edits.push_back({tokens[i + 2].begin, tokens[i + 2].end(), "InnoDB"});
    } else if (i + 3 < tokens.size() && (tokens[i].is("DATA") || tokens[i].is("INDEX")) &&
               tokens[i + 1].is("DIRECTORY")) {
      edits.push_back({tokens[i].begin, tokens[i + 3].end(), ""});
      directories = true;
    } else if (i + 2 < tokens.size() && tokens[i].is("TABLESPACE") && tokens[i + 1].is_sign('=')) {
      edits.push_back({tokens[i].begin, tokens[i + 2].end(), ""});
    }
  }
  // MySQL puts the whole clause into an executable comment, whose end is not of the clause.
  const auto opened =
      std::count_if(tokens.begin(), tokens.end(), [](const Token& t) { return t.text.starts_with("/*"); });
  const auto closed = std::count_if(tokens.begin(), tokens.end(), [](const Token& t) { return t.text == "*/"; });
  if (closed > opened) edits.push_back({tokens.back().begin, tokens.back().end(), ""});
  if (directories) shape.changes.emplace_back("directories of partitions were left away");
  return apply(partitions, std::move(edits));
}

}  // namespace slipway::migrate
