#include <istream>
#include <regex>

#include "services/site/quarantine.hpp"

namespace slipway::site {
namespace {

/// "### DELETE FROM `desk`.`written`" → "desk.written".
std::string table_in(const std::string& line) {
  std::string name;
  std::size_t begin = line.find('`');
  while (begin != std::string::npos) {
    const std::size_t end = line.find('`', begin + 1);
    if (end == std::string::npos) break;
    if (!name.empty()) name += '.';
    name.append(line, begin + 1, end - begin - 1);
    begin = line.find('`', end + 1);
  }
  return name;
}

}  // namespace

LogSummary summary_of(std::istream& words) {
  // "#261130 17:23:32 server id 1  end_log_pos 908 CRC32 0x45e53dfa 	GTID 0-1-4 trans"
  static const std::regex kTransaction(R"(^#\d+ .*\tGTID (\d+-\d+-\d+)(.*)$)");
  LogSummary summary;
  std::string open;  // a transaction that no changed row has been seen of
  const auto end_transaction = [&] {
    if (!open.empty() && summary.definition.empty()) summary.definition = open;
  };
  for (std::string line; std::getline(words, line);) {
    std::smatch found;
    if (line.starts_with("#") && std::regex_match(line, found, kTransaction)) {
      ++summary.transactions;
      end_transaction();
      open = found[1];
    }
    const bool deleted = line.starts_with("### DELETE FROM ");
    if (deleted || line.starts_with("### INSERT INTO ") || line.starts_with("### UPDATE ")) {
      open.clear();
      ++summary.rows[table_in(line)];
      if (deleted) ++summary.deletions[table_in(line)];
    }
  }
  end_transaction();
  return summary;
}

}  // namespace slipway::site
