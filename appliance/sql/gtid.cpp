#include "appliance/sql/gtid.hpp"

#include <charconv>

namespace slipway::sql {
namespace {

/// One number and the hyphen after it; null when it is none.
template <typename Number>
const char* take(const char* from, const char* end, Number& number, bool last) {
  const auto [stopped, fault] = std::from_chars(from, end, number);
  if (fault != std::errc() || stopped == from) return nullptr;
  if (last) return stopped == end ? stopped : nullptr;
  return stopped != end && *stopped == '-' ? stopped + 1 : nullptr;
}

std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

}  // namespace

Result<Gtid> Gtid::parse(std::string_view text) {
  Gtid gtid;
  const char* const end = text.data() + text.size();
  const char* at = take(text.data(), end, gtid.domain, false);
  if (at != nullptr) at = take(at, end, gtid.server, false);
  if (at != nullptr) at = take(at, end, gtid.sequence, true);
  if (at == nullptr)
    return Error{Code::invalid_argument, "GTID '" + std::string(text.substr(0, 60)) + "': cannot be read",
                 "a GTID is domain-server-sequence, such as 0-1-4711"};
  return gtid;
}

std::string Gtid::to_text() const {
  return std::to_string(domain) + '-' + std::to_string(server) + '-' + std::to_string(sequence);
}

Result<GtidPosition> GtidPosition::parse(std::string_view text) {
  GtidPosition position;
  text = without_blanks(text);
  while (!text.empty()) {
    const auto comma = text.find(',');
    SLIPWAY_TRY(const Gtid gtid, Gtid::parse(without_blanks(text.substr(0, comma))));
    if (position.last_.contains(gtid.domain))
      return Error{Code::invalid_argument,
                   "GTID position: domain " + std::to_string(gtid.domain) + " stands in it twice"};
    position.advance(gtid);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    if (comma != std::string_view::npos && without_blanks(text).empty())
      return Error{Code::invalid_argument, "GTID position: ends with a comma"};
  }
  return position;
}

std::string GtidPosition::to_text() const {
  std::string text;
  for (const auto& [domain, gtid] : last_) {
    if (!text.empty()) text += ',';
    text += gtid.to_text();
  }
  return text;
}

bool GtidPosition::covers(const Gtid& gtid) const {
  const auto found = last_.find(gtid.domain);
  return found != last_.end() && found->second.sequence >= gtid.sequence;
}

bool GtidPosition::covers(const GtidPosition& other) const {
  for (const auto& [domain, gtid] : other.last_)
    if (!covers(gtid)) return false;
  return true;
}

}  // namespace slipway::sql
