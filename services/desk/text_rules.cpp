#include "services/desk/text_rules.hpp"

#include <algorithm>
#include <string>

#include "appliance/base/utf8.hpp"

namespace slipway::desk {
namespace {

constexpr std::size_t kMostSubject = 500;
constexpr std::size_t kMostEmail = 254;

Error invalid(std::string_view parameter, std::string_view what, std::string hint) {
  return {Code::invalid_argument,
          std::string(parameter).append(": ").append(what),
          std::move(hint),
          {{"parameter", std::string(parameter)}}};
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool is_forbidden(char c) { return is_control(c) && c != '\t' && c != '\n' && c != '\r'; }

}  // namespace

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

Status check_subject(std::string_view subject) {
  SLIPWAY_CHECK(check_text("subject", subject, kMostSubject * 4));
  if (is_blank(subject)) return invalid("subject", "empty", "say in a line what it is about");
  if (utf8_length(subject) > kMostSubject)
    return invalid("subject", "longer than 500 characters", "put the details in the description");
  if (std::ranges::any_of(subject, is_control))
    return invalid("subject", "more than one line", "put the details in the description");
  return {};
}

Status check_text(std::string_view parameter, std::string_view text, std::size_t most_bytes) {
  if (text.size() > most_bytes)
    return invalid(parameter, "longer than " + std::to_string(most_bytes) + " bytes", "attach long text as a file");
  if (!is_utf8(text)) return invalid(parameter, "not valid UTF-8", "send text as UTF-8");
  if (std::ranges::any_of(text, is_forbidden))
    return invalid(parameter, "holds control characters", "attach binary data as a file");
  return {};
}

Status check_email(std::string_view email) {
  const auto at = email.find('@');
  const bool formed = at != std::string_view::npos && at > 0 && at + 1 < email.size() &&
                      email.find('@', at + 1) == std::string_view::npos && email.size() <= kMostEmail &&
                      is_utf8(email) && std::ranges::none_of(email, [](char c) {
                        return is_control(c) || std::string_view(" ,;<>\"()").find(c) != std::string_view::npos;
                      });
  if (!formed) return invalid("requester", "not an e-mail address", "write it as name@example.org");
  return {};
}

}  // namespace slipway::desk
