// Times and sizes as people read them. Pure.
#pragma once

#include "appliance/base/time.hpp"
#include "services/webui/texts.hpp"

namespace slipway::webui {

/// "just now", "5 min ago", "3 h ago", "yesterday", "4 days ago"; older: the date.
[[nodiscard]] std::string relative_time(const Texts& texts, Language language, Timestamp now, Timestamp then);

/// "21 Nov 2026, 03:00 UTC"; scripts show the reader's own zone instead.
[[nodiscard]] std::string absolute_time(const Texts& texts, Language language, Timestamp time);

/// "21 Nov 2026", in UTC.
[[nodiscard]] std::string date_text(const Texts& texts, Language language, Timestamp time);

/// What templates show of a time: {"iso", "absolute", "relative"}.
[[nodiscard]] nlohmann::json time_value(const Texts& texts, Language language, Timestamp now, Timestamp then);

/// "512 bytes", "1.5 kB" (1 kB = 1000 bytes), with the language's decimal sign.
[[nodiscard]] std::string file_size(const Texts& texts, Language language, std::uint64_t bytes);

/// One or two capital letters that stand for a person.
[[nodiscard]] std::string initials(std::string_view display_name);

/// Bytes of a path or query value as %XX, except letters, digits and -._~.
[[nodiscard]] std::string url_encoded(std::string_view text);

}  // namespace slipway::webui
