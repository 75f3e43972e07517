// Bytes as mail programs write them, turned back by libgmime.
#pragma once

#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

/// Undoes a content transfer encoding: "base64", "quoted-printable"; "", "none", "7bit", "8bit", "binary": as it is.
/// Error: unsupported for any other name (content kept outside the database, for example).
[[nodiscard]] Result<std::string> decode_transfer(std::string_view encoding, std::string bytes);

/// The text of a part in UTF-8. `content_type` is the whole header field; its charset (UTF-8 when it names none, or one
/// nobody knows) is what the bytes are in. Bytes that are not become "\xE9", as Request Tracker shows them: nothing is
/// dropped, and the result is always valid UTF-8.
[[nodiscard]] std::string to_utf8(std::string_view content_type, std::string_view bytes);

/// The text of a part whose charset the source tells apart from its header: a name iconv knows, or "utf-8 twice" (see
/// once_encoded). Empty: to_utf8(content_type, bytes).
[[nodiscard]] std::string text_of(std::string_view charset, std::string_view content_type, std::string_view bytes);

}  // namespace slipway::migrate
